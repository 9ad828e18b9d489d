/**
 * What of the outbox (`o`) is shown as a message that waits: not the deleted, and not what has come by mail or zone before the answer to its
 * sending was heard. It goes on being asked for, since the answer says whom it did not reach. What failed is left to the person.
 */
export const SHOWN_WAITING = `o.kind = 'message' AND o.deleted_ms IS NULL
  AND (o.state = 'failed' OR NOT EXISTS (SELECT 1 FROM message m WHERE m.guid = o.guid AND m.mine = 1))`;
