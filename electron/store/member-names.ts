/** The people one writes with, as any conversation on this device has them. */
import type { Store } from './open.ts';
import { hex, plain } from './values.ts';

/**
 * By account, in hex; of the conversation with the latest activity. Somebody has no name yet in a conversation in which nothing of theirs has come:
 * what they are called elsewhere is what they are called. Reads every member of every conversation: asked for once an answer, and only where a
 * name is missing.
 */
export function memberNames(store: Store): ReadonlyMap<string, string> {
  const rows = store.all<{ account: Uint8Array; name: string }>(
    `SELECT m.account, m.name FROM conversation c CROSS JOIN conversation_member m ON m.cid = c.cid
     WHERE m.name <> '' ORDER BY c.activity_ms`,
  );
  return new Map(rows.map(({ account, name }) => [hex(account), name]));
}

/** The window shows something of this person in the conversations with them. In the caller's transaction. */
export function conversationsChanged(store: Store, account: Uint8Array): void {
  for (const guid of conversationsWith(store, account)) store.changes.conversation(hex(guid));
}

export function conversationsWith(store: Store, account: Uint8Array): Uint8Array[] {
  return store
    .all<{ guid: Uint8Array }>(
      'SELECT c.guid FROM conversation_member m JOIN conversation c ON c.cid = m.cid WHERE m.account = ?',
      account,
    )
    .map(({ guid }) => plain(guid));
}
