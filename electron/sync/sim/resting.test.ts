import type { Database } from 'better-sqlite3';
import { afterEach, expect, test } from 'vitest';
import { getMeta, setMeta } from '../../store/meta.ts';
import { openStore, type Store } from '../../store/open.ts';
import { endLife, rememberStatements } from './resting.ts';

const opened: Store[] = [];
afterEach(() => {
  for (const { db } of opened.splice(0)) db.close();
});

function open(image: Uint8Array | Database | null): Store {
  const store = openStore({ path: '/nowhere/messages.db', key: new Uint8Array(32), image });
  opened.push(store);
  return store;
}

test('SIM-41 of a life that ends nothing is there in the next but what was committed', () => {
  const first = open(null);
  rememberStatements(first.db);
  setMeta(first, 'one', 'committed');
  const committed = first.image();
  first.db.pragma('max_page_count = 200');
  first.db.exec = () => {
    throw new Error('of the first life');
  };
  first.db.prepare('BEGIN IMMEDIATE').run();
  setMeta(first, 'two', 'not committed');

  const next = open(endLife(first));
  expect(getMeta(next, 'one')).toBe('committed');
  expect(getMeta(next, 'two')).toBeNull();
  // Byte for byte what a database is that was opened from a copy.
  expect(Buffer.compare(next.image(), open(committed).image())).toBe(0);
  expect(next.db.pragma('max_page_count', { simple: true })).toBe(4_294_967_294);
  next.db.exec('BEGIN IMMEDIATE; COMMIT');

  // What still runs of the first life has lost it.
  expect(() => setMeta(first, 'two', 'too late')).toThrow('The database connection is not open');
  expect(() => getMeta(first, 'one')).toThrow('The database connection is not open');
  expect(() => first.db.exec('COMMIT')).toThrow('The database connection is not open');
  expect(getMeta(next, 'two')).toBeNull();
});
