/** Mailboxes: one sealed content for all recipients, one entry with the sealed content key for each. */
export const migration030 = {
  version: 30,
  sql: `
    CREATE TABLE mailbox (
      account INTEGER PRIMARY KEY REFERENCES account (no),
      head INTEGER NOT NULL,
      last_accepted_ms INTEGER NOT NULL,
      entries INTEGER NOT NULL,
      bytes INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE mailbox_cursor (
      account INTEGER NOT NULL REFERENCES account (no),
      device BLOB NOT NULL,
      position INTEGER NOT NULL,
      PRIMARY KEY (account, device)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE envelope (
      no INTEGER PRIMARY KEY,
      sender BLOB NOT NULL,
      send_id BLOB NOT NULL,
      accepted_ms INTEGER NOT NULL,
      content BLOB NOT NULL,
      holders INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE mailbox_entry (
      account INTEGER NOT NULL REFERENCES account (no),
      position INTEGER NOT NULL,
      envelope INTEGER NOT NULL REFERENCES envelope (no),
      epoch INTEGER NOT NULL,
      suite INTEGER NOT NULL,
      sealed_key BLOB NOT NULL,
      size INTEGER NOT NULL,
      PRIMARY KEY (account, position)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE send (
      account INTEGER NOT NULL REFERENCES account (no),
      send_id BLOB NOT NULL,
      request_hash BLOB NOT NULL,
      response BLOB NOT NULL,
      created_ms INTEGER NOT NULL,
      PRIMARY KEY (account, send_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX send_by_age ON send (created_ms);
  `,
};
