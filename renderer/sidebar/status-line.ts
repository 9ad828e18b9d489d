/**
 * The status line as a pure function of the engine's state: which text, which bar, which button. Null: nothing to say.
 * The component only translates.
 */
import type { SyncStatus } from '../../electron/api/types.ts';

export type StatusText = { key: string; values: Record<string, number> };
export type StatusAction = NonNullable<SyncStatus['action']>;
export type StatusLine = {
  tone: 'working' | 'paused' | 'problem';
  text: StatusText;
  /** What helps, or since when. */
  detail: StatusText | null;
  /** A number from 0 to 1; 'unknown' while the total is not known; null without a bar. */
  progress: number | 'unknown' | null;
  action: StatusAction | null;
};

type Paused = NonNullable<SyncStatus['paused']>;
/** Reasons that no waiting mends: something is wrong and a person should look. */
const PROBLEMS: ReadonlySet<Paused['reason']> = new Set([
  'storageFull',
  'diskFull',
  'clockWrong',
  'signedOut',
  'appTooOld',
  'purged',
  'purgePending',
  'rolledBack',
  'forked',
  'keyringForged',
  'damaged',
]);

/** Work shorter than this is over before one could read of it. */
export const QUIET_MS = 1000;
/** So much at once takes its time: it is said at once. */
const MANY = 100;

/** Whether it is worth a line at once: a pause always, work only when it is much. Other work gets one when it lasts. */
export function worthSaying(status: SyncStatus): boolean {
  if (status.phase === 'idle') return false;
  if (status.phase === 'paused') return true;
  return status.switch === 'enabling' || status.switch === 'disabling' || (status.total ?? 0) >= MANY;
}

export function statusLine(status: SyncStatus, now: number): StatusLine | null {
  if (status.phase === 'idle') return null;
  if (status.phase === 'paused')
    return status.paused === null ? null : pausedLine(status, status.paused, now);
  return {
    tone: 'working',
    text: workingText(status),
    detail: null,
    progress: progressOf(status),
    action: null,
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

function progressOf(status: SyncStatus): number | 'unknown' {
  if (status.total === null || status.total <= 0) return 'unknown';
  return Math.min(1, Math.max(0, status.done / status.total));
}

function pausedLine(status: SyncStatus, paused: Paused, now: number): StatusLine {
  return {
    tone: PROBLEMS.has(paused.reason) ? 'problem' : 'paused',
    text: { key: `status.paused.${paused.reason}`, values: {} },
    detail: detailOf(status, paused, now),
    progress: null,
    action: status.action,
  };
}

function detailOf(status: SyncStatus, paused: Paused, now: number): StatusText | null {
  const { reason } = paused;
  if (reason === 'clockWrong' && paused.cloudTime !== null && paused.deviceTime !== null)
    return {
      key: 'status.help.clockWrongTimes',
      values: { cloudTime: paused.cloudTime, deviceTime: paused.deviceTime },
    };
  if (reason === 'offline' || reason === 'cloudUnreachable') {
    if (status.waitingToSend > 0)
      return { key: 'status.help.waitingToSend', values: { count: status.waitingToSend } };
    if (paused.nextTryAt !== null && paused.nextTryAt > now)
      return { key: 'status.help.nextTry', values: { count: Math.ceil((paused.nextTryAt - now) / 1000) } };
  }
  return { key: `status.help.${reason}`, values: {} };
}
