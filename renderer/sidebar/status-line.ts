/**
 * The status line as a pure function of the engine's state: which text, which bar, which button. Null: nothing to say.
 * The component only translates.
 */
import type { SyncStatus } from '../../electron/api/types.ts';
import { daysBetween } from '../app/format.ts';

export type StatusText = { key: string; values: Record<string, number> };
/** What the engine offers, and Pause while the switch is being turned. */
export type StatusAction = NonNullable<SyncStatus['action']> | 'hold';
export type StatusLine = {
  tone: 'working' | 'paused' | 'problem';
  text: StatusText;
  /** What helps, since when, and what goes on all the same. */
  details: StatusText[];
  /** A number from 0 to 1; 'unknown' while the total is not known; null without a bar. */
  progress: number | 'unknown' | null;
  action: StatusAction | null;
};

type Paused = NonNullable<SyncStatus['paused']>;
/** Reasons that no waiting mends: something is wrong and a person should look. */
const PROBLEMS: ReadonlySet<Paused['reason']> = new Set([
  'storageFull',
  'diskFull',
  'filesUnusable',
  'clockWrong',
  'signedOut',
  'appTooOld',
  'purgePending',
  'rolledBack',
  'forked',
  'keyringForged',
  'damaged',
]);

/** Lockstep tries again by itself: it is said since when, when next, and what waits. */
const TRIED_AGAIN: ReadonlySet<Paused['reason']> = new Set([
  'offline',
  'cloudUnreachable',
  'cloudTakesNothing',
]);

/** Work shorter than this is over before one could read of it. */
export const QUIET_MS = 1000;
/** So much at once takes its time: it is said at once. */
const MANY = 100;

export const isWorking = ({ phase }: SyncStatus): boolean => phase !== 'idle' && phase !== 'paused';

/** Whether the switch is on its way from one side to the other. */
export const isTurning = (status: SyncStatus): boolean =>
  status.switch === 'enabling' || status.switch === 'disabling';

/** Whether it is worth a line at once: a pause always, work only when it is much. Other work gets one when it lasts. */
export function worthSaying(status: SyncStatus): boolean {
  if (status.phase === 'idle') return status.almostFull;
  if (status.phase === 'paused') return true;
  return isTurning(status) || (status.total ?? 0) >= MANY;
}

/** The state as the window shows it: work that is not worth a line, and has not `lasted`, is none. */
export function shownStatus(status: SyncStatus, lasted: boolean): SyncStatus {
  return isWorking(status) && !lasted && !worthSaying(status)
    ? { ...status, phase: 'idle', item: null, done: 0, total: null }
    : status;
}

export function statusLine(status: SyncStatus, now: number): StatusLine | null {
  if (status.phase === 'idle') return status.almostFull ? almostFullLine() : null;
  if (status.phase === 'paused')
    return status.paused === null ? null : pausedLine(status, status.paused, now);
  return {
    tone: 'working',
    text: workingText(status),
    details: whyTurnedOff(status),
    progress: progressOf(status),
    action: isTurning(status) ? 'hold' : null,
  };
}

function almostFullLine(): StatusLine {
  return {
    tone: 'problem',
    text: { key: 'status.almostFull', values: {} },
    details: [],
    progress: null,
    action: 'manageStorage',
  };
}

function workingText(status: SyncStatus): StatusText {
  const { phase, item, done, total } = status;
  const left = total === null ? done : Math.max(0, total - done);
  if (phase === 'uploading' || phase === 'downloading') {
    const what = item ?? 'messages';
    // Zero known: say what is done, not how many of nothing.
    return left > 0 || total !== null
      ? { key: `status.${phase}.${what}`, values: { count: left } }
      : { key: `status.${phase}.some`, values: {} };
  }
  if (phase === 'synchronizing' && total !== null && left > 0)
    return { key: 'status.synchronizingChanges', values: { count: left } };
  if (phase === 'finishing' && status.switch === 'disabling') return { key: 'status.turningOff', values: {} };
  if (phase === 'preparing' && status.switch === 'enabling') return { key: 'status.turningOn', values: {} };
  return { key: `status.${phase}`, values: {} };
}

/** Turned off elsewhere: why this device downloads all at once. */
function whyTurnedOff({ switch: value, switchReason }: SyncStatus): StatusText[] {
  if (value !== 'disabling') return [];
  if (switchReason === 'purging') return [{ key: 'status.help.turningOffPurging', values: {} }];
  if (switchReason === 'allDevices') return [{ key: 'status.help.turningOffEverywhere', values: {} }];
  return [];
}

function progressOf(status: SyncStatus): number | 'unknown' {
  if (status.total === null || status.total <= 0) return 'unknown';
  return Math.min(1, Math.max(0, status.done / status.total));
}

function pausedLine(status: SyncStatus, paused: Paused, now: number): StatusLine {
  return {
    tone: PROBLEMS.has(paused.reason) ? 'problem' : 'paused',
    text: pausedText(status, paused),
    details: detailsOf(status, paused, now),
    progress: null,
    action: status.action,
  };
}

function pausedText(status: SyncStatus, { reason }: Paused): StatusText {
  if (reason === 'held' && status.switch === 'enabling')
    return { key: 'status.paused.heldTurningOn', values: {} };
  if (reason === 'held' && status.switch === 'disabling')
    return { key: 'status.paused.heldTurningOff', values: {} };
  const left = status.total === null ? 0 : Math.max(0, status.total - status.done);
  if (reason === 'onBattery' && left > 0)
    return { key: 'status.paused.onBatteryWith', values: { count: left } };
  if (reason === 'metered' && left > 0 && status.item === 'attachments')
    return { key: 'status.paused.meteredAttachments', values: { count: left } };
  if (reason === 'metered' && left > 0) return { key: 'status.paused.meteredWith', values: { count: left } };
  return { key: `status.paused.${reason}`, values: {} };
}

function detailsOf(status: SyncStatus, paused: Paused, now: number): StatusText[] {
  const { reason } = paused;
  if (reason === 'clockWrong' && paused.cloudTime !== null && paused.deviceTime !== null)
    return [
      {
        key: 'status.help.clockWrongTimes',
        values: { cloudTime: paused.cloudTime, deviceTime: paused.deviceTime },
      },
    ];
  if (!TRIED_AGAIN.has(reason)) return [{ key: `status.help.${reason}`, values: {} }];
  const details: StatusText[] = [];
  if (paused.since > 0)
    details.push({
      key: daysBetween(paused.since, now) === 0 ? 'status.help.since' : 'status.help.sinceDay',
      values: { since: paused.since },
    });
  if (paused.nextTryAt !== null && paused.nextTryAt > now)
    details.push({
      key: 'status.help.nextTry',
      values: { count: Math.ceil((paused.nextTryAt - now) / 1000) },
    });
  if (status.waitingToSend > 0)
    details.push({ key: 'status.help.waitingToSend', values: { count: status.waitingToSend } });
  else if (paused.nextTryAt === null || paused.nextTryAt <= now)
    details.push({ key: `status.help.${reason}`, values: {} });
  return details;
}
