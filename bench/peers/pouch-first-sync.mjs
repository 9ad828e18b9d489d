/** Replication into an empty PouchDB on LevelDB. Nothing is decrypted, no index is made: less than what Lockstep does. */
import { join } from 'node:path';
import PouchDB from 'pouchdb';
import { finish, input } from '../support/child.ts';
import { temporaryFolder } from '../support/folder.ts';
import { costOf } from '../support/process-cost.ts';

const { url, count, pid } = input();
const before = costOf(pid);
const began = performance.now();
const local = new PouchDB(join(temporaryFolder('pouch'), 'local'));
await local.replicate.from(url, { batch_size: 1000, batches_limit: 10 });
const seconds = (performance.now() - began) / 1000;
const { doc_count } = await local.info();
if (doc_count !== count) throw new Error(`${doc_count} documents of ${count} came.`);
const after = costOf(pid);
await local.close();
finish({
  seconds,
  perSecond: count / seconds,
  ...(before === null || after === null ? {} : { cloudCpuS: after.cpuS - before.cpuS }),
});
