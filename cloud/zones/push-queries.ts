/** What a push asks of the database, compiled once. */
import { sql } from 'kysely';
import { queries } from '../storage/database.ts';
import { fixed, fixedByCount } from '../storage/fixed.ts';

export type Row = {
  zone: number;
  id: Uint8Array;
  seq: number;
  rev: number;
  epoch: number;
  rank: number;
  size: number;
  hash: Uint8Array;
  ct: Uint8Array | null;
  proof: Uint8Array | null;
  blobs: Uint8Array | null;
};

/** What the compare-and-set needs of each record, without its ciphertext. */
export const storedQuery = fixedByCount((given: { zone: number }, each: { id: Uint8Array }[]) =>
  queries
    .selectFrom('record')
    .select(['id', 'seq', 'rev', 'size', 'hash', 'blobs', sql<number>`ct IS NULL`.as('tombstone')])
    .where('zone', '=', given.zone)
    .where(
      'id',
      'in',
      each.map(({ id }) => id),
    ),
);

export const accountQuery = fixed((given: { no: number }) =>
  queries.selectFrom('account').select(['epoch', 'bytes_used']).where('no', '=', given.no),
);

export const writeQuery = fixedByCount((_: Record<string, never>, rows: Row[]) =>
  queries
    .insertInto('record')
    .values(
      rows.map(({ zone, id, seq, rev, epoch, rank, size, hash, ct, proof, blobs }) => {
        return { zone, id, seq, rev, epoch, rank, size, hash, ct, proof, blobs };
      }),
    )
    .onConflict((conflict) =>
      conflict.columns(['zone', 'id']).doUpdateSet((expression) => ({
        seq: expression.ref('excluded.seq'),
        rev: expression.ref('excluded.rev'),
        epoch: expression.ref('excluded.epoch'),
        rank: expression.ref('excluded.rank'),
        size: expression.ref('excluded.size'),
        hash: expression.ref('excluded.hash'),
        ct: expression.ref('excluded.ct'),
        proof: expression.ref('excluded.proof'),
        blobs: expression.ref('excluded.blobs'),
      })),
    ),
);

/** Where the zone stands after it. */
export const placeQuery = fixed(
  (given: {
    no: number;
    head: number;
    records: number;
    tombstones: number;
    bytes: number;
    digest: Uint8Array;
  }) => {
    const { no, head, records, tombstones, bytes, digest } = given;
    const place = { head, records, tombstones, bytes, digest };
    return queries.updateTable('zone').set(place).where('no', '=', no);
  },
);

export const chargeQuery = fixed((given: { no: number; bytes_used: number }) =>
  queries.updateTable('account').set({ bytes_used: given.bytes_used }).where('no', '=', given.no),
);
