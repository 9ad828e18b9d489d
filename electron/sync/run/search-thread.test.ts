import { rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { searchMessages } from '../../store/search.ts';
import { staleBlocks } from '../../store/search-build.ts';
import { SearchIndexWriter, searchIndexPath } from '../../store/search-index.ts';
import { KEY, type Kit, kit, putConversation, putMessage } from '../../store/store.testkit.ts';
import { type SearchThread, startSearchThread } from './search-thread.ts';

let k: Kit;
let thread: SearchThread | null = null;
let reached: () => void = () => {};
const crashes: unknown[] = [];

beforeEach(async () => {
  k = await kit();
  putConversation(k.store);
  crashes.length = 0;
});
afterEach(async () => {
  await thread?.stop();
  thread = null;
  k.close();
});

function start(afterMs = 0): SearchThread {
  thread = startSearchThread({
    script: new URL('../search-worker.ts', import.meta.url),
    dbPath: k.path,
    dbKey: KEY,
    afterMs,
    onReached: () => reached(),
    onCrash: (error) => crashes.push(error),
  });
  k.store.memory.search.onChange = () => thread?.changed();
  return thread;
}

/** Until the thread has said so with nothing left: at most as long as the test may take. */
async function allRead(): Promise<void> {
  for (;;) {
    await new Promise<void>((resolve) => {
      reached = resolve;
    });
    if (stale() === 0) return;
  }
}

function stale(): number {
  const index = k.store.searchIndex;
  const blocks = k.store.all<{ first: number; mark: number }>('SELECT first, mark FROM search_block');
  return blocks.filter(({ first, mark }) => index === null || index.block(first, mark) === null).length;
}

test('STO-93 the thread reads what is there and what comes, and says when it has', async () => {
  putMessage(k.store, 1, { text: 'zebra' });
  const running = start();
  await allRead();
  const second = allRead();
  putMessage(k.store, 2, { text: 'a second zebra' });
  expect(stale()).toBe(1);
  await second;
  await running.stop();
  thread = null;
  const index = SearchIndexWriter.open(searchIndexPath(k.path), KEY);
  expect(staleBlocks(k.store, index)).toEqual([]);
  index.close();
  expect(searchMessages(k.store, 'zebra', 5)).toMatchObject({ hits: { length: 2 }, incomplete: false });
  expect(crashes).toEqual([]);
}, 30_000);

test('STO-95 before it begins, searching finds what is there and what comes; stopped then, nobody waits for it', async () => {
  putMessage(k.store, 1, { text: 'zebra' });
  const waiting = start(600_000);
  putMessage(k.store, 2, { text: 'a second zebra' });
  expect(searchMessages(k.store, 'zebra', 5)).toMatchObject({ hits: { length: 2 }, incomplete: false });
  await waiting.stop();
  expect(stale()).toBe(1);
  start(20);
  await allRead();
  expect(crashes).toEqual([]);
}, 30_000);

test('STO-93 killed at any moment, it goes on from the marks; a damaged file it begins anew', async () => {
  for (let i = 1; i <= 300; i++) putMessage(k.store, i, { text: `zebra ${i}` });
  for (let turn = 0; turn < 4; turn += 1) {
    const running = start();
    await new Promise((resolve) => setTimeout(resolve, 40 * turn));
    putMessage(k.store, 1000 + turn, { text: `zebra ${1000 + turn}` });
    await running.kill();
  }
  const path = searchIndexPath(k.path);
  for (const end of ['-wal', '-shm']) rmSync(path + end, { force: true });
  writeFileSync(path, Buffer.alloc(40_000, 9));
  start();
  await allRead();
  let hits = 0;
  for (let next: number | null = Number.MAX_SAFE_INTEGER; next !== null; ) {
    const page = searchMessages(k.store, 'zebra', 50, next);
    hits += page.hits.length;
    next = page.next;
    expect(page.incomplete).toBe(false);
  }
  expect(hits).toBe(304);
}, 60_000);
