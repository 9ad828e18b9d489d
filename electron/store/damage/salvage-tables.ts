/** Which tables a salvage takes, and what a row of the others says of itself. */
import { FIRST_MESSAGE_RID } from '../rid.ts';
import type { Row } from './keepsake.ts';

/** Tables that are taken as they stand, by how their rows are found. */
export const BY_NUMBER: readonly [string, string][] = [
  ['identity', 'one'],
  ['keyring_log', 'position'],
  ['keyring_epoch', 'epoch'],
  ['mail_cursor', 'one'],
  ['zone_state', 'zone'],
  ['pending_envelope', 'position'],
  ['outbox', 'position'],
];
export const BY_BYTES: readonly [string, string][] = [
  ['meta', 'name'],
  ['keyring_wrap', 'epoch'],
  ['pin', 'account'],
  ['notice', 'id'],
  ['local_delete', 'id'],
  ['local_clear', 'conversation'],
  ['remembered_delete', 'name'],
  ['blob', 'id'],
  ['attachment_draft', 'id'],
];

export const nameOf = (row: Row): { sender: Uint8Array; guid: Uint8Array } => ({
  sender: row['sender'] as Uint8Array,
  guid: row['guid'] as Uint8Array,
});

/** A message's row number says when it was accepted (rid.ts). */
export function placeOf(rid: number): { conversation: null; atMs: number } {
  const since = rid - FIRST_MESSAGE_RID;
  return { conversation: null, atMs: Math.floor(since / 1024) * 1000 + Math.min(since % 1024, 999) };
}
