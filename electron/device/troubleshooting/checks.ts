/**
 * From facts to checks: what is well, what somebody should know, what is wrong, and the one act that helps. Pure. What could not be
 * looked at is `unknown` and never `ok` (SPEC API-20).
 */
import { MAX_CLOCK_SKEW_MS } from '../../../shared/clock/clock.ts';
import type { Check, CheckName } from '../../api/troubleshooting-types.ts';
import type { PausedReason } from '../../sync/status-types.ts';
import type { Facts } from './facts.ts';

type Of<Name extends CheckName> = Extract<Check, { check: Name }>;
type Outcome<Name extends CheckName> = Omit<Of<Name>, 'check'>;

const SECOND_MS = 1000;
const WEEK_MS = 7 * 24 * 60 * 60 * SECOND_MS;
/** Slower than this, and a person notices. */
const SLOW_MS = 2 * SECOND_MS;
/** Every computer's clock is off by a little. */
const CLOCK_NOTICED_MS = 60 * SECOND_MS;
const MB = 1_000_000;
/** A database that grows, its log and the system beside it. */
const DISK_LITTLE = 1000 * MB;
const DISK_FULL = 100 * MB;
const ALMOST_FULL = 0.9;

/** Pauses that a person or a rule has asked for; every other one is something that is wrong. */
const MEANT: ReadonlySet<PausedReason> = new Set(['held', 'onBattery', 'metered', 'purgePending']);

/** In the order in which one would look. */
export function checksOf(facts: Facts): Check[] {
  return [
    { check: 'account', ...account(facts) },
    { check: 'switch', ...theSwitch(facts) },
    { check: 'connection', ...connection(facts) },
    { check: 'sync', ...sync(facts) },
    { check: 'lastSync', ...lastSync(facts) },
    { check: 'notInCloud', ...notInCloud(facts) },
    { check: 'storage', ...storage(facts) },
    { check: 'disk', ...disk(facts) },
    { check: 'clock', ...clock(facts) },
    { check: 'version', ...version(facts) },
    { check: 'recentlyDeleted', ...recentlyDeleted(facts) },
    { check: 'database', ...database(facts) },
    { check: 'notices', ...notices(facts) },
  ];
}

function account({ handle, devices, probe }: Facts): Outcome<'account'> {
  const names = [...devices.filter(({ own }) => own), ...devices.filter(({ own }) => !own)];
  const values = { handle, devices: names.map(({ name }) => name), session: probe.session };
  if (probe.session === 'ended') return { result: 'problem', values, action: 'signIn' };
  return { result: probe.session === 'accepted' ? 'ok' : 'unknown', values, action: null };
}

function theSwitch({ status, devices, purgeAt }: Facts): Outcome<'switch'> {
  const others = devices.filter(({ own }) => !own);
  const named = (on: boolean | null): string[] =>
    others.filter(({ switchOn }) => switchOn === on).map(({ name }) => name);
  const values = { here: status.switch, on: named(true), off: named(false), unknown: named(null), purgeAt };
  const here = status.switch === 'on' || status.switch === 'enabling';
  if (!here || purgeAt !== null) return { result: 'attention', values, action: 'openSwitch' };
  if (values.off.length > 0) return { result: 'attention', values, action: 'showDevices' };
  if (values.unknown.length > 0) return { result: 'unknown', values, action: 'showDevices' };
  return { result: 'ok', values, action: null };
}

function connection({ probe, cloudHere }: Facts): Outcome<'connection'> {
  const { failure, roundTripMs, stream } = probe;
  const values = { failure, roundTripMs, live: stream === 'open', here: cloudHere };
  if (failure === 'appTooOld') return { result: 'problem', values, action: 'update' };
  if (failure === 'busy') return { result: 'attention', values, action: 'tryNow' };
  if (failure === 'refusedCall') return { result: 'problem', values, action: 'tryNow' };
  if (failure !== null) return { result: 'problem', values, action: cloudHere ? 'startCloudHere' : 'tryNow' };
  // A session that has ended has no stream, and is the account's matter.
  const live = values.live || probe.session === 'ended';
  if (!live || (roundTripMs ?? 0) > SLOW_MS) return { result: 'attention', values, action: 'tryNow' };
  return { result: 'ok', values, action: null };
}

function sync({ status }: Facts): Outcome<'sync'> {
  const values = { status };
  const { action, paused } = status;
  if (paused !== null) return { result: MEANT.has(paused.reason) ? 'attention' : 'problem', values, action };
  const never = status.lastSyncedAt === null && status.phase === 'idle';
  return { result: never ? 'unknown' : 'ok', values, action };
}

/**
 * A device writes down when it was last in step only when there was news, so that nobody is woken by it. Therefore the times are compared
 * with each other and not with now: in a quiet week everybody's is a week old.
 */
function lastSync({ devices, status }: Facts): Outcome<'lastSync'> {
  const newest = Math.max(0, ...devices.map(({ lastSyncMs }) => lastSyncMs ?? 0));
  const values = {
    devices: devices
      .map(({ name, own, switchOn, lastSyncMs, addedMs }) => ({
        name,
        thisDevice: own,
        switchOn: own ? status.switch === 'on' : switchOn,
        at: own ? (status.lastSyncedAt ?? lastSyncMs) : lastSyncMs,
        behind: !own && switchOn === true && newest - (lastSyncMs ?? addedMs) > WEEK_MS,
      }))
      .sort((a, b) => Number(b.thisDevice) - Number(a.thisDevice) || a.name.localeCompare(b.name)),
  };
  if (values.devices.some(({ behind }) => behind))
    return { result: 'attention', values, action: 'showDevices' };
  const here = values.devices.find(({ thisDevice }) => thisDevice);
  return { result: (here?.at ?? null) === null ? 'unknown' : 'ok', values, action: null };
}

function notInCloud({ onlyHere, status }: Facts): Outcome<'notInCloud'> {
  const switchOn = status.switch === 'on' || status.switch === 'enabling';
  const values = { ...onlyHere, switchOn };
  if (onlyHere.messages + onlyHere.changes === 0) return { result: 'ok', values, action: null };
  return { result: 'attention', values, action: switchOn ? 'syncNow' : 'openSwitch' };
}

function storage({ heard, probe, status }: Facts): Outcome<'storage'> {
  const { bytesUsed, quotaBytes } = heard;
  const share = quotaBytes > 0 ? bytesUsed / quotaBytes : 0;
  const full = share >= 1 || status.paused?.reason === 'storageFull';
  const values = { ...heard, full };
  if (full) return { result: 'problem', values, action: 'manageStorage' };
  if (share > ALMOST_FULL || status.almostFull)
    return { result: 'attention', values, action: 'manageStorage' };
  return { result: probe.storage === null ? 'unknown' : 'ok', values, action: null };
}

function disk({ freeBytes, status }: Facts): Outcome<'disk'> {
  const values = { freeBytes };
  if (status.paused?.reason === 'diskFull' || (freeBytes !== null && freeBytes < DISK_FULL))
    return { result: 'problem', values, action: 'tryNow' };
  if (freeBytes === null) return { result: 'unknown', values, action: null };
  return { result: freeBytes < DISK_LITTLE ? 'attention' : 'ok', values, action: null };
}

function clock({ probe, now }: Facts): Outcome<'clock'> {
  const ahead = probe.clockAheadMs;
  const values = { aheadMs: ahead, cloudTime: now - (ahead ?? 0), deviceTime: now };
  if (ahead === null) return { result: 'unknown', values, action: null };
  const off = Math.abs(ahead);
  if (off > MAX_CLOCK_SKEW_MS) return { result: 'problem', values, action: 'clockHelp' };
  if (off > CLOCK_NOTICED_MS) return { result: 'attention', values, action: 'clockHelp' };
  return { result: 'ok', values, action: null };
}

function version({ appVersion, devices, probe, status }: Facts): Outcome<'version'> {
  const others = devices.flatMap(({ own, name, version: theirs }) =>
    own || theirs === null || theirs === appVersion ? [] : [{ name, version: theirs }],
  );
  const values = { version: appVersion, others, old: null };
  if (probe.failure === 'appTooOld' || status.paused?.reason === 'appTooOld')
    return { result: 'problem', values: { ...values, old: 'cloud' }, action: 'update' };
  if (others.some((other) => isOlder(appVersion, other.version)))
    return { result: 'attention', values: { ...values, old: 'device' }, action: 'update' };
  return others.length > 0
    ? { result: 'attention', values, action: 'showDevices' }
    : { result: 'ok', values, action: null };
}

/** By the numbers in front: 0.9.1 is older than 0.10.0. What has none is not compared. */
export function isOlder(one: string, other: string): boolean {
  const numbers = (text: string): number[] | null => {
    const found = /^(\d+)\.(\d+)\.(\d+)/.exec(text);
    return found === null ? null : found.slice(1).map(Number);
  };
  const [a, b] = [numbers(one), numbers(other)];
  if (a === null || b === null) return false;
  const at = a.findIndex((part, index) => part !== b[index]);
  return at >= 0 && (a[at] ?? 0) < (b[at] ?? 0);
}

function recentlyDeleted(facts: Facts): Outcome<'recentlyDeleted'> {
  const { messages, firstGoesMs } = facts.recentlyDeleted;
  const values = { messages, firstGoesAt: firstGoesMs };
  return { result: 'ok', values, action: messages > 0 ? 'showRecentlyDeleted' : null };
}

function database({ database: checked }: Facts): Outcome<'database'> {
  const values = { checked };
  if (checked === null) return { result: 'unknown', values, action: 'checkDatabase' };
  return { result: checked.problems.length > 0 ? 'problem' : 'ok', values, action: 'checkDatabase' };
}

function notices({ notices: open }: Facts): Outcome<'notices'> {
  const values = { count: open.length };
  return open.length > 0
    ? { result: 'attention', values, action: 'showNotices' }
    : { result: 'ok', values, action: null };
}
