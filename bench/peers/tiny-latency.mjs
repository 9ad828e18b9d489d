/** A cell changed in one TinyBase store shown in another, through the ws server: idle, and while a third takes everything, again and again. In memory. */
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
  return { store, synchronizer };
};
const [{ store: a }, { store: b }] = [await open(), await open()];
async function change(index) {
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
  const ms = performance.now() - began;
  await new Promise((resolve) => setTimeout(resolve, 100));
  return ms;
}
const idle = [];
for (let index = 0; index < changes; index += 1) idle.push(await change(index));
const during = [];
while (during.length < changes) {
  let over = false;
  const taken = open().then(async ({ synchronizer }) => {
    over = true;
    await synchronizer.destroy();
  });
  while (!over && during.length < changes) during.push(await change(changes + during.length));
  await taken;
}
finish({
  pinP50Ms: quantile(idle, 0.5),
  pinP95Ms: quantile(idle, 0.95),
  duringP50Ms: quantile(during, 0.5),
  duringP95Ms: quantile(during, 0.95),
  duringCount: during.length,
});
