/**
 * What a person deleted with the switch off, and what Keep Messages of that device let go of before its thirty days were over (local-deletes.ts). A
 * database of before does not know the names of such: there they are deleted for good, as they were.
 */
export const number = 110;

export const sql = `
-- name: the message's sender and guid, where only Keep Messages took its content; what a person deleted for good has none.
-- conversation: where it was deleted with that one, and not by itself.
ALTER TABLE local_delete ADD COLUMN name BLOB;
ALTER TABLE local_delete ADD COLUMN conversation BLOB;
-- 1: a person has said that it is deleted everywhere; the zone is to know it, although nobody there may have the message.
ALTER TABLE remembered_delete ADD COLUMN answered INTEGER NOT NULL DEFAULT 0;
`;
