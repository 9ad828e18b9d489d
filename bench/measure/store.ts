/**
 * Reading as the window does, from its read-only connection, on what a first sync has left, beside bare SQL on the same file. Times are of one call, in microseconds, the
 * connection warm; `cold` is the very first page of a freshly opened store.
 */
import { join } from 'node:path';
import { listConversations, unreadConversations } from '../../electron/store/conversations.ts';
import { messagePage } from '../../electron/store/message-pages.ts';
import { openStore } from '../../electron/store/open.ts';
import { searchMessages } from '../../electron/store/search.ts';
import { sodiumReady } from '../../shared/crypto/sodium.ts';
import { readAccount } from '../prepare/account.ts';
import { median } from '../stats.ts';
import { finish, input, type Numbers } from '../support/child.ts';
import { KEY } from '../support/device.ts';

const { folder, device, calls } = input<{ folder: string; device: string; calls: number }>();
await sodiumReady();
const { count } = readAccount(folder);
const store = openStore({ path: join(device, 'messages.db'), key: KEY, readonly: true });
const numbers: Numbers = {};
const conversations = store
  .all<{ guid: Buffer }>(
    'SELECT guid FROM conversation WHERE listed = 1 ORDER BY activity_ms DESC LIMIT 1000',
  )
  .map(({ guid }) => new Uint8Array(guid));
const PAGE = 50;
const open = (index: number) =>
  messagePage(store, {
    conversation: conversations[index % conversations.length]!,
    anchor: null,
    direction: 'older',
    limit: PAGE,
  });

const measure = (name: string, work: (index: number) => unknown) => {
  const times: number[] = [];
  for (let index = 0; index < calls; index += 1) {
    const from = performance.now();
    work(index);
    times.push((performance.now() - from) * 1000);
  }
  numbers[`${name}Us`] = median(times);
  numbers[`${name}MaxUs`] = Math.max(...times);
};

const from = performance.now();
open(0);
numbers['coldOpenUs'] = (performance.now() - from) * 1000;
measure('open', open);
let anchor: { ms: number; id: Uint8Array } | null = null;
measure('pageBack', () => {
  const request = { conversation: conversations[0]!, anchor, direction: 'older' as const, limit: PAGE };
  const { messages, hasOlder } = messagePage(store, request);
  const oldest = messages[0];
  anchor = hasOlder && oldest !== undefined ? { ms: oldest.acceptedMs, id: oldest.id } : null;
});
measure('unread', () => unreadConversations(store));
measure('search', (index) => searchMessages(store, `${(index * 37) % count}`, 20));
const listCalls = Math.max(5, Math.floor(calls / 20));
const lists: number[] = [];
for (let index = 0; index < listCalls; index += 1) {
  const at = performance.now();
  const listed = listConversations(store, 1000);
  lists.push((performance.now() - at) * 1000);
  if (listed.length !== Math.min(1000, conversations.length))
    throw new Error('Not all conversations are listed.');
}
numbers['listUs'] = median(lists);
numbers['listMaxUs'] = Math.max(...lists);

// The same questions in bare SQL: rows as they come, nothing made of them.
const cids = conversations.map(
  (guid) => (store.sql('SELECT cid FROM conversation WHERE guid = ?').get(guid) as { cid: number }).cid,
);
const page = store.sql(
  'SELECT * FROM message WHERE cid = ? AND shown = 1 AND (accepted_ms, guid) < (?, ?) ORDER BY accepted_ms DESC, guid DESC LIMIT 50',
);
const LAST = Buffer.alloc(17, 255);
measure('bareOpen', (index) => page.all(cids[index % cids.length], Number.MAX_SAFE_INTEGER, LAST));
let place: { accepted_ms: number; guid: Buffer } = { accepted_ms: Number.MAX_SAFE_INTEGER, guid: LAST };
measure('barePageBack', () => {
  const rows = page.all(cids[0], place.accepted_ms, place.guid) as (typeof place)[];
  place = rows.length === PAGE ? rows.at(-1)! : { accepted_ms: Number.MAX_SAFE_INTEGER, guid: LAST };
});
const unread = store.sql(
  'SELECT count(*) AS n FROM conversation WHERE listed = 1 AND (unread > 0 OR marked_unread = 1)',
);
measure('bareUnread', () => unread.get());
const list = store.sql(
  `SELECT * FROM conversation c LEFT JOIN message m ON m.rid = c.last_rid
   WHERE c.listed = 1 ORDER BY c.pinned DESC, c.activity_ms DESC, c.cid DESC LIMIT 1000`,
);
measure('bareList', () => list.all());
store.close();
finish(numbers);
