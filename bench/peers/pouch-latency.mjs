/** A change in one PouchDB shown in another, both following the server live: idle, and while a third takes everything, again and again. */
import { join } from 'node:path';
import PouchDB from 'pouchdb';
import { input } from '../support/child.ts';
import { temporaryFolder } from '../support/folder.ts';
import { timeChanges } from './changes.mjs';
import { idOf } from './documents.mjs';

const { url, changes } = input();
const folder = temporaryFolder('pouch');
const open = async (name) => {
  const db = new PouchDB(join(folder, name));
  await db.replicate.from(url, { batch_size: 1000, batches_limit: 10 });
  db.sync(url, { live: true, retry: true });
  return db;
};
const [a, b] = [await open('a'), await open('b')];
let seen = () => {};
b.changes({ since: 'now', live: true, include_docs: true }).on('change', ({ doc }) => seen(doc));
await new Promise((resolve) => setTimeout(resolve, 1000));
async function change(index) {
  const doc = await a.get(idOf(1));
  const mark = `change ${index}`;
  const shown = new Promise((resolve) => {
    seen = (one) => one.mark === mark && resolve();
  });
  const began = performance.now();
  await a.put({ ...doc, mark });
  await shown;
  const ms = performance.now() - began;
  await new Promise((resolve) => setTimeout(resolve, 100));
  return ms;
}
await timeChanges(changes, change, async (which) => {
  const fresh = new PouchDB(join(folder, `fresh-${which}`));
  await fresh.replicate.from(url, { batch_size: 1000, batches_limit: 10 });
  return () => fresh.close();
});
