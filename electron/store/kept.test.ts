import { expect, test } from 'vitest';
import { Kept, tableWrittenBy } from './kept.ts';
import { getKeyring, saveKeyring } from './keyring.ts';
import { getMailCursor, setMailCursor } from './mail.ts';
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

test('what a device asks with each page is what was written last', () => {
  const store = openStore({ path: ':memory:', key: KEY });
  const entry = (n: number) => ({ body: new Uint8Array([n]), signature: new Uint8Array(64) });
  const epoch = (n: number) => ({ ...entry(n), epoch: n, key: null });
  expect(getMailCursor(store).stored).toBe(0);
  setMailCursor(store, { stored: 7 });
  expect(getMailCursor(store).stored).toBe(7);
  expect(getKeyring(store)).toEqual({ log: [], epochs: [] });
  saveKeyring(store, { log: [entry(1)], epochs: [epoch(1)] });
  expect(getKeyring(store).log).toHaveLength(1);
  saveKeyring(store, { log: [entry(1), entry(2)], epochs: [{ ...epoch(1), key: KEY }] });
  expect(getKeyring(store)).toMatchObject({ log: [entry(1), entry(2)], epochs: [{ key: KEY }] });
  expect(getKeyring(store)).toBe(getKeyring(store));
  store.close();
});
