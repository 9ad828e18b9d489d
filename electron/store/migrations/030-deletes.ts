/**
 * What a delete needs besides registers: a message deleted before the cloud has accepted it stays in the outbox, hidden (deleted_ms;
 * undoable 1 while its Undo is open); up to what time of acceptance the mailbox is known to have been read; and Recently Deleted
 * read conversation by conversation.
 */
export const number = 30;

export const sql = `
ALTER TABLE outbox ADD COLUMN deleted_ms INTEGER;
ALTER TABLE outbox ADD COLUMN undoable INTEGER NOT NULL DEFAULT 0;
CREATE INDEX outbox_deleted ON outbox (position) WHERE deleted_ms IS NOT NULL;
ALTER TABLE mail_cursor ADD COLUMN complete_ms INTEGER NOT NULL DEFAULT -1;
CREATE INDEX message_deleted_in ON message (cid, deleted_ms, rid) WHERE deleted_ms IS NOT NULL;
`;
