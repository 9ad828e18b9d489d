/**
 * How far the delete of a message reaches that was deleted before it was accepted: what the switch said then, and not what it says when the
 * acceptance is heard (deleted_here 1: this device alone). What was deleted before this step is taken as the switch is now, as it was until then.
 */
export const number = 80;

export const sql = `
ALTER TABLE outbox ADD COLUMN deleted_here INTEGER NOT NULL DEFAULT 0;
UPDATE outbox SET deleted_here = 1 WHERE deleted_ms IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM zone_state WHERE zone = 2 AND switch IN ('on', 'enabling'));
`;
