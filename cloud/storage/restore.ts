/**
 * Making a database that was restored from a backup fit to serve (`--restored`); to be run once, before it serves.
 *
 * - Zones get a new incarnation: devices merge and offer everything again instead of trusting their revisions (SPEC ZON-7).
 * - Mailboxes go on far above any position that was given out after the backup was taken: a device that has read further
 *   than the backup reaches would else skip what comes at the positions it knows (SPEC MBX-8).
 */
import { newIncarnation } from '../zones/zone-row.ts';
import type { Database } from './database.ts';

const MAILBOX_LEAP = 1_000_000_000;

/** Returns how many zones were renewed. */
export const renewIncarnations = (db: Database, random: (length: number) => Uint8Array): number =>
  db.transaction((write) => {
    const zones = write.all(db.sql.selectFrom('zone').select('no').where('kind', '>', 0));
    for (const { no } of zones) {
      write.run(
        db.sql
          .updateTable('zone')
          .set({ incarnation: newIncarnation(random) })
          .where('no', '=', no),
      );
    }
    write.run(db.sql.updateTable('mailbox').set((row) => ({ head: row('head', '+', MAILBOX_LEAP) })));
    return zones.length;
  });
