/**
 * Search over everything that is shown: newest first, in every script. What a person types can be anything; it never fails.
 * How text is cut: search-text.ts.
 */
import { itemsOf, type MessageItem, type MessageRow } from './messages.ts';
import type { Store } from './open.ts';
import { fold, matchExpression } from './search-text.ts';
import { snippetOf } from './snippet.ts';
import { comparePlaces, plain } from './values.ts';

export type SearchHit = {
  message: MessageItem;
  snippet: string;
  /** The hit's ranges in the snippet, in UTF-16 units. */
  ranges: [number, number][];
};

type Row = MessageRow & { conversation: Uint8Array; clear_ms: number; clear_guid: Uint8Array };

/** `before`: `next` of the last answer, for more of the same. */
export function searchMessages(
  store: Store,
  text: string,
  limit: number,
  before = Number.MAX_SAFE_INTEGER,
): { hits: SearchHit[]; next: number | null } {
  const expression = matchExpression(text);
  if (expression === null) return { hits: [], next: null };
  const hits: SearchHit[] = [];
  let from = before;
  for (;;) {
    const rows = store.all<Row>(
      `SELECT m.rid, m.cid, m.id, m.guid, m.sender, m.mine, m.accepted_ms, m.sent_ms, m.service, m.reactions, m.text,
         m.edited_ms, m.unsent_ms, m.deleted_ms, m.deleted_device, m.reply_sender, m.reply_guid,
         c.guid AS conversation, c.clear_ms, c.clear_guid
       FROM message_text t JOIN message m ON m.rid = t.rowid JOIN conversation c ON c.cid = m.cid
       WHERE t.message_text MATCH ? AND t.rowid < ? ORDER BY t.rowid DESC LIMIT ?`,
      expression,
      from,
      limit,
    );
    for (const row of rows) {
      from = row.rid;
      // Cleared with its conversation: in Recently Deleted, not here.
      if (comparePlaces(row.accepted_ms, row.guid, row.clear_ms, row.clear_guid) <= 0) continue;
      const [message] = itemsOf(store, { cid: row.cid, guid: plain(row.conversation) }, [row]);
      hits.push({ message: message!, ...snippetOf(row.text, text) });
      if (hits.length === limit) return { hits, next: from };
    }
    if (rows.length < limit) return { hits, next: null };
  }
}

/** Guids of conversations whose name, or a member's name or handle, has every word of `text`; newest activity first. */
export function searchConversations(store: Store, text: string, limit: number): Uint8Array[] {
  const words = fold(text)
    .split(/\s+/u)
    .filter((word) => word !== '');
  if (words.length === 0) return [];
  const rows = store.all<{ cid: number; guid: Uint8Array; name: string | null }>(
    'SELECT cid, guid, name FROM conversation WHERE listed = 1 ORDER BY pinned DESC, activity_ms DESC, cid DESC',
  );
  const self = store.get<{ account_id: Uint8Array }>(
    'SELECT account_id FROM identity WHERE one = 1',
  )?.account_id;
  const members = store.sql(
    'SELECT account, handle, name FROM conversation_member WHERE cid = ? AND member = 1',
  );
  const found: Uint8Array[] = [];
  for (const row of rows) {
    const named = [row.name ?? ''];
    for (const one of members.all(row.cid) as { account: Uint8Array; handle: string; name: string }[]) {
      if (self !== undefined && Buffer.compare(self, one.account) === 0) continue;
      named.push(one.name, one.handle);
    }
    const all = fold(named.join('\n'));
    if (!words.every((word) => all.includes(word))) continue;
    found.push(plain(row.guid));
    if (found.length === limit) break;
  }
  return found;
}
