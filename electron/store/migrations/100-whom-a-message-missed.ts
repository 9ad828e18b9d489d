/**
 * Whom an own message did not reach (missed.ts). An app of before may have kept what a newer one said of that: such records are marked with no bytes,
 * found by the beginning of such a register (its field, and the length of an account), and read anew at the next start.
 */
export const number = 100;

export const sql = `
ALTER TABLE message ADD COLUMN missed BLOB;
UPDATE message SET missed = x'' WHERE mine = 1
  AND EXISTS (SELECT 1 FROM record r WHERE r.rid = message.rid AND instr(r.payload, x'08051210') > 0);
CREATE INDEX message_missed_unread ON message (rid) WHERE missed = x'';
`;
