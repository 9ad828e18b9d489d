/**
 * Search over everything that is shown: newest first, in every script. What a person types can be anything; it never fails.
 * How text is cut: search-text.ts. What the index is, and when it is believed: search-index.ts, [Note: search blocks] in search-blocks.ts.
 */
import { itemsOf, type MessageItem, type MessageRow } from './messages.ts';
import type { Store } from './open.ts';
import type { IndexedBlock, SearchIndexReader } from './search-index.ts';
import { fold, isIn, type Wanted, wantedOf } from './search-text.ts';
import { snippetOf } from './snippet.ts';
import { comparePlaces, plain } from './values.ts';

export type SearchHit = {
  message: MessageItem;
  snippet: string;
  /** The hit's ranges in the snippet, in UTF-16 units. */
  ranges: [number, number][];
};

export type Found = {
  hits: SearchHit[];
  /** Where to go on for more of the same, or null. */
  next: number | null;
  /** Not all was looked through: the index is still behind. */
  incomplete: boolean;
};

type Row = MessageRow & { conversation: Uint8Array; clear_ms: number; clear_guid: Uint8Array };
type Block = { first: number; mark: number; messages: number };

/**
 * Where the index does not reach (what has just changed; during a first sync, more), the texts themselves are read: so many at most, which
 * takes a tenth of a second.
 */
const MOST_READ = 16_384;

/** `before`: `next` of the last answer, for more of the same. */
export function searchMessages(
  store: Store,
  text: string,
  limit: number,
  before = Number.MAX_SAFE_INTEGER,
): Found {
  const wanted = wantedOf(text);
  if (wanted.length === 0) return { hits: [], next: null, incomplete: false };
  // The marks and the messages of one moment; the index may be of a later one, which its marks then say.
  return store.read(() => {
    const blocks = store.all<Block>(
      'SELECT first, mark, messages FROM search_block WHERE first < ? ORDER BY first DESC',
      before,
    );
    const index = store.searchIndex;
    try {
      return index === null
        ? find(store, null, blocks, text, wanted, limit, before)
        : index.read(() => find(store, index, blocks, text, wanted, limit, before));
    } catch (error) {
      if (index === null) throw error;
      // It cannot be read. Its thread will make it anew; until then, without it.
      store.forgetSearchIndex();
      return find(store, null, blocks, text, wanted, limit, before);
    }
  });
}

function find(
  store: Store,
  index: SearchIndexReader | null,
  blocks: readonly Block[],
  text: string,
  wanted: readonly Wanted[],
  limit: number,
  before: number,
): Found {
  const hits: SearchHit[] = [];
  let toRead = MOST_READ;
  let incomplete = false;
  let end = before;
  for (const { first, mark, messages } of blocks) {
    const indexed = index?.block(first, mark) ?? null;
    if (indexed === null && messages > toRead) incomplete = true;
    else {
      if (indexed === null) toRead -= messages;
      const candidates =
        indexed === null ? textsWith(store, wanted, first, end) : placesWith(index!, indexed, wanted, end);
      for (const rid of candidates) {
        const hit = hitAt(store, rid, text, wanted);
        if (hit === null) continue;
        hits.push(hit);
        if (hits.length === limit) return { hits, next: rid, incomplete };
      }
    }
    end = first;
  }
  return { hits, next: null, incomplete };
}

/** Row numbers, newest first, of the texts of a block that have all of it. */
function* textsWith(store: Store, wanted: readonly Wanted[], first: number, end: number): Generator<number> {
  const rows = store.all<{ rid: number; text: string }>(
    `SELECT rid, text FROM message WHERE rid >= ? AND rid < ? AND shown = 1 AND text <> '' ORDER BY rid DESC`,
    first,
    end,
  );
  for (const { rid, text } of rows) if (isIn(text, wanted)) yield rid;
}

/** Row numbers, newest first, of the messages of a block that have all words, though perhaps not in a row. */
function* placesWith(
  index: SearchIndexReader,
  block: IndexedBlock,
  wanted: readonly Wanted[],
  end: number,
): Generator<number> {
  const reached = new Uint16Array(block.messages);
  let step = 0;
  for (const { words, unfinished } of wanted) {
    for (const word of words) {
      let any = false;
      index.each(block, word, unfinished, (place) => {
        if (reached[place] !== step) return;
        reached[place] = step + 1;
        any = true;
      });
      if (!any) return;
      step += 1;
    }
  }
  const rids = index.rids(block);
  for (let place = reached.length - 1; place >= 0; place -= 1) {
    if (reached[place] === step && rids[place]! < end) yield rids[place]!;
  }
}

function hitAt(store: Store, rid: number, text: string, wanted: readonly Wanted[]): SearchHit | null {
  const row = store.get<Row>(
    `SELECT m.rid, m.cid, m.id, m.guid, m.sender, m.mine, m.accepted_ms, m.sent_ms, m.service, m.reactions, m.text,
       m.edited_ms, m.unsent_ms, m.deleted_ms, m.deleted_device, m.reply_sender, m.reply_guid, m.missed,
       c.guid AS conversation, c.clear_ms, c.clear_guid
     FROM message m JOIN conversation c ON c.cid = m.cid WHERE m.rid = ? AND m.shown = 1`,
    rid,
  );
  if (row === undefined || !isIn(row.text, wanted)) return null;
  // Cleared with its conversation: in Recently Deleted, not here.
  if (comparePlaces(row.accepted_ms, row.guid, row.clear_ms, row.clear_guid) <= 0) return null;
  const [message] = itemsOf(store, { cid: row.cid, guid: plain(row.conversation) }, [row]);
  return { message: message!, ...snippetOf(row.text, text) };
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
