/** A cell changed in one TinyBase store shown in another, through the ws server: idle, and while a third takes everything, again and again. In memory. */
import { createMergeableStore } from 'tinybase';
import { createWsSynchronizer } from 'tinybase/synchronizers/synchronizer-ws-client';
import { WebSocket } from 'ws';
import { input } from '../support/child.ts';
import { timeChanges } from './changes.mjs';
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
await timeChanges(changes, change, async () => {
  const { synchronizer } = await open();
  return () => synchronizer.destroy();
});
