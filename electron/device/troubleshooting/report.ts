/**
 * The diagnostic report: what whoever helps would ask, as plain English text, and nothing of what a person wrote, is called or uses to sign
 * in (SPEC API-22). Pure.
 *
 * It is made of names out of the program's own closed sets, of counts and of times. Whatever else a store or another machine may hold as
 * text passes `word` or `versionName`, which let only such names through: a report that says "other" is better than one that says too much.
 */
import { toHex } from '../../../shared/crypto/bytes.ts';
import type { Check } from '../../api/troubleshooting-types.ts';
import type { StoreCounts } from '../../store/counts.ts';
import type { LetGo } from '../../store/let-go.ts';
import type { ZoneState } from '../../store/zone-state.ts';
import type { FailureRecord, SyncReport } from '../../sync/troubleshooting-types.ts';
import type { Facts } from './facts.ts';

export type ReportInput = {
  facts: Facts;
  checks: Check[];
  sync: SyncReport;
  counts: StoreCounts;
  zones: Record<'account' | 'messages', ZoneState>;
  program: { host: string; platform: string; processor: string; node: string };
};

const OTHER = 'other';
/** Names as the program gives them: `zoneRolledBack`, `stopped:forked`. */
const WORD = /^[a-z][A-Za-z]{0,39}(:[a-z][A-Za-z]{0,39})?$/;
const VERSION = /^\d{1,4}\.\d{1,4}\.\d{1,4}(-[a-z]{1,10}(\.\d{1,4})?)?$/;
const PLATFORMS: ReadonlySet<string> = new Set(['mac', 'windows', 'linux']);

const word = (text: string | null): string => (text === null ? 'none' : WORD.test(text) ? text : OTHER);
const versionName = (text: string | null): string =>
  text === null ? 'unknown' : VERSION.test(text) ? text : OTHER;
const platformName = (text: string | null): string =>
  text === null ? 'unknown' : PLATFORMS.has(text) ? text : OTHER;
/** A time of nowhere in particular: whose clock shows what is nobody's matter. */
const when = (ms: number | null): string =>
  ms === null ? 'never' : Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString() : OTHER;
const known = (value: boolean | null): string => (value === null ? 'unknown' : value ? 'yes' : 'no');
const onOff = (value: boolean | null): string => (value === null ? 'unknown' : value ? 'on' : 'off');
/** Enough to tell an account's devices apart. */
const shortId = (id: Uint8Array): string => toHex(id).slice(0, 8);

export function reportText(input: ReportInput): string {
  return `${[
    'Lockstep diagnostic report',
    `Made ${when(input.facts.now)}, by this computer's clock.`,
    'There is no message in it, no name, no handle, no address, no password and no key.',
    ...section('Program', program(input)),
    ...section('Checks', input.checks.map(checkLine)),
    ...section('Connection', connection(input)),
    ...section('Synchronizing', synchronizing(input)),
    ...section('Zones', [...zone(input, 'account'), ...zone(input, 'messages')]),
    ...section('Counts', counts(input)),
    ...section('Devices', devices(input)),
    ...section('Gone for good on this device', input.facts.letGo.toReversed().map(letGo)),
    ...section('Notices', tally(input.facts.notices.map(word))),
    ...section('Last failures', input.sync.failures.toReversed().map(failure)),
  ].join('\n')}\n`;
}

function section(title: string, lines: string[]): string[] {
  return ['', title, ...(lines.length === 0 ? ['  none'] : lines.map((line) => `  ${line}`))];
}

function program({ facts, program: it }: ReportInput): string[] {
  return [
    `version: ${versionName(facts.appVersion)}`,
    `host: ${word(it.host)}, on ${platformName(it.platform)} (${it.processor})`,
    `node: ${versionName(it.node)}`,
    `disk free: ${facts.freeBytes === null ? 'unknown' : `${Math.floor(facts.freeBytes / 1_000_000)} MB`}`,
  ];
}

function checkLine({ check, result, action }: Check): string {
  return `${check}: ${result}${action === null ? '' : ` (${action})`}`;
}

function connection({ facts: { probe, heard, cloudHere } }: ReportInput): string[] {
  const ahead = probe.clockAheadMs;
  return [
    `cloud on this computer: ${known(cloudHere)}`,
    `asked now: ${probe.failure ?? 'answered'}${probe.code === null ? '' : ` (${codeName(probe.code)})`}`,
    `round trip: ${probe.roundTripMs === null ? 'unknown' : `${probe.roundTripMs} ms`}`,
    `session: ${probe.session ?? 'unknown'}`,
    `stream: ${probe.stream}`,
    `cloud's version: ${versionName(probe.cloudVersion)}`,
    `clock: ${ahead === null ? 'unknown' : `${Math.round(ahead / 1000)} s ahead of the cloud's`}`,
    `storage: ${heard.bytesUsed} of ${heard.quotaBytes} bytes, as of ${when(heard.asOf)}`,
  ];
}

function synchronizing({
  facts: { status, onlyHere, recentlyDeleted, database },
  sync,
}: ReportInput): string[] {
  const { paused, purge } = status;
  const { retry, conditions } = sync;
  return [
    `switch: ${status.switch} (${word(status.switchReason)})`,
    `phase: ${status.phase}${status.item === null ? '' : `, ${status.done} of ${status.total ?? 'unknown'} ${status.item}`}`,
    paused === null
      ? 'paused: no'
      : `paused: ${word(paused.reason)} since ${when(paused.since)}, next try ${when(paused.nextTryAt)}`,
    `last synced: ${when(status.lastSyncedAt)}`,
    `purge: ${purge === null ? 'none' : when(purge.at)}`,
    `session: ${word(sync.session)}, keyring: ${word(sync.keyring)}, mailbox: ${word(sync.mailbox)}`,
    `network here: ${known(sync.online)}, on battery: ${known(conditions.onBattery)}, metered: ${known(conditions.metered)}`,
    `under way: ${sync.running.map(word).join(', ') || 'nothing'}`,
    retry === null
      ? 'waits after a failure: no'
      : `waits after a failure: ${retry.failures} in a row (${word(retry.kind)}) since ${when(retry.since)}, until ${when(retry.at)}`,
    `only on this device: ${onlyHere.messages} messages, ${onlyHere.changes} changes; ${status.waitingToSend} wait to be sent`,
    `Recently Deleted: ${recentlyDeleted.messages} messages, the first goes ${when(recentlyDeleted.firstGoesMs)}`,
    database === null
      ? 'database: not checked'
      : `database: checked ${when(database.at)}, ${database.tables} tables, ${database.problems
          .map(({ table, count }) => `${count} problems in ${tableName(table)}`)
          .join(', ')}${database.problems.length === 0 ? 'no problems' : ''}`,
  ];
}

/** No token, no cursor, no digest: where it stands. */
function zone({ sync, zones }: ReportInput, name: 'account' | 'messages'): string[] {
  const engine = sync.zones[name];
  const stored = zones[name];
  return [
    `${name}: generation ${stored.generation}, head ${stored.head}, phase ${word(stored.phase)}, first sync ${stored.backfillDone} of ${stored.backfillTotal ?? 'unknown'}`,
    `  at the cloud: ${stored.cloudRecords} records, as of ${when(stored.askedMs === 0 ? null : stored.askedMs)}, purge ${stored.purgeAtMs === null ? 'none' : when(stored.purgeAtMs)}`,
    `  engine: ${word(engine.stage)}, stopped ${word(engine.stopped)}, head ${engine.head}, seen ${engine.seen}, to push ${engine.dirty} (${engine.pushLimit} at once), repairing ${known(engine.repairing)}`,
    `  last in step: ${when(stored.lastSyncedMs)}`,
  ];
}

function counts({ counts: it }: ReportInput): string[] {
  const { kinds } = it;
  return [
    `messages: ${it.messages}, conversations: ${it.conversations}`,
    `other records: ${kinds.conversation} conversations, ${kinds.reading} reading states, ${kinds.device} devices, ${kinds.settings} settings, ${kinds.unknown} not readable, ${kinds.message} waiting for their message`,
    ...(['account', 'messages'] as const).map(
      (name) => `zone ${name}: ${it.zones[name].records} records, ${it.zones[name].waiting} with changes`,
    ),
    ...it.outbox.map(
      ({ kind, state, failure: why, count }) =>
        `outbox: ${count} ${word(kind)} ${word(state)}${why === null ? '' : ` (${word(why)})`}`,
    ),
    ...it.setAside.map(({ reason, count }) => `mail set aside: ${count} (${word(reason)})`),
  ];
}

function devices({ facts: { devices: list, status } }: ReportInput): string[] {
  return list.map(({ id, own, switchOn, platform, version, lastSyncMs, addedMs }) =>
    [
      `${shortId(id)}${own ? ' (this one)' : ''}: switch ${own ? status.switch : onOff(switchOn)}`,
      `version ${versionName(version)}`,
      platformName(platform),
      `last synced ${when(lastSyncMs)}`,
      `added ${when(addedMs)}`,
    ].join(', '),
  );
}

function tally(words: string[]): string[] {
  const times = new Map<string, number>();
  for (const one of words) times.set(one, (times.get(one) ?? 0) + 1);
  return [...times].map(([one, count]) => `${one}: ${count}`);
}

function failure({ what, kind, code, firstAt, lastAt, times }: FailureRecord): string {
  const often = times > 1 ? `, ${times} times since ${when(firstAt)}` : '';
  return `${when(lastAt)} ${what}: ${word(kind)}${code === null ? '' : ` (${codeName(code)})`}${often}`;
}

function letGo({ cause, messages, firstMs, lastMs, byMs }: LetGo): string {
  const since = lastMs === firstMs ? '' : ` since ${when(firstMs)}`;
  return `${when(lastMs)} ${word(cause)}: ${messages} messages${since}${byMs === null ? '' : `, by ${when(byMs)}`}`;
}

/** `ECONNREFUSED`, `RATE_LIMITED`, `not_authentic`, `TypeError`: failure-log.ts let nothing else in. */
const codeName = (code: string): string => (/^[A-Za-z][A-Za-z0-9_]{0,59}$/.test(code) ? code : OTHER);
const tableName = (table: string): string => (/^[a-z][a-z_]{0,39}$/.test(table) ? table : OTHER);

/** `lockstep-report-2026-11-25.txt`. */
export function reportFileName(now: number): string {
  return `lockstep-report-${new Date(now).toISOString().slice(0, 10)}.txt`;
}
