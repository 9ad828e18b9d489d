/**
 * Where one conversation stands, as the writer keeps it: its newest message shown, how many are unread, whether it is listed.
 *
 * Kept by difference as messages come and go, so that a conversation with 100,000 unread costs no more than one with three; counted
 * anew from the index only when the read mark or the clear mark moves. [Note: the clear mark is a bound] A cleared
 * message keeps shown = 1: every reader of message_shown begins above clear_ms/clear_guid. So clearing and recovering
 * a conversation is one write whatever its length.
 */
import type { Store } from './open.ts';
import { SHOWN_WAITING } from './shown-waiting.ts';
import { comparePlaces, hex } from './values.ts';

type Row = {
  cid: number;
  kind: number;
  created_ms: number;
  clear_ms: number;
  clear_guid: Uint8Array;
  clear_at_ms: number | null;
  expired: number;
  read_ms: number;
  read_guid: Uint8Array;
  draft: string;
  last_rid: number | null;
  last_ms: number;
  last_guid: Uint8Array;
  unread: number;
};

const COLUMNS =
  'cid, kind, created_ms, clear_ms, clear_guid, clear_at_ms, expired, read_ms, read_guid, draft, last_rid, last_ms, last_guid, unread';

export type PlacedMessage = { rid: number; mine: boolean; acceptedMs: number; guid: Uint8Array };

const NO_GUID = new Uint8Array(0);

export class ConversationState {
  readonly cid: number;
  readonly guid: Uint8Array;
  readonly hex: string;
  kind: number;
  createdMs: number;
  clearMs: number;
  clearGuid: Uint8Array;
  clearAtMs: number | null;
  expired: boolean;
  readMs: number;
  readGuid: Uint8Array;
  draft: string;
  lastRid: number | null;
  lastMs: number;
  lastGuid: Uint8Array;
  unread: number;
  #findLast = false;
  #countUnread = false;

  private constructor(guid: Uint8Array, row: Row) {
    this.cid = row.cid;
    this.guid = guid;
    this.hex = hex(guid);
    this.kind = row.kind;
    this.createdMs = row.created_ms;
    this.clearMs = row.clear_ms;
    this.clearGuid = row.clear_guid;
    this.clearAtMs = row.clear_at_ms;
    this.expired = row.expired === 1;
    this.readMs = row.read_ms;
    this.readGuid = row.read_guid;
    this.draft = row.draft;
    this.lastRid = row.last_rid;
    this.lastMs = row.last_ms;
    this.lastGuid = row.last_guid;
    this.unread = row.unread;
  }

  static load(store: Store, guid: Uint8Array): ConversationState {
    // A first sync begins with all of them, and none is there yet.
    const row =
      store.get<Row>(
        `INSERT INTO conversation (guid) VALUES (?) ON CONFLICT (guid) DO NOTHING RETURNING ${COLUMNS}`,
        guid,
      ) ?? store.get<Row>(`SELECT ${COLUMNS} FROM conversation WHERE guid = ?`, guid);
    return new ConversationState(new Uint8Array(guid), row!);
  }

  /** A message of this conversation is shown from now on. */
  appeared(store: Store, message: PlacedMessage): void {
    store.memory.touch(this);
    if (this.#cleared(message)) return;
    if (comparePlaces(message.acceptedMs, message.guid, this.lastMs, this.lastGuid) > 0) {
      this.lastRid = message.rid;
      this.lastMs = message.acceptedMs;
      this.lastGuid = message.guid;
    }
    if (this.#unread(message)) this.unread += 1;
  }

  /** A message of this conversation is no longer shown. */
  vanished(store: Store, message: PlacedMessage): void {
    store.memory.touch(this);
    if (this.#cleared(message)) return;
    if (message.rid === this.lastRid) this.#findLast = true;
    if (this.#unread(message)) this.unread -= 1;
  }

  setClear(store: Store, ms: number, guid: Uint8Array, atMs: number | null): void {
    this.clearAtMs = atMs;
    store.memory.touch(this);
    if (ms === this.clearMs && comparePlaces(ms, guid, this.clearMs, this.clearGuid) === 0) return;
    this.clearMs = ms;
    this.clearGuid = guid;
    this.#findLast = true;
    this.#countUnread = true;
    store.changes.message(this.hex, 'all');
    store.changes.flag('recentlyDeleted');
  }

  /** By Keep Messages its last message went; never taken back. */
  setExpired(store: Store): void {
    if (this.expired) return;
    this.expired = true;
    store.memory.touch(this);
  }

  setRead(store: Store, ms: number, guid: Uint8Array): void {
    if (comparePlaces(ms, guid, this.readMs, this.readGuid) === 0) return;
    this.readMs = ms;
    this.readGuid = guid;
    this.#countUnread = true;
    store.memory.touch(this);
  }

  #cleared(message: PlacedMessage): boolean {
    return (
      this.clearMs >= 0 && comparePlaces(message.acceptedMs, message.guid, this.clearMs, this.clearGuid) <= 0
    );
  }
  #unread(message: PlacedMessage): boolean {
    return !message.mine && comparePlaces(message.acceptedMs, message.guid, this.readMs, this.readGuid) > 0;
  }

  flush(store: Store): void {
    if (this.#findLast) {
      const last = store.get<{ rid: number; accepted_ms: number; guid: Uint8Array }>(
        `SELECT rid, accepted_ms, guid FROM message
         WHERE cid = ? AND shown = 1 AND (accepted_ms, guid) > (?, ?) ORDER BY accepted_ms DESC, guid DESC LIMIT 1`,
        this.cid,
        this.clearMs,
        this.clearGuid,
      );
      this.lastRid = last?.rid ?? null;
      this.lastMs = last?.accepted_ms ?? -1;
      this.lastGuid = last?.guid ?? NO_GUID;
      this.#findLast = false;
    }
    if (this.#countUnread) {
      const readFirst = comparePlaces(this.readMs, this.readGuid, this.clearMs, this.clearGuid) >= 0;
      const counted = store.get<{ n: number }>(
        'SELECT count(*) AS n FROM message WHERE cid = ? AND shown = 1 AND mine = 0 AND (accepted_ms, guid) > (?, ?)',
        this.cid,
        readFirst ? this.readMs : this.clearMs,
        readFirst ? this.readGuid : this.clearGuid,
      );
      this.unread = counted?.n ?? 0;
      this.#countUnread = false;
    }
    const waiting = store.get<{ created_ms: number }>(
      `SELECT created_ms FROM outbox o WHERE conversation = ? AND ${SHOWN_WAITING} ORDER BY position DESC LIMIT 1`,
      this.guid,
    );
    const waitingMs = waiting?.created_ms ?? -1;
    const newest = Math.max(this.lastMs, waitingMs);
    // One without messages: listed while it is new or has a draft, not after it was deleted or has expired.
    const isNew = this.clearAtMs === null && !this.expired;
    const listed = this.kind !== 0 && (newest >= 0 || isNew || this.draft !== '');
    store.run(
      `UPDATE conversation SET clear_ms = ?, clear_guid = ?, clear_at_ms = ?, expired = ?, read_ms = ?, read_guid = ?,
         last_rid = ?, last_ms = ?, last_guid = ?, unread = ?, activity_ms = ?, listed = ? WHERE cid = ?`,
      this.clearMs,
      this.clearGuid,
      this.clearAtMs,
      this.expired ? 1 : 0,
      this.readMs,
      this.readGuid,
      this.lastRid,
      this.lastMs,
      this.lastGuid,
      this.unread,
      newest >= 0 ? newest : this.createdMs,
      listed ? 1 : 0,
      this.cid,
    );
    store.changes.conversation(this.hex);
  }
}
