import { expect, test } from 'vitest';
import { Kept, tableWrittenBy } from './kept.ts';
import { getMeta, setMeta } from './meta.ts';
import { openStore } from './open.ts';

const KEY = new Uint8Array(32).fill(1);

test('what was read is given again until its table is written to', () => {
  const kept = new Kept();
  let reads = 0;
  const ask = () => kept.get('n', ['dirty', 'outbox'], () => ++reads);
  expect([ask(), ask()]).toEqual([1, 1]);
  kept.written('message');
  expect(ask()).toBe(1);
  kept.written('outbox');
  expect([ask(), ask()]).toEqual([2, 2]);
  kept.forget();
  expect(ask()).toBe(3);
});

test('what a transaction wrote and took back was never true', () => {
  const store = openStore({ path: ':memory:', key: KEY });
  const read = () => store.kept('meta', ['meta'], () => getMeta(store, 'name'));
  setMeta(store, 'name', 'old');
  expect(read()).toBe('old');
  expect(() =>
    store.write(() => {
      setMeta(store, 'name', 'new');
      expect(read()).toBe('new');
      throw new Error('no');
    }),
  ).toThrow('no');
  expect(read()).toBe('old');
  setMeta(store, 'name', 'new');
  expect(read()).toBe('new');
  store.close();
});

test('every statement that writes names its table', () => {
  expect(tableWrittenBy('INSERT OR IGNORE INTO blob_loose (id) VALUES (?)')).toBe('blob_loose');
  expect(tableWrittenBy(' UPDATE outbox SET sealed = ?')).toBe('outbox');
  expect(tableWrittenBy('DELETE FROM dirty')).toBe('dirty');
  expect(() => tableWrittenBy('WITH x AS (SELECT 1) DELETE FROM dirty')).toThrow('table');
});
