/** An empty TinyBase store takes everything. In memory on both sides: nothing is on disk, nothing decrypted, no index made. */
import { createMergeableStore } from 'tinybase';
import { createWsSynchronizer } from 'tinybase/synchronizers/synchronizer-ws-client';
import { WebSocket } from 'ws';
import { finish, input } from '../support/child.ts';
import { costOf } from '../support/process-cost.ts';

const { url, count, pid } = input();
const before = costOf(pid);
const began = performance.now();
const store = createMergeableStore();
const synchronizer = await createWsSynchronizer(store, new WebSocket(url, { maxPayload: 1 << 30 }), 300);
const here = () => store.getRowCount('messages');
await synchronizer.startSync();
while (here() < count) {
  if (performance.now() - began > 300_000) throw new Error(`Only ${here()} of ${count} rows came.`);
  await new Promise((resolve) => setTimeout(resolve, 2));
}
const seconds = (performance.now() - began) / 1000;
const after = costOf(pid);
finish({
  seconds,
  perSecond: count / seconds,
  ...(before === null || after === null ? {} : { cloudCpuS: after.cpuS - before.cpuS }),
});
