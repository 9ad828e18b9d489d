/**
 * Blobs, in chunks of 64 KiB, and who uses them. `blob_in_zone` counts the records of a zone that name a blob; it goes with its zone.
 * `blob_use` is what an account has of it beside that: its own upload, its sends and its mail, each with a count or a time until
 * which it holds, or both. A blob without any of these is dead: its id goes at once, its chunks in slices.
 * `record.blobs` and `envelope.blobs` are the ids they name, one behind the other.
 */
export const migration050 = {
  version: 50,
  sql: `
    CREATE TABLE blob (
      no INTEGER PRIMARY KEY,
      id BLOB,
      size INTEGER NOT NULL,
      received INTEGER NOT NULL,
      uploader INTEGER REFERENCES account (no)
    ) STRICT;
    CREATE UNIQUE INDEX blob_whole ON blob (id) WHERE uploader IS NULL AND id IS NOT NULL;
    CREATE UNIQUE INDEX blob_upload ON blob (uploader, id) WHERE uploader IS NOT NULL;
    CREATE INDEX blob_dead ON blob (no) WHERE id IS NULL;

    CREATE TABLE blob_chunk (
      blob INTEGER NOT NULL REFERENCES blob (no),
      chunk INTEGER NOT NULL,
      hash BLOB NOT NULL,
      bytes BLOB NOT NULL,
      UNIQUE (blob, chunk)
    ) STRICT;

    CREATE TABLE blob_in_zone (
      zone INTEGER NOT NULL REFERENCES zone (no),
      blob INTEGER NOT NULL REFERENCES blob (no),
      records INTEGER NOT NULL,
      PRIMARY KEY (zone, blob)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX blob_in_zone_by_blob ON blob_in_zone (blob);

    CREATE TABLE blob_use (
      account INTEGER NOT NULL REFERENCES account (no),
      blob INTEGER NOT NULL REFERENCES blob (no),
      reason INTEGER NOT NULL,
      count INTEGER NOT NULL,
      until_ms INTEGER NOT NULL,
      PRIMARY KEY (account, blob, reason)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX blob_use_by_blob ON blob_use (blob);
    CREATE INDEX blob_use_by_time ON blob_use (until_ms) WHERE until_ms > 0;
    CREATE INDEX blob_use_by_reason ON blob_use (account, reason);

    ALTER TABLE record ADD COLUMN blobs BLOB;
    ALTER TABLE envelope ADD COLUMN blobs BLOB;
  `,
};
