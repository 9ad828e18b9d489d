/** How synchronizing stands, for the settings page. The same state as the status line's, seen from there. Pure. */
import type { SyncStatus } from '../../electron/api/types.ts';
import { timeAgo } from '../app/format.ts';
import { type StatusText, statusLine } from '../sidebar/status-line.ts';

type Text = { key: string; values: Record<string, string | number> };

export function syncState(
  status: SyncStatus,
  now: number,
  language: string,
): { text: Text; last: Text | null } {
  const line: StatusText | undefined = statusLine(status, now)?.text;
  return {
    text: line ?? { key: `status.state.${status.switch}`, values: {} },
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
