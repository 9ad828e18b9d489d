/** What is left to deliver of a message that has its record already, where there is nothing to deliver any more. In the sync worker, beside the projection. */
import type { Store } from './open.ts';

/**
 * The message of that row was unsent or deleted for good, here or on another device: whoever did not get it, gets it no more, and its text is not
 * kept for that (SPEC OUT-34). Before its projection goes; in the caller's transaction.
 */
export function dropRedelivery(store: Store, rid: number): void {
  store.run(
    `DELETE FROM outbox WHERE kind = 'redelivery'
       AND conversation = (SELECT c.guid FROM message m JOIN conversation c ON c.cid = m.cid WHERE m.rid = ?)
       AND guid = (SELECT guid FROM message WHERE rid = ? AND mine = 1)`,
    rid,
    rid,
  );
}
