/** What a purge or a key reset leaves of a messages zone: nothing, in the next generation. On the data folder of a cloud that does not run. */
import { ZoneDigest } from '../../shared/crypto/zone-digest.ts';
import { Zone } from '../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { openStorage } from '../storage/open.ts';

export const raiseGeneration = async (dataDir: string, kind: Zone = Zone.MESSAGES, by = 1): Promise<void> => {
  const { db } = await openStorage(dataDir);
  db.transaction((write) => {
    for (const { no, generation, account } of write.all(
      db.sql.selectFrom('zone').select(['no', 'generation', 'account']).where('kind', '=', kind),
    )) {
      write.run(db.sql.deleteFrom('record').where('zone', '=', no));
      write.run(
        db.sql
          .updateTable('zone')
          .set({
            generation: generation + by,
            head: 0,
            records: 0,
            tombstones: 0,
            digest: new ZoneDigest().toBytes(),
          })
          .where('no', '=', no),
      );
      const left = write.first(
        db.sql
          .selectFrom('record')
          .innerJoin('zone', 'zone.no', 'record.zone')
          .select((expression) => expression.fn.sum<number>('size').as('bytes'))
          .where('zone.account', '=', account),
      );
      write.run(
        db.sql
          .updateTable('account')
          .set({ bytes_used: left?.bytes ?? 0 })
          .where('no', '=', account),
      );
    }
  });
  db.close();
};
