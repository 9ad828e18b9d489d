/** How synchronizing stands, for the settings page. The same state as the status line's, seen from there. Pure. */
import type { SyncStatus } from '../../electron/api/types.ts';
import { timeAgo } from '../app/format.ts';
import {
  isTurning,
  isWorking,
  type StatusLine,
  type StatusText,
  statusLine,
} from '../sidebar/status-line.ts';

type Text = { key: string; values: Record<string, string | number> };
export type SyncState = {
  text: Text;
  details: StatusText[];
  progress: StatusLine['progress'];
  last: Text | null;
};

export function syncState(status: SyncStatus, now: number, language: string): SyncState {
  // Nearly full is no state of synchronizing: the storage's own row says it.
  const line = status.phase === 'idle' ? null : statusLine(status, now);
  return {
    text: line?.text ?? { key: `status.state.${status.switch}`, values: {} },
    details: line?.details ?? [],
    progress: line?.progress ?? null,
    last: lastSynced(status, now, language),
  };
}

function lastSynced(status: SyncStatus, now: number, language: string): Text | null {
  if (status.switch === 'off') return null;
  if (status.lastSyncedAt === null) return { key: 'status.neverSynced', values: {} };
  const when = timeAgo(status.lastSyncedAt, now, language);
  return when === null
    ? { key: 'status.lastSyncedNow', values: {} }
    : { key: 'status.lastSynced', values: { when } };
}

export type SyncButton = 'syncNow' | 'cancel' | 'hold' | 'resume' | 'continueAnyway' | 'repair';

/**
 * What can be done about it now, the first one first. Cancel: a turning on or off goes back, and while on the transfer under way is held; a
 * turning off for Disable & Delete is not cancelled here but undone everywhere.
 */
export function syncButtons(status: SyncStatus): SyncButton[] {
  const turning = isTurning(status);
  const undone = status.switch === 'disabling' && status.switchReason === 'purging';
  const cancel: SyncButton[] = undone ? [] : ['cancel'];
  // Pause and Resume in one place, and never Cancel in the place of either: a second click must not mean something else.
  if (isWorking(status) && status.switch !== 'off') return turning ? ['hold', ...cancel] : ['cancel'];
  const { action } = status;
  if (action === 'resume') return turning ? ['resume', ...cancel] : ['resume'];
  const first: SyncButton[] =
    action === 'continueAnyway' || action === 'repair' ? ['syncNow', action] : ['syncNow'];
  return turning ? [...first, ...cancel] : first;
}
