/**
 * Purging a zone. Its row says what is pending; when the time has come the row is given a negative kind, so that no call finds
 * it any more, and its records go in slices. `ended_purge` remembers the ids that were undone or done: a purge id is good once.
 * `zone.bytes` is the ciphertext of that zone's records. Two indexes let what is over its time be found without a scan.
 */
export const migration040 = {
  version: 40,
  sql: `
    ALTER TABLE zone ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE zone ADD COLUMN purge_id BLOB;
    ALTER TABLE zone ADD COLUMN purge_device BLOB;
    UPDATE zone SET bytes = (SELECT coalesce(sum(record.size), 0) FROM record WHERE record.zone = zone.no);
    CREATE INDEX zone_by_purge ON zone (purge_at_ms) WHERE purge_at_ms > 0;
    CREATE INDEX zone_dead ON zone (no) WHERE kind < 0;

    CREATE TABLE ended_purge (
      no INTEGER PRIMARY KEY,
      account INTEGER NOT NULL REFERENCES account (no),
      id BLOB NOT NULL,
      UNIQUE (account, id)
    ) STRICT;

    CREATE INDEX sign_in_failure_by_age ON sign_in_failure (last_ms);
    CREATE INDEX ticket_by_age ON ticket (expires_ms);
  `,
};
