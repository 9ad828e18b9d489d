/**
 * The blobs that a push's records name (SPEC BLB-12 to BLB-14). Read with two or three statements for the whole push, decided in
 * memory operation by operation, written at its end: as push.ts does with the records themselves.
 */
import { toHex } from '../../shared/crypto/bytes.ts';
import type { CloudContext } from '../context.ts';
import type { Writer } from '../storage/database.ts';
import type { Reached } from './uses.ts';

/** What an operation's change of names would cost the account and its zone, in bytes of blobs. */
export type Change = { account: number; zone: number };

export type Naming = {
  /** Those of `ids` that cannot be named: the account reaches no whole blob of that id. */
  missing(ids: Uint8Array[]): Uint8Array[];
  /** Of a record that names `before` and is to name `after`, all of them reached. Changes nothing. */
  cost(before: Uint8Array[], after: Uint8Array[]): Change;
  /** Does it. */
  change(before: Uint8Array[], after: Uint8Array[]): void;
  /** Writes what was changed. */
  write(): void;
};

const FREE: Change = { account: 0, zone: 0 };

/** `ids`: every blob that the push's operations name, or that the records they replace have named. */
export const createNaming = (
  write: Writer,
  { db, blobs }: CloudContext,
  zone: { no: number; account: number },
  ids: Uint8Array[],
): Naming => {
  const reached = ids.length === 0 ? new Map<string, Reached>() : blobs.reached(write, zone.account, ids);
  const records = new Map([...reached].map(([key, blob]) => [key, blob.records]));

  const differences = (before: Uint8Array[], after: Uint8Array[]): { key: string; by: 1 | -1 }[] => {
    const old = new Set(before.map(toHex));
    const now = new Set(after.map(toHex));
    return [
      ...[...old].filter((key) => !now.has(key)).map((key) => ({ key, by: -1 as const })),
      ...[...now].filter((key) => !old.has(key)).map((key) => ({ key, by: 1 as const })),
    ];
  };

  return {
    missing: (named) => named.filter((id) => !reached.has(toHex(id))),
    cost: (before, after) => {
      if (before.length === 0 && after.length === 0) return FREE;
      const cost = { ...FREE };
      for (const { key, by } of differences(before, after)) {
        const blob = reached.get(key);
        const count = records.get(key) ?? 0;
        if (blob === undefined || count !== (by === 1 ? 0 : 1)) continue;
        cost.zone += by * blob.size;
        if (!blob.own) cost.account += by * blob.size;
      }
      return cost;
    },
    change: (before, after) => {
      for (const { key, by } of differences(before, after)) records.set(key, (records.get(key) ?? 0) + by);
    },
    write: () => {
      for (const [key, blob] of reached) {
        const count = records.get(key) ?? 0;
        if (count === blob.records) continue;
        if (count === 0) {
          write.run(
            db.sql.deleteFrom('blob_in_zone').where('zone', '=', zone.no).where('blob', '=', blob.no),
          );
          blobs.release(write, blob.no);
          continue;
        }
        write.run(
          db.sql
            .insertInto('blob_in_zone')
            .values({ zone: zone.no, blob: blob.no, records: count })
            .onConflict((conflict) => conflict.columns(['zone', 'blob']).doUpdateSet({ records: count })),
        );
        if (blob.records === 0 && blob.own) blobs.unput(write, zone.account, blob);
      }
    },
  };
};
