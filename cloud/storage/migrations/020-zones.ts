/**
 * Zones and their records. A record's row is replaced in place, so that a pull by seq gives the newest version of each
 * record only. Each hot query has its index: compare-and-set by id, pull by seq, first sync by (rank, id).
 */
export const migration020 = {
  version: 20,
  sql: `
    CREATE TABLE zone (
      no INTEGER PRIMARY KEY,
      account INTEGER NOT NULL REFERENCES account (no),
      kind INTEGER NOT NULL,
      generation INTEGER NOT NULL,
      incarnation INTEGER NOT NULL,
      head INTEGER NOT NULL,
      digest BLOB NOT NULL,
      records INTEGER NOT NULL,
      tombstones INTEGER NOT NULL,
      purge_at_ms INTEGER NOT NULL DEFAULT 0,
      UNIQUE (account, kind)
    ) STRICT;

    CREATE TABLE record (
      no INTEGER PRIMARY KEY,
      zone INTEGER NOT NULL REFERENCES zone (no),
      id BLOB NOT NULL,
      seq INTEGER NOT NULL,
      rev INTEGER NOT NULL,
      epoch INTEGER NOT NULL,
      rank INTEGER NOT NULL,
      size INTEGER NOT NULL,
      hash BLOB NOT NULL,
      ct BLOB,
      proof BLOB,
      CHECK ((ct IS NULL) <> (proof IS NULL))
    ) STRICT;
    CREATE UNIQUE INDEX record_by_id ON record (zone, id);
    CREATE UNIQUE INDEX record_by_seq ON record (zone, seq);
    CREATE INDEX record_by_rank ON record (zone, rank, id);
  `,
};
