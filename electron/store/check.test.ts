import { closeSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { expect, test } from 'vitest';
import { problemsIn, tablesToCheck } from './check.ts';
import { openStore, type Store } from './open.ts';
import { KEY, kit, putConversation, putMessage } from './store.testkit.ts';

const checked = (store: Store): [table: string, problems: number][] =>
  tablesToCheck(store).map((table) => [table, problemsIn(store, table)]);

test('API-24 a whole database has no problems, and every table of its own is looked at', async () => {
  const k = await kit();
  putConversation(k.store);
  for (let i = 1; i <= 50; i += 1) putMessage(k.store, i);
  const looked = checked(k.store);
  expect(looked.map(([table]) => table)).toEqual(
    expect.arrayContaining(['record', 'message', 'conversation', 'outbox', 'meta']),
  );
  expect(looked.filter(([, problems]) => problems > 0)).toEqual([]);
  k.close();
});

test('API-24 damage on the disk is found, and named by the table it is in', async () => {
  const k = await kit();
  putConversation(k.store);
  for (let i = 1; i <= 400; i += 1) putMessage(k.store, i, { text: `message ${i} ${'word '.repeat(100)}` });
  const { page_size: pageSize } = (k.store.db.pragma('page_size') as { page_size: number }[])[0]!;
  k.store.checkpoint(true);
  k.store.db.close();

  // A bit in the middle of each fifth page of the later half, as a failing disk would: the schema lies among the first.
  const file = openSync(k.path, 'r+');
  const pages = statSync(k.path).size / pageSize;
  expect(pages).toBeGreaterThan(60);
  const byte = Buffer.alloc(1);
  for (let page = Math.ceil(pages / 2); page < pages; page += 5) {
    const at = page * pageSize + Math.floor(pageSize / 2);
    readSync(file, byte, 0, 1, at);
    byte[0] = (byte[0] ?? 0) ^ 1;
    writeSync(file, byte, 0, 1, at);
  }
  closeSync(file);

  const store = openStore({ path: k.path, key: KEY, readonly: true });
  const found = checked(store).filter(([, problems]) => problems > 0);
  expect(found.map(([table]) => table)).toEqual(expect.arrayContaining(['record', 'message']));
  expect(found.map(([table]) => table)).not.toContain('zone_state'); // its page is among the first
  store.close();
  k.close();
});
