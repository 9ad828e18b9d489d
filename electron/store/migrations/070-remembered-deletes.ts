/** What is left of a delete for all devices where the message's content went from this device alone (remembered-deletes.ts). */
export const number = 70;

export const sql = `
-- name: the message's sender and guid, so that it outlives the ids of a generation. payload: its register DELETED, and nothing else.
CREATE TABLE remembered_delete (
  name BLOB PRIMARY KEY,
  payload BLOB NOT NULL
) STRICT, WITHOUT ROWID;
`;
