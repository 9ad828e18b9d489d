/**
 * Giving a database a new incarnation: to be run on every database that was restored from a backup or moved, before it
 * serves. Devices then merge and offer everything again instead of trusting their revisions (SPEC ZON-7).
 */
import { newIncarnation } from '../zones/zone-row.ts';
import type { Database } from './database.ts';

export const renewIncarnations = (db: Database, random: (length: number) => Uint8Array): number =>
  db.transaction((write) => {
    const zones = write.all(db.sql.selectFrom('zone').select('no'));
    for (const { no } of zones) {
      write.run(
        db.sql
          .updateTable('zone')
          .set({ incarnation: newIncarnation(random) })
          .where('no', '=', no),
      );
    }
    return zones.length;
  });
