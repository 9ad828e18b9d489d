/** Attachments: what messages have, where their bytes are, and what is about to be sent. */
export const number = 50;

export const sql = `
-- A projection: the files of each message, in its order. Of one that was unsent: none.
CREATE TABLE attachment (
  rid INTEGER NOT NULL,
  place INTEGER NOT NULL,
  blob_id BLOB NOT NULL,
  key BLOB NOT NULL,
  suite INTEGER NOT NULL,
  size INTEGER NOT NULL,
  name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL,
  thumbnail BLOB NOT NULL,
  PRIMARY KEY (rid, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX attachment_by_blob ON attachment (blob_id);
ALTER TABLE message ADD COLUMN attachments INTEGER NOT NULL DEFAULT 0;

-- Where the bytes of a blob are. Not made from records: it says what lies in the folder beside the database, and how far a transfer is.
-- sealed: its length at the cloud. newest: the newest message that names it, by which downloads go. here 1: whole in the folder.
-- want 0: when a person asks, 1: by itself, 2: a person has asked. got, sent: sealed bytes that have come, that the cloud has.
-- sending 1: to be uploaded. nowhere 1: neither the cloud nor this device has it, so no put names it.
-- lacking 1: a record at the cloud does not name it, and is put again once the bytes are here.
CREATE TABLE blob (
  id BLOB PRIMARY KEY CHECK (length(id) = 32),
  sealed INTEGER NOT NULL,
  newest INTEGER NOT NULL DEFAULT 0,
  here INTEGER NOT NULL DEFAULT 0,
  want INTEGER NOT NULL DEFAULT 0,
  got INTEGER NOT NULL DEFAULT 0,
  sent INTEGER NOT NULL DEFAULT 0,
  sending INTEGER NOT NULL DEFAULT 0,
  nowhere INTEGER NOT NULL DEFAULT 0,
  lacking INTEGER NOT NULL DEFAULT 0,
  failure TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  not_before_ms INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX blob_to_get ON blob (want, newest) WHERE here = 0 AND failure IS NULL;
CREATE INDEX blob_to_send ON blob (sealed) WHERE sending = 1;
-- Perhaps nothing names it any more: looked at, and then its file goes.
CREATE TABLE blob_loose (id BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;

-- Files that a person has put into the field to write in, and (send_id) those of messages in the outbox.
CREATE TABLE attachment_draft (
  id BLOB PRIMARY KEY,
  conversation BLOB NOT NULL,
  position INTEGER NOT NULL,
  send_id BLOB,
  blob_id BLOB NOT NULL,
  key BLOB NOT NULL,
  suite INTEGER NOT NULL,
  size INTEGER NOT NULL,
  name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL,
  thumbnail BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX attachment_draft_by_conversation ON attachment_draft (conversation, position);
CREATE INDEX attachment_draft_by_send ON attachment_draft (send_id, position) WHERE send_id IS NOT NULL;
CREATE INDEX attachment_draft_by_blob ON attachment_draft (blob_id);

-- Of a message: how many of its blobs the cloud does not have whole yet. It goes when that is none.
ALTER TABLE outbox ADD COLUMN uploads INTEGER NOT NULL DEFAULT 0;
CREATE INDEX outbox_uploading ON outbox (conversation, position) WHERE uploads > 0;
`;
