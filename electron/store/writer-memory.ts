/**
 * What the one writer keeps in memory: where each conversation stands, the zones' digests, counters, and which blocks of the search
 * index have changed. Sound only because nobody else writes; a rollback forgets all of it.
 *
 * Within a transaction the work that many records share is put off: `flush` writes each touched conversation, digest and block
 * once, before the commit.
 */
import { ZoneDigest } from '../../shared/crypto/zone-digest.ts';
import { ConversationState } from './conversation-state.ts';
import type { Store } from './open.ts';
import { FIRST_MESSAGE_RID } from './rid.ts';
import { SearchBlocks } from './search-blocks.ts';
import { mapKey, plain } from './values.ts';

const ACCEPTED_KEPT = 1000;

export class WriterMemory {
  readonly search: SearchBlocks;
  readonly #store: Store;
  readonly #conversations = new Map<string, ConversationState>();
  readonly #byCid = new Map<number, ConversationState>();
  readonly #touched = new Set<ConversationState>();
  readonly #digests = new Map<number, ZoneDigest>();
  readonly #digestsChanged = new Set<number>();
  #lastSmallRid: number | null = null;
  #lastChange: number | null = null;
  #self: Uint8Array | null | undefined;
  #anyLocalDelete: boolean | undefined;
  #anyRememberedDelete: boolean | undefined;
  /** Outbox id to record id, as map keys, of the last messages accepted: what the window may still call them by. */
  readonly #accepted = new Map<string, Uint8Array>();

  constructor(store: Store) {
    this.#store = store;
    this.search = new SearchBlocks(store);
  }

  /** This account's id, or null before sign-in. */
  get self(): Uint8Array | null {
    if (this.#self === undefined) {
      const row = this.#store.get<{ account_id: Uint8Array }>(
        'SELECT account_id FROM identity WHERE one = 1',
      );
      this.#self = row === undefined ? null : plain(row.account_id);
    }
    return this.#self;
  }
  set self(account: Uint8Array | null) {
    this.#self = account;
  }

  /** Row numbers of everything but messages. */
  smallRid(): number {
    if (this.#lastSmallRid === null) {
      const row = this.#store.get<{ rid: number }>(
        'SELECT rid FROM record WHERE rid < ? ORDER BY rid DESC LIMIT 1',
        FIRST_MESSAGE_RID,
      );
      this.#lastSmallRid = row?.rid ?? 0;
    }
    this.#lastSmallRid += 1;
    return this.#lastSmallRid;
  }

  /** A number higher than that of every change before. */
  nextChange(): number {
    if (this.#lastChange === null) {
      let last = 0;
      for (const zone of [1, 2]) {
        const row = this.#store.get<{ change: number }>(
          'SELECT change FROM dirty WHERE zone = ? ORDER BY change DESC LIMIT 1',
          zone,
        );
        last = Math.max(last, row?.change ?? 0);
      }
      this.#lastChange = last;
    }
    this.#lastChange += 1;
    return this.#lastChange;
  }

  /** The zone's running digest, as it stands. */
  digest(zone: number): ZoneDigest {
    let digest = this.#digests.get(zone);
    if (digest === undefined) {
      const row = this.#store.get<{ digest: Uint8Array }>(
        'SELECT digest FROM zone_state WHERE zone = ?',
        zone,
      );
      digest = new ZoneDigest(row === undefined ? undefined : plain(row.digest));
      this.#digests.set(zone, digest);
    }
    return digest;
  }
  /** For whoever changes a base. */
  changeDigest(zone: number): ZoneDigest {
    this.#digestsChanged.add(zone);
    return this.digest(zone);
  }
  setDigest(zone: number, digest: ZoneDigest): void {
    this.#digests.set(zone, digest);
    this.#digestsChanged.add(zone);
  }

  /** False while nothing was deleted with the switch off, which spares a look-up per record. */
  get anyLocalDelete(): boolean {
    this.#anyLocalDelete ??= this.#store.get('SELECT 1 AS one FROM local_delete LIMIT 1') !== undefined;
    return this.#anyLocalDelete;
  }
  localDeletesChanged(): void {
    this.#anyLocalDelete = undefined;
  }

  /** False on nearly every device, which spares a look-up per message that comes. */
  get anyRememberedDelete(): boolean {
    this.#anyRememberedDelete ??=
      this.#store.get('SELECT 1 AS one FROM remembered_delete LIMIT 1') !== undefined;
    return this.#anyRememberedDelete;
  }
  rememberedDeletesChanged(): void {
    this.#anyRememberedDelete = undefined;
  }

  /** A message left the outbox and is a record now. */
  accepted(sendId: Uint8Array, recordId: Uint8Array): void {
    this.#accepted.set(mapKey(sendId), recordId);
    if (this.#accepted.size <= ACCEPTED_KEPT) return;
    for (const oldest of this.#accepted.keys()) {
      this.#accepted.delete(oldest);
      return;
    }
  }
  /** What a message that was in the outbox a moment ago is called now. */
  nowCalled(id: Uint8Array): Uint8Array {
    return this.#accepted.get(mapKey(id)) ?? id;
  }

  /** The state of a conversation, made when it is first heard of. */
  conversation(guid: Uint8Array): ConversationState {
    const key = mapKey(guid);
    let state = this.#conversations.get(key);
    if (state === undefined) {
      state = ConversationState.load(this.#store, guid);
      this.#conversations.set(key, state);
      this.#byCid.set(state.cid, state);
    }
    return state;
  }
  conversationByCid(cid: number): ConversationState {
    const known = this.#byCid.get(cid);
    if (known !== undefined) return known;
    const row = this.#store.get<{ guid: Uint8Array }>('SELECT guid FROM conversation WHERE cid = ?', cid);
    if (row === undefined) throw new Error(`No conversation ${cid}.`);
    return this.conversation(plain(row.guid));
  }
  touch(state: ConversationState): void {
    this.#touched.add(state);
  }

  flush(): void {
    for (const state of this.#touched) state.flush(this.#store);
    this.#touched.clear();
    for (const zone of this.#digestsChanged) {
      this.#store.run('UPDATE zone_state SET digest = ? WHERE zone = ?', this.digest(zone).toBytes(), zone);
    }
    this.#digestsChanged.clear();
    this.search.flush();
  }

  forget(): void {
    this.#conversations.clear();
    this.#byCid.clear();
    this.#touched.clear();
    this.#digests.clear();
    this.#digestsChanged.clear();
    this.search.forget();
    this.#lastSmallRid = null;
    this.#lastChange = null;
    this.#self = undefined;
    this.#anyLocalDelete = undefined;
    this.#anyRememberedDelete = undefined;
  }
}
