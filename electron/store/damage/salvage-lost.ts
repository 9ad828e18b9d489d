/** Messages that a damaged database names and that could not be read: which they are, and what of them is still written elsewhere. */
import { fromHex } from '../../../shared/crypto/bytes.ts';
import type { Store } from '../open.ts';
import { hex, plain } from '../values.ts';
import type { Row } from './keepsake.ts';
import { type DamagedFile, readByBytes } from './read-around.ts';
import type { LostMessage } from './salvaged.ts';

const MOST_LOST = 500_000;

export type Missing = { rid: number; zone: number; id: Uint8Array | null };

export class LostMessages {
  readonly #file: DamagedFile;
  readonly #target: Store;
  /** By row number. `sure`: the window had read it, so it had not been deleted for good. */
  readonly #lost = new Map<number, LostMessage & { sure: boolean }>();

  constructor(file: DamagedFile, target: Store) {
    this.#file = file;
    this.#target = target;
  }

  get size(): number {
    return this.#lost.size;
  }

  get list(): LostMessage[] {
    return [...this.#lost.values()].map(({ sure: _, ...one }) => one);
  }

  get sure(): boolean {
    return [...this.#lost.values()].every(({ sure }) => sure);
  }

  add(rid: number, lost: LostMessage & { sure: boolean }): void {
    this.#lost.set(rid, lost);
  }

  found(rid: number): void {
    this.#lost.delete(rid);
  }

  /** Records that the index names and that are not in the new database. */
  missing(zones: readonly number[]): Missing[] {
    const missing: Missing[] = [];
    const known = this.#target.sql('SELECT 1 AS one FROM record WHERE zone = ? AND id = ?');
    const seen = new Set<number>();
    for (const zone of zones) {
      readByBytes(
        this.#file,
        'record INDEXED BY record_by_id',
        'id',
        (row) => {
          const rid = Number(row['rid']);
          const id = plain(row['id'] as Uint8Array);
          if (missing.length >= MOST_LOST || seen.has(rid) || known.get(zone, id) !== undefined) return;
          seen.add(rid);
          missing.push({ rid, zone, id });
        },
        { columns: 'zone, id, rid', where: `zone = ${zone}` },
      );
    }
    return missing;
  }

  /** What the new database knows to be deleted for good is not lost. */
  dropGone(): void {
    const gone = this.#target.sql('SELECT 1 AS one FROM record WHERE zone = 2 AND id = ? AND gone = 1');
    for (const [rid, { id }] of this.#lost)
      if (id !== null && gone.get(fromHex(id)) !== undefined) this.#lost.delete(rid);
  }

  /** Those of which the window had read nothing. Takes them out, and gives their ids. */
  takeUnread(): Uint8Array[] {
    const ids: Uint8Array[] = [];
    for (const [rid, lost] of this.#lost) {
      if (lost.sure || lost.id === null) continue;
      this.#lost.delete(rid);
      ids.push(fromHex(lost.id));
    }
    return ids;
  }

  /** Of messages that are gone, whose and when they were is often still written in an index. */
  findPlaces(guidOf: (cid: number) => Uint8Array | null): void {
    const known = this.#target.sql('SELECT 1 AS one FROM message WHERE guid = ?');
    const gone = this.#target.sql('SELECT 1 AS one FROM record WHERE rid = ? AND gone = 1');
    const select = 'SELECT rid, cid, accepted_ms, guid FROM message INDEXED BY message_shown WHERE shown = 1';
    const take = (row: Row): void => {
      if (known.get(row['guid']) !== undefined || gone.get(row['rid']) !== undefined) return;
      const conversation = guidOf(Number(row['cid']));
      const rid = Number(row['rid']);
      this.#lost.set(rid, {
        id: this.#lost.get(rid)?.id ?? null,
        conversation: conversation === null ? null : hex(conversation),
        atMs: Number(row['accepted_ms']),
        sure: true,
      });
    };
    if (this.#file.each<Row>(`${select} ORDER BY cid, accepted_ms, guid`, [], take)) return;
    this.#file.each<Row>(`${select} ORDER BY cid DESC, accepted_ms DESC, guid DESC`, [], take);
  }
}
