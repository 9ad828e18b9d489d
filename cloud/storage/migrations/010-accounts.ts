/** Accounts, their keys, devices' sessions and what sign-in needs. */
export const migration010 = {
  version: 10,
  sql: `
    CREATE TABLE account (
      no INTEGER PRIMARY KEY,
      id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
      handle TEXT NOT NULL UNIQUE,
      opaque_record TEXT NOT NULL,
      password_wrap BLOB NOT NULL,
      recovery_wrap BLOB NOT NULL,
      recovery_key BLOB NOT NULL,
      sign_up_hash BLOB NOT NULL,
      created_ms INTEGER NOT NULL,
      log_length INTEGER NOT NULL,
      epoch INTEGER NOT NULL,
      bytes_used INTEGER NOT NULL DEFAULT 0
    ) STRICT;

    CREATE TABLE invitation (
      code_hash BLOB PRIMARY KEY,
      created_ms INTEGER NOT NULL,
      used_ms INTEGER
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE sign_in_failure (
      handle_hash BLOB PRIMARY KEY,
      failures INTEGER NOT NULL,
      locked_until_ms INTEGER NOT NULL,
      last_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE ticket (
      hash BLOB PRIMARY KEY,
      account INTEGER NOT NULL REFERENCES account (no),
      by_recovery INTEGER NOT NULL,
      expires_ms INTEGER NOT NULL,
      used_for BLOB
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE log_entry (
      account INTEGER NOT NULL REFERENCES account (no),
      position INTEGER NOT NULL,
      body BLOB NOT NULL,
      signature BLOB NOT NULL,
      PRIMARY KEY (account, position)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE epoch (
      account INTEGER NOT NULL REFERENCES account (no),
      epoch INTEGER NOT NULL,
      body BLOB NOT NULL,
      signature BLOB NOT NULL,
      PRIMARY KEY (account, epoch)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE key_wrap (
      account INTEGER NOT NULL REFERENCES account (no),
      recipient BLOB NOT NULL,
      epoch INTEGER NOT NULL,
      suite INTEGER NOT NULL,
      sealed BLOB NOT NULL,
      PRIMARY KEY (account, recipient, epoch)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE session (
      token_hash BLOB PRIMARY KEY,
      account INTEGER NOT NULL REFERENCES account (no),
      device BLOB NOT NULL,
      created_ms INTEGER NOT NULL,
      last_seen_ms INTEGER NOT NULL,
      revoked_ms INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX session_by_device ON session (account, device);
  `,
};
