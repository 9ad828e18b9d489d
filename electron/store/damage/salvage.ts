/**
 * From a damaged database into a new one: everything that can be read, and the truth about what cannot.
 *
 * Content only: what the window reads and the search index are made anew from it, as ever. What the cloud is known to hold is forgotten,
 * as after a restore of the cloud (SPEC SYN-10): everything pulled is merged, everything here is offered, nothing is swept. Rows come from,
 * in this order: the table itself; the same by its index; for a message, what the window reads of it (rebuild.ts); for what makes this
 * device itself, the keepsake.
 */
import { fromHex } from '../../../shared/crypto/bytes.ts';
import { PayloadError } from '../../../shared/model/payload.ts';
import { decodePayload } from '../../../shared/model/payload-codec.ts';
import { allDrafts } from '../attachments.ts';
import type { BlobFiles } from '../blob-files.ts';
import { needBlob, restartUploads } from '../blobs.ts';
import type { Store } from '../open.ts';
import { project } from '../project.ts';
import { deleteForGood, putMerged } from '../records.ts';
import { rememberDeleteOf } from '../remembered-deletes.ts';
import { FIRST_MESSAGE_RID } from '../rid.ts';
import { hex, plain, sameBytes, type ZoneName } from '../values.ts';
import type { Keepsake, Row } from './keepsake.ts';
import { knownRids } from './known-rids.ts';
import { type DamagedFile, readByBytes, readOne } from './read-around.ts';
import { readByNumber } from './read-by-number.ts';
import { attachmentOf, deleteAgain, messageAgain } from './rebuild.ts';
import { conversationsAgain } from './salvage-conversations.ts';
import { LostMessages } from './salvage-lost.ts';
import { addOutbox, addTables, addTombstone } from './salvage-second.ts';
import { BY_BYTES, BY_NUMBER, nameOf, placeOf } from './salvage-tables.ts';
import { restoreZones } from './salvage-zones.ts';
import type { Salvaged } from './salvaged.ts';

/** Records of one transaction. */
const TOGETHER = 2_000;
/** Looks for single rows that fail. */
const MOST_MISSES = 2_000;

export type SalvageOptions = {
  target: Store;
  /** Another state of the same database, of which nobody can say that it is the older one (salvage-second.ts). */
  second: DamagedFile | null;
  keepsake: Keepsake | null;
  files: BlobFiles;
  nowMs: number;
  onProgress(done: number): void;
};

const ZONES = [1, 2] as const;
/** Whether a message is one that the cloud does not have, by the index of those alone. */
const NEW =
  'SELECT 1 AS one FROM record INDEXED BY record_new WHERE zone = 2 AND kind = 1 AND rev = 0 AND gone = 0 AND rid = ?';
/** Made by the new database itself. */
const OWN_META: readonly string[] = ['searchTextVersion'];

export class Salvage {
  readonly #options: SalvageOptions;
  readonly #target: Store;
  readonly #file: DamagedFile;
  readonly #whole = new Set<string>();
  readonly #zones: Row[] = [];
  #read = 0;
  #waiting: Row[] = [];
  #rebuilt = 0;
  readonly #lost: LostMessages;
  #deletesKnown = true;
  #unsentLost = 0;
  #knownRids: Float64Array | null = null;

  constructor(file: DamagedFile, options: SalvageOptions) {
    this.#file = file;
    this.#options = options;
    this.#target = options.target;
    this.#lost = new LostMessages(file, options.target);
  }

  /** What is taken as it stands. */
  tables(): void {
    for (const [table, key] of BY_NUMBER) {
      const rows: Row[] = [];
      const found = readByNumber(this.#file, table, key, (row) => rows.push(row));
      this.#take(table, rows, found.whole);
    }
    for (const [table, key] of BY_BYTES) {
      const rows: Row[] = [];
      const whole = readByBytes(this.#file, table, key, (row) => rows.push(row));
      this.#take(table, rows, whole);
    }
    if (this.#options.second !== null) addTables(this.#options.second, this.#target);
  }

  #take(table: string, rows: Row[], whole: boolean): void {
    if (whole) this.#whole.add(table);
    if (table === 'zone_state') {
      for (const row of rows) this.#zones.push(row);
      return;
    }
    this.#target.write(() => {
      for (const row of rows)
        if (!(table === 'meta' && OWN_META.includes(String(row['name'])))) this.#copy(table, row);
    });
    this.#target.memory.forget();
  }

  /** A row as it stands, in the columns that this version has. */
  #copy(table: string, row: Row): void {
    const known = this.#target.db.pragma(`table_info(${table})`) as { name: string }[];
    const names = known.map(({ name }) => name).filter((name) => row[name] !== undefined);
    const sql = `INSERT OR ${table === 'mail_cursor' ? 'REPLACE' : 'IGNORE'} INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`;
    this.#target.db.prepare(sql).run(...names.map((name) => row[name]));
  }

  /** What could not be read of what makes this device itself. */
  keepsake(): Salvaged['device'] {
    const { keepsake } = this.#options;
    const has = (): boolean => this.#target.get('SELECT 1 AS one FROM identity') !== undefined;
    const before = has();
    if (keepsake !== null) {
      for (const [table, rows] of Object.entries(keepsake.tables))
        if (!this.#whole.has(table) && table !== 'outbox') this.#take(table, rows, false);
    }
    this.#unsent(keepsake?.tables['outbox'] ?? []);
    this.#target.write(() => {
      // What was taken and not acknowledged comes once more; what is read again merges to the same.
      this.#target.run('UPDATE mail_cursor SET stored = acknowledged, complete_ms = -1 WHERE one = 1');
      this.#target.run(`DELETE FROM meta WHERE name IN ('inUse')`);
    });
    // A database of an older schema has none to remember.
    const remembered = this.#whole.has('remembered_delete') || !this.#file.knows(['remembered_delete']);
    const deletes = remembered && this.#whole.has('local_delete') && this.#whole.has('local_clear');
    // Which of two states is the later one is not known, so neither is whether a Recover is.
    this.#deletesKnown = deletes && this.#options.second === null;
    restoreZones(this.#target, this.#zones);
    this.#target.memory.forget();
    return before ? 'database' : has() ? 'keepsake' : 'none';
  }

  /**
   * What waited to be sent and cannot be read is taken from the keepsake where the outbox's index still names it: what was sent or
   * discarded since is not named there.
   */
  #unsent(kept: readonly Row[]): void {
    if (this.#whole.has('outbox')) return;
    const named = new Map<number, Row>();
    const select = 'SELECT position, kind FROM outbox INDEXED BY outbox_by_conversation';
    const take = (row: Row): void => void named.set(Number(row['position']), row);
    const order = ['conversation', 'kind', 'position'];
    const whole =
      this.#file.each(`${select} ORDER BY ${order.join(', ')}`, [], take) ||
      this.#file.each(`${select} ORDER BY ${order.map((name) => `${name} DESC`).join(', ')}`, [], take);
    const isNamed = (row: Row): boolean => named.has(Number(row['position']));
    this.#take('outbox', kept.filter(isNamed), false);
    const here = this.#target.sql('SELECT 1 AS one FROM outbox WHERE position = ?');
    const known = whole ? [...named.values()] : [...named.values(), ...kept.filter((row) => !isNamed(row))];
    this.#unsentLost = known.filter(
      (row) => row['kind'] === 'message' && here.get(row['position']) === undefined,
    ).length;
    this.#target.write(() => {
      this.#target.run(
        'DELETE FROM attachment_draft WHERE send_id IS NOT NULL AND send_id NOT IN (SELECT send_id FROM outbox)',
      );
    });
  }

  records(): void {
    const found = readByNumber(this.#file, 'record', 'rid', (row) => this.#record(row), this.#known);
    this.#flush();
    if (found.whole) this.#whole.add('record');
    const { second } = this.#options;
    if (second !== null) {
      readByNumber(second, 'record', 'rid', (row) => this.#record(row), this.#known);
      this.#flush();
      addOutbox(second, this.#target);
    }
    const missing = this.#lost.missing(ZONES);
    // A row whose content goes on behind a lost page has its key here, and its id in the index.
    for (const rid of found.lost)
      if (rid >= FIRST_MESSAGE_RID && !missing.some((one) => one.rid === rid))
        missing.push({ rid, zone: 2, id: null });
    let misses = 0;
    for (const one of missing) {
      const row = misses < MOST_MISSES ? readOne(this.#file, 'record', 'rid', one.rid) : null;
      if (row != null && (one.id === null || sameBytes(plain(row['id'] as Uint8Array), one.id))) {
        this.#record(row);
        continue;
      }
      misses += 1;
      if (one.zone !== 2 || one.rid < FIRST_MESSAGE_RID) continue;
      this.#lost.add(one.rid, { id: one.id === null ? null : hex(one.id), ...placeOf(one.rid), sure: false });
    }
    this.#flush();
    this.#waitingDeletes();
  }

  /**
   * What a person deleted for good and the cloud has not heard of: only this device knows it, and where the tombstone's page is lost, the
   * queue does. It is offered with all tombstones. Machines' deletes find what they delete again.
   */
  #waitingDeletes(): void {
    let whole = true;
    for (const zone of ZONES) {
      const ids: Uint8Array[] = [];
      const where = `zone = ${zone} AND op = 2 AND base_rev IS NULL`;
      const take = (row: Row): void => void ids.push(plain(row['id'] as Uint8Array));
      whole = readByBytes(this.#file, 'dirty', 'id', take, { columns: 'id', where }) && whole;
      this.#target.memory.forget();
      const options = { push: false, byPerson: true, nowMs: this.#options.nowMs };
      this.#target.write(() => {
        for (const id of ids) deleteForGood(this.#target, zone === 1 ? 'account' : 'messages', id, options);
      });
    }
    this.#lost.dropGone();
    if (!whole && !this.#whole.has('record') && !this.#off) this.#deletesKnown = false;
  }

  readonly #known = (): Float64Array => {
    this.#knownRids ??= knownRids(this.#file);
    return this.#knownRids;
  };

  /** Nothing of the messages goes to the cloud. */
  get #off(): boolean {
    return this.#zones.some((row) => row['zone'] === 2 && row['switch'] === 'off');
  }

  #record(row: Row): void {
    this.#waiting.push(row);
    if (this.#waiting.length >= TOGETHER) this.#flush();
  }

  #flush(): void {
    const rows = this.#waiting;
    this.#waiting = [];
    if (rows.length === 0) return;
    const insert = this.#target.sql(
      `INSERT OR IGNORE INTO record (rid, zone, id, kind, gone, proof, gone_ms, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#target.write(() => {
      for (const row of rows) {
        const { rid, zone, id, kind, gone, proof, gone_ms, payload } = row;
        const { changes } = insert.run(rid, zone, id, kind, gone, proof, gone_ms, payload);
        const name: ZoneName = zone === 1 ? 'account' : 'messages';
        if (changes === 0 && gone === 1) addTombstone(this.#target, name, row);
        if (payload == null) continue;
        try {
          const content = decodePayload(plain(payload as Uint8Array));
          const at = plain(id as Uint8Array);
          if (changes === 1) project(this.#target, name, at, Number(rid), content, null);
          else putMerged(this.#target, name, at, content, { dirty: false });
        } catch (error) {
          if (!(error instanceof PayloadError)) throw error;
        }
      }
    });
    this.#read += rows.length;
    this.#options.onProgress(this.#read);
  }

  /** Records whose page is lost, from what the window reads of them. */
  again(): void {
    if (this.#whole.has('record') && this.#lost.size === 0) return;
    const conversations = new Map<number, Row>();
    readByNumber(this.#file, 'conversation', 'cid', (row) => void conversations.set(Number(row['cid']), row));
    conversationsAgain(this.#file, this.#target, conversations.values(), (id) => this.#madeAgain(id, null));
    const guidOf = (cid: number): Uint8Array | null => {
      const guid = conversations.get(cid)?.['guid'];
      return guid instanceof Uint8Array ? plain(guid) : null;
    };
    const known = this.#target.sql('SELECT 1 AS one FROM record WHERE zone = 2 AND id = ?');
    const rows: Row[] = [];
    const take = (row: Row): void => {
      if (known.get(row['id']) === undefined) rows.push(row);
    };
    const messages = readByNumber(this.#file, 'message', 'rid', take, this.#known);
    for (const row of rows) this.#messageAgain(row, guidOf);
    if (messages.whole && this.#whole.has('record') === false) this.#leftOut();
    this.#lost.findPlaces(guidOf);
  }

  #messageAgain(row: Row, guidOf: (cid: number) => Uint8Array | null): void {
    const rid = Number(row['rid']);
    const conversation = guidOf(Number(row['cid']));
    const lost = (): void => {
      // Should it come again, from the cloud or by mail, it stays deleted.
      const deleted = deleteAgain(row);
      if (deleted !== null) rememberDeleteOf(this.#target, nameOf(row), deleted);
      this.#lost.add(rid, {
        id: hex(plain(row['id'] as Uint8Array)),
        conversation: conversation === null ? null : hex(conversation),
        atMs: Number(row['accepted_ms']),
        sure: true,
      });
    };
    if (conversation === null) {
      lost();
      return;
    }
    const attachments: Row[] = [];
    if (Number(row['attachments'] ?? 0) > 0)
      this.#file.each<Row>('SELECT * FROM attachment WHERE rid = ? ORDER BY place', [rid], (one) =>
        attachments.push(one),
      );
    const reactions: Row[] = [];
    if (Number(row['reactions']) > 0)
      this.#file.each<Row>('SELECT * FROM message_reaction WHERE rid = ?', [rid], (one) =>
        reactions.push(one),
      );
    const payload = messageAgain(row, conversation, attachments.map(attachmentOf), reactions);
    if (payload === null) {
      lost();
      return;
    }
    const id = plain(row['id'] as Uint8Array);
    putMerged(this.#target, 'messages', id, payload, { dirty: false });
    this.#lost.found(rid);
    this.#rebuilt += 1;
    this.#madeAgain(id, rid);
  }

  /**
   * What was changed in it and has not gone up is perhaps not in what the window had read of it: above all that it was recovered, of which a
   * message that was never deleted shows no more. What the cloud never had has no version that would say otherwise.
   */
  #madeAgain(id: Uint8Array, rid: number | null): void {
    if (!this.#deletesKnown || this.#off) return;
    const waits = this.#file.try('SELECT 1 AS one FROM dirty WHERE zone = 2 AND id = ? AND op = 1', id);
    if (waits !== null && waits.row === undefined) return;
    if (waits !== null && rid !== null && this.#file.try(NEW, rid)?.row !== undefined) return;
    this.#deletesKnown = false;
  }

  /**
   * Named by the index, and the window read nothing of them, which is known whole: they had been deleted for good. While the switch is on
   * the cloud's tombstones say so, or the queue of what it has not heard of (#waitingDeletes); while it is off nobody else does.
   */
  #leftOut(): void {
    // What an index of one state names and a table of another does not have, nobody need have deleted.
    if (this.#options.second !== null) return;
    const unread = this.#lost.takeUnread();
    for (const id of this.#off ? unread : [])
      this.#target.run(
        'INSERT OR IGNORE INTO local_delete (id, deleted_ms, gone) VALUES (?, ?, 1)',
        id,
        this.#options.nowMs,
      );
    this.#target.memory.forget();
  }

  /** Files of messages: each that is in the folder is kept, whether or not its message could be read. */
  attachments(): void {
    const { files, nowMs } = this.#options;
    this.#target.write(() => {
      for (const draft of allDrafts(this.#target)) {
        needBlob(this.#target, draft, 0);
        if (draft.sendId !== null) restartUploads(this.#target, draft.sendId);
      }
      for (const { id, whole } of files.list(nowMs)) {
        if (!whole) continue;
        const blob = fromHex(id);
        this.#target.run(
          `INSERT INTO blob (id, sealed, here) VALUES (?, ?, 1) ON CONFLICT (id) DO UPDATE SET here = 1`,
          blob,
          files.length(blob) ?? 0,
        );
      }
    });
  }

  result(device: Salvaged['device']): Salvaged {
    const count = (sql: string): number => this.#target.get<{ n: number }>(sql)!.n;
    return {
      messages: count('SELECT count(*) AS n FROM message'),
      conversations: count('SELECT count(*) AS n FROM conversation WHERE kind > 0'),
      attachments: count('SELECT count(*) AS n FROM attachment'),
      unsent: count(`SELECT count(*) AS n FROM outbox WHERE kind = 'message' AND deleted_ms IS NULL`),
      unsentLost: this.#unsentLost,
      rebuilt: this.#rebuilt,
      lost: this.#lost.list,
      counted: this.#options.keepsake?.counted ?? null,
      device,
      deletesUncertain: !this.#deletesKnown || !this.#lost.sure,
    };
  }
}
