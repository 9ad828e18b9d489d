/** The first schema. */
export const number = 10;

export const sql = `
-- What of a zone is on this device. rev, epoch, hint, hash: the base, that is, what the cloud is known to hold (rev 0: nothing).
-- payload: the local content. gone 1: a tombstone, kept for good.
-- rid of a message with a core rises with its time of acceptance (rid.ts), so neighbours in time are neighbours on disk.
CREATE TABLE record (
  rid INTEGER PRIMARY KEY,
  zone INTEGER NOT NULL,
  id BLOB NOT NULL CHECK (length(id) = 16),
  kind INTEGER NOT NULL,
  gone INTEGER NOT NULL DEFAULT 0,
  rev INTEGER NOT NULL DEFAULT 0,
  epoch INTEGER NOT NULL DEFAULT 0,
  hint INTEGER NOT NULL DEFAULT 0,
  hash BLOB,
  proof BLOB,
  gone_ms INTEGER,
  payload BLOB
) STRICT;
CREATE UNIQUE INDEX record_by_id ON record (zone, id);
-- Bases without content, and proven tombstones that wait for the end of a first sync: few, and found without looking through all.
CREATE INDEX record_unreadable ON record (zone) WHERE gone = 0 AND payload IS NULL;
-- Messages that the cloud does not have: what an upload is counted by. Written before pulled ones come, and empty while all is in step.
CREATE INDEX record_new ON record (zone) WHERE kind = 1 AND rev = 0 AND gone = 0;
CREATE INDEX record_held ON record (zone) WHERE gone = 0 AND proof IS NOT NULL;

-- Records with changes to push. change: rises with every change, so that one made during a push stays.
CREATE TABLE dirty (
  zone INTEGER NOT NULL,
  id BLOB NOT NULL,
  change INTEGER NOT NULL,
  op INTEGER NOT NULL,
  base_rev INTEGER,
  not_before_ms INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (zone, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX dirty_by_change ON dirty (zone, change);

CREATE TABLE zone_state (
  zone INTEGER PRIMARY KEY,
  switch TEXT NOT NULL DEFAULT 'off',
  switch_reason TEXT,
  phase TEXT NOT NULL DEFAULT 'new',
  generation INTEGER NOT NULL DEFAULT 0,
  incarnation TEXT NOT NULL DEFAULT '0',
  head INTEGER NOT NULL DEFAULT 0,
  token BLOB,
  backfill_cursor BLOB,
  backfill_done INTEGER NOT NULL DEFAULT 0,
  backfill_total INTEGER,
  digest BLOB NOT NULL,
  cloud_records INTEGER NOT NULL DEFAULT 0,
  bytes_used INTEGER NOT NULL DEFAULT 0,
  quota_bytes INTEGER NOT NULL DEFAULT 0,
  purge_at_ms INTEGER,
  asked_ms INTEGER NOT NULL DEFAULT 0,
  last_synced_ms INTEGER,
  extra TEXT NOT NULL DEFAULT '{}'
) STRICT;
INSERT INTO zone_state (zone, digest) VALUES (1, zeroblob(32)), (2, zeroblob(32));

-- Deletes made while the switch is off. gone 1: for good, its content is no longer here.
CREATE TABLE local_delete (
  id BLOB PRIMARY KEY,
  deleted_ms INTEGER NOT NULL,
  gone INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE TABLE local_clear (
  conversation BLOB PRIMARY KEY,
  up_to_ms INTEGER NOT NULL,
  up_to_guid BLOB NOT NULL,
  deleted_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Projections: what is read by the window, made anew from records whenever they change.
CREATE TABLE conversation (
  cid INTEGER PRIMARY KEY,
  guid BLOB NOT NULL UNIQUE,
  record_id BLOB,
  kind INTEGER NOT NULL DEFAULT 0,
  name TEXT,
  pinned INTEGER NOT NULL DEFAULT 0,
  muted_until_ms INTEGER,
  created_ms INTEGER NOT NULL DEFAULT 0,
  register_clear_ms INTEGER,
  register_clear_guid BLOB,
  register_clear_at_ms INTEGER,
  clear_device BLOB,
  clear_ms INTEGER NOT NULL DEFAULT -1,
  clear_guid BLOB NOT NULL DEFAULT x'',
  clear_at_ms INTEGER,
  reading_id BLOB,
  read_ms INTEGER NOT NULL DEFAULT -1,
  read_guid BLOB NOT NULL DEFAULT x'',
  marked_unread INTEGER NOT NULL DEFAULT 0,
  draft TEXT NOT NULL DEFAULT '',
  last_rid INTEGER,
  last_ms INTEGER NOT NULL DEFAULT -1,
  last_guid BLOB NOT NULL DEFAULT x'',
  unread INTEGER NOT NULL DEFAULT 0,
  activity_ms INTEGER NOT NULL DEFAULT 0,
  listed INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX conversation_list ON conversation (pinned DESC, activity_ms DESC, cid DESC) WHERE listed = 1;
CREATE INDEX conversation_cleared ON conversation (clear_at_ms) WHERE clear_at_ms IS NOT NULL;
CREATE INDEX conversation_unread ON conversation (cid) WHERE listed = 1 AND (unread > 0 OR marked_unread = 1);

CREATE TABLE conversation_member (
  cid INTEGER NOT NULL,
  account BLOB NOT NULL,
  handle TEXT NOT NULL DEFAULT '',
  name TEXT NOT NULL DEFAULT '',
  identity_key BLOB,
  delivered_ms INTEGER NOT NULL DEFAULT -1,
  delivered_guid BLOB NOT NULL DEFAULT x'',
  read_ms INTEGER NOT NULL DEFAULT -1,
  read_guid BLOB NOT NULL DEFAULT x'',
  member INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (cid, account)
) STRICT, WITHOUT ROWID;

-- shown 1: its core is here and it is not in Recently Deleted by itself. (Cleared with its conversation: a bound of the queries.)
CREATE TABLE message (
  rid INTEGER PRIMARY KEY,
  cid INTEGER NOT NULL,
  id BLOB NOT NULL,
  guid BLOB NOT NULL,
  sender BLOB NOT NULL,
  mine INTEGER NOT NULL,
  accepted_ms INTEGER NOT NULL,
  sent_ms INTEGER NOT NULL,
  service INTEGER NOT NULL,
  shown INTEGER NOT NULL,
  reactions INTEGER NOT NULL,
  text TEXT NOT NULL,
  edited_ms INTEGER,
  unsent_ms INTEGER,
  deleted_ms INTEGER,
  deleted_device BLOB,
  reply_sender BLOB,
  reply_guid BLOB
) STRICT;
CREATE INDEX message_shown ON message (cid, accepted_ms, guid, mine) WHERE shown = 1;
CREATE INDEX message_by_guid ON message (guid);
CREATE INDEX message_deleted ON message (deleted_ms, rid) WHERE deleted_ms IS NOT NULL;

CREATE TABLE message_reaction (
  rid INTEGER NOT NULL,
  account BLOB NOT NULL,
  emoji TEXT NOT NULL,
  stamp INTEGER NOT NULL,
  PRIMARY KEY (rid, account)
) STRICT, WITHOUT ROWID;

-- search-text.ts cuts the text; this only splits it. Its rowid is the message's rid: newest first comes for nothing.
CREATE VIRTUAL TABLE message_text USING fts5(text, content='', columnsize=0, tokenize='ascii');
INSERT INTO message_text (message_text, rank) VALUES ('secure-delete', 1);

CREATE TABLE device (
  id BLOB PRIMARY KEY,
  record_id BLOB NOT NULL,
  name TEXT NOT NULL,
  switch_on INTEGER,
  switch_reason TEXT,
  last_sync_ms INTEGER,
  version TEXT,
  platform TEXT,
  seen BLOB
) STRICT, WITHOUT ROWID;

CREATE TABLE account_settings (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  record_id BLOB,
  keep_days INTEGER NOT NULL DEFAULT 0,
  keep_effective_ms INTEGER NOT NULL DEFAULT 0,
  read_receipts INTEGER NOT NULL DEFAULT 1,
  profile_name TEXT NOT NULL DEFAULT ''
) STRICT;
INSERT INTO account_settings (one) VALUES (1);
CREATE TABLE blocked (account BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;

-- Mail.
CREATE TABLE outbox (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  send_id BLOB NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  conversation BLOB NOT NULL,
  guid BLOB NOT NULL,
  body BLOB NOT NULL,
  text TEXT NOT NULL DEFAULT '',
  reply_to BLOB,
  created_ms INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'queued',
  failure TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  not_before_ms INTEGER NOT NULL DEFAULT 0,
  sealed BLOB
) STRICT;
CREATE INDEX outbox_by_conversation ON outbox (conversation, kind, position);
CREATE INDEX outbox_ready ON outbox (position) WHERE state <> 'failed';

CREATE TABLE pending_envelope (
  position INTEGER PRIMARY KEY,
  accepted_ms INTEGER NOT NULL,
  sender BLOB NOT NULL,
  send_id BLOB NOT NULL,
  content BLOB NOT NULL,
  epoch INTEGER NOT NULL,
  suite INTEGER NOT NULL,
  sealed_key BLOB NOT NULL,
  reason TEXT NOT NULL,
  received_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE mail_cursor (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  stored INTEGER NOT NULL DEFAULT 0,
  acknowledged INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO mail_cursor (one) VALUES (1);

-- Who this device is, its keys, and what is known of others.
CREATE TABLE identity (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  account_id BLOB NOT NULL,
  handle TEXT NOT NULL,
  cloud_url TEXT NOT NULL,
  device_id BLOB NOT NULL,
  sign_public BLOB NOT NULL,
  sign_secret BLOB NOT NULL,
  seal_public BLOB NOT NULL,
  seal_secret BLOB NOT NULL,
  session_token TEXT,
  state TEXT NOT NULL DEFAULT 'active',
  created_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE keyring_log (
  position INTEGER PRIMARY KEY,
  body BLOB NOT NULL,
  signature BLOB NOT NULL
) STRICT;
CREATE TABLE keyring_epoch (
  epoch INTEGER PRIMARY KEY,
  body BLOB NOT NULL,
  signature BLOB NOT NULL,
  secret BLOB
) STRICT;
CREATE TABLE keyring_wrap (
  epoch INTEGER NOT NULL,
  recipient BLOB NOT NULL,
  suite INTEGER NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (epoch, recipient)
) STRICT, WITHOUT ROWID;

CREATE TABLE pin (
  account BLOB PRIMARY KEY,
  handle TEXT NOT NULL,
  name TEXT NOT NULL DEFAULT '',
  identity_key BLOB NOT NULL,
  log_length INTEGER NOT NULL,
  head_hash BLOB NOT NULL,
  epoch INTEGER NOT NULL,
  inbox_key BLOB NOT NULL,
  keyring BLOB,
  looked_up_ms INTEGER NOT NULL,
  changed INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX pin_by_handle ON pin (handle);

CREATE TABLE notice (
  id TEXT PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  code TEXT NOT NULL,
  detail TEXT NOT NULL,
  dismissed INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX notice_open ON notice (at_ms) WHERE dismissed = 0;

CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value ANY NOT NULL
) STRICT, WITHOUT ROWID;
`;
