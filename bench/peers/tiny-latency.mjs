/** A cell changed in one TinyBase store shown in another, through the ws server. In memory. */
import { createMergeableStore } from 'tinybase';
import { createWsSynchronizer } from 'tinybase/synchronizers/synchronizer-ws-client';
import { WebSocket } from 'ws';
import { quantile } from '../stats.ts';
import { finish, input } from '../support/child.ts';
import { idOf } from './documents.mjs';

const { url, changes, count } = input();
const open = async () => {
  const store = createMergeableStore();
  const synchronizer = await createWsSynchronizer(store, new WebSocket(url, { maxPayload: 1 << 30 }), 300);
  await synchronizer.startSync();
  while (store.getRowCount('messages') < count) await new Promise((resolve) => setTimeout(resolve, 5));
  return store;
};
const [a, b] = [await open(), await open()];
const times = [];
for (let index = 0; index < changes; index += 1) {
  const mark = `change ${index}`;
  const began = performance.now();
  const shown = new Promise((resolve) => {
    const listener = b.addCellListener('messages', idOf(1), 'mark', (_store, _table, _row, _cell, value) => {
      if (value !== mark) return;
      b.delListener(listener);
      resolve();
    });
  });
  a.setCell('messages', idOf(1), 'mark', mark);
  await shown;
  times.push(performance.now() - began);
  await new Promise((resolve) => setTimeout(resolve, 100));
}
finish({ p50Ms: quantile(times, 0.5), p95Ms: quantile(times, 0.95) });
