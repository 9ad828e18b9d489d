/** How a start takes what it finds: real files, damaged in every way, and keys that are not theirs. */
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { flipped, PAGE, put, type Worth, worthLosing } from '../store/damage/damage.testkit.ts';
import { KEEPSAKE } from '../store/damage/keepsake.ts';
import { type RecoveryPoint, recoverDatabase } from '../store/damage/recover.ts';
import { beginRecovery, listSetAside } from '../store/damage/set-aside.ts';
import { damageOf } from '../store/damage/signs.ts';
import type { StoreError } from '../store/errors.ts';
import { listNotices } from '../store/notices.ts';
import { openStore, type Store } from '../store/open.ts';
import { KEY, putMessage } from '../store/store.testkit.ts';
import { lookOver } from './look-over.ts';
import { endDatabase, type OpenDatabaseOptions, openDatabase } from './open-database.ts';

let it: Worth;
beforeAll(async () => {
  it = await worthLosing(60);
});
afterAll(() => rmSync(it.folder, { recursive: true, force: true }));

const OTHER = new Uint8Array(32).fill(9);
const options = (change: Partial<OpenDatabaseOptions> = {}): OpenDatabaseOptions => ({
  dbPath: it.path,
  dbKey: KEY,
  nowMs: 1_800_000_000_000,
  suspected: null,
  certain: false,
  mayRecover: true,
  onProgress() {},
  ...change,
});
const code = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return 'none';
};
/** Every file of the profile, or of a folder in it, with its content. */
const contents = (folder = it.folder): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => [name, readFileSync(join(folder, name)).toString('base64')]),
  );
const noticed = (store: Store): string[] => listNotices(store).map((one) => one.code);
const shown = (store: Store): number =>
  store.get<{ n: number }>('SELECT count(*) AS n FROM message WHERE shown = 1')!.n;

test('DMG-2 a wrong key sets nothing aside: not with a whole database, a damaged first page, or no database any more', () => {
  const cases: Record<string, () => void> = {
    whole: () => put(it, it.bytes),
    'first page': () => put(it, flipped(it, 1)),
    'first bytes': () => put(it, flipped(it, 1, 20)),
    zeros: () => put(it, Buffer.alloc(8 * PAGE)),
    gone: () => {
      put(it, it.bytes);
      rmSync(it.path);
    },
    'cut short in a recovery': () => {
      put(it, flipped(it, 1));
      const left = openStoreAside();
      expect(left).toBe(true);
    },
  };
  for (const [what, make] of Object.entries(cases)) {
    make();
    const before = contents();
    expect(
      code(() => openDatabase(options({ dbKey: OTHER }))),
      what,
    ).toBe('wrongKey');
    expect(contents(), what).toEqual(before);
    expect(listSetAside(it.path), what).toEqual([]);
  }
});

/** As a start leaves it that was ended after its renames. */
function openStoreAside(): boolean {
  const folder = join(it.folder, 'damaged-2026-01-01T00-00-00-000Z-abcd');
  rmSync(folder, { recursive: true, force: true });
  const made = code(() => openDatabase(options({ onProgress: stopAtReading })));
  return made === 'ended' && readdirSync(it.folder).some((name) => name.startsWith('damaged-'));
}
function stopAtReading({ phase }: { phase: string }): void {
  if (phase === 'reading') throw Object.assign(new Error('ended'), { code: 'ended' });
}

test('DMG-2 without a keepsake a file that no key is known to open stays where it is', () => {
  for (const bytes of [flipped(it, 1), Buffer.alloc(8 * PAGE)]) {
    put(it, bytes);
    rmSync(join(it.folder, KEEPSAKE));
    const before = contents();
    expect(['wrongKey', 'damaged']).toContain(code(() => openDatabase(options())));
    expect(contents()).toEqual(before);
    expect(listSetAside(it.path)).toEqual([]);
  }
});

test('DMG-2 without a keepsake a recovery that was cut short is gone on with by the key alone that opens the file', () => {
  const ends: Record<string, RecoveryPoint> = {
    'before the renames': 'begun',
    'before it was read': 'moved',
    'before the new one was placed': 'placing',
    'after that': 'placed',
  };
  for (const [what, point] of Object.entries(ends)) {
    const damaged = flipped(it, 66);
    put(it, damaged);
    const recovery = beginRecovery(it.path, 'test', 11);
    const end = (reached: RecoveryPoint): void => {
      if (reached === point) throw new Error('ended here');
    };
    expect(
      () => recoverDatabase({ dbPath: it.path, key: KEY, recovery, nowMs: 11, onProgress() {}, at: end }),
      what,
    ).toThrow('ended here');
    rmSync(join(it.folder, KEEPSAKE));
    const before = [contents(), contents(recovery.folder)];
    expect(
      code(() => openDatabase(options({ dbKey: OTHER }))),
      what,
    ).toBe('wrongKey');
    expect([contents(), contents(recovery.folder)], what).toEqual(before);
    const { store } = openDatabase(options());
    expect([shown(store), noticed(store)], what).toEqual([61, ['databaseRecovered']]);
    endDatabase(store);
    expect(Object.keys(contents(recovery.folder)).sort(), what).toEqual(['messages.db', 'recovery.json']);
    expect(readFileSync(join(recovery.folder, 'messages.db')).equals(damaged), what).toBe(true);
  }
});

test('DMG-1 at start: a first page, a vital table, a file that is short or gone or empty are found, and recovered', () => {
  const cases: Record<string, [Uint8Array | null, number]> = {
    'first page': [flipped(it, 1), 61],
    identity: [flipped(it, pageOf('identity')), 61],
    short: [it.bytes.subarray(0, it.bytes.length - PAGE), 61],
    gone: [null, 0],
    empty: [new Uint8Array(0), 0],
  };
  for (const [what, [bytes, messages]] of Object.entries(cases)) {
    put(it, bytes ?? new Uint8Array(0));
    if (bytes === null) rmSync(it.path);
    const { store } = openDatabase(options());
    expect([shown(store), noticed(store), store.integrityCheck()], what).toEqual([
      messages,
      ['databaseRecovered'],
      [],
    ]);
    expect(store.get('SELECT handle FROM identity'), what).toEqual({ handle: 'anna@example.org' });
    endDatabase(store);
    expect(listSetAside(it.path), what).toHaveLength(1);
  }
});

function pageOf(table: string): number {
  put(it, it.bytes);
  const store = openStore({ path: it.path, key: KEY, readonly: true });
  const { rootpage } = store.db.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(table) as {
    rootpage: number;
  };
  store.close();
  return rootpage;
}

test('DMG-1 a whole database is opened, and nothing is said or made', () => {
  put(it, it.bytes);
  const { store, unclean } = openDatabase(options());
  expect([unclean, noticed(store), shown(store)]).toEqual([false, [], 61]);
  endDatabase(store);
  const again = openDatabase(options());
  expect(again.unclean).toBe(false);
  endDatabase(again.store);
  expect(listSetAside(it.path)).toEqual([]);
});

/** Ended by a kill: the files as they are, with a log. */
function killed(change: (folder: string) => void): void {
  put(it, it.bytes);
  const { store } = openDatabase(options());
  putMessage(store, 5001, { text: 'the last before the end', acceptedMs: 1_750_000_000_000 });
  const database = readFileSync(it.path);
  const log = readFileSync(`${it.path}-wal`);
  store.db.close();
  writeFileSync(it.path, database);
  writeFileSync(`${it.path}-wal`, log);
  writeFileSync(`${it.path}-shm`, Buffer.alloc(32_768));
  change(it.folder);
}

test('DMG-3 killed, and the log is there: all is there, nothing is said, and there is more to look at', () => {
  killed(() => {});
  const { store, unclean } = openDatabase(options());
  expect([unclean, noticed(store), shown(store)]).toEqual([true, [], 62]);
  endDatabase(store);
});

test('DMG-3 a log that is gone, or whose frames do not add up, is said; the database is looked over and stays', () => {
  const cases: Record<string, [() => void, number]> = {
    gone: [() => rmSync(`${it.path}-wal`), 0],
    'noise in it': [() => garble(40), 1],
    'noise in its head': [() => garble(3), 1],
  };
  for (const [what, [change, kept]] of Object.entries(cases)) {
    killed(change);
    const phases: string[] = [];
    const { store } = openDatabase(options({ onProgress: ({ phase }) => phases.push(phase) }));
    expect(phases, what).toEqual(['looking']);
    expect([noticed(store), store.integrityCheck()], what).toEqual([['databaseLogLost'], []]);
    // Either lost with its log or there: said in both cases.
    expect(shown(store), what).toBeGreaterThanOrEqual(61);
    endDatabase(store);
    expect(listSetAside(it.path), what).toHaveLength(kept);
  }
});

function garble(at: number): void {
  const path = `${it.path}-wal`;
  const log = readFileSync(path);
  log[at + 30] = (log[at + 30] ?? 0) ^ 0xff;
  writeFileSync(path, log);
}

test('DMG-3 closed by a thread that was ended, log and shared index are gone together: nothing is said', () => {
  killed(() => {
    for (const suffix of ['-wal', '-shm']) rmSync(it.path + suffix);
  });
  const { store, unclean } = openDatabase(options());
  expect([unclean, noticed(store)]).toEqual([true, []]);
  endDatabase(store);
});

test('DMG-3 noise in the shared index is no matter', () => {
  killed(() => writeFileSync(`${it.path}-shm`, Buffer.alloc(32_768, 0xa7)));
  const { store } = openDatabase(options());
  expect([noticed(store), shown(store)]).toEqual([[], 62]);
  endDatabase(store);
});

test('DMG-4 a suspicion is looked into: what is whole stays, what is damaged is recovered, and the second one counts', () => {
  put(it, it.bytes);
  const first = openDatabase(options({ suspected: 'SQLITE_CORRUPT' }));
  expect(noticed(first.store)).toEqual([]);
  endDatabase(first.store);
  expect(listSetAside(it.path)).toEqual([]);
  const certain = openDatabase(options({ suspected: 'SQLITE_CORRUPT', certain: true }));
  expect([noticed(certain.store), shown(certain.store)]).toEqual([['databaseRecovered'], 61]);
  endDatabase(certain.store);
  put(it, flipped(it, 66));
  const damaged = openDatabase(options({ suspected: 'SQLITE_CORRUPT' }));
  expect([noticed(damaged.store), shown(damaged.store)]).toEqual([['databaseRecovered'], 61]);
  endDatabase(damaged.store);
});

test('DMG-4 beside a reader nothing is recovered: the damage is named', () => {
  put(it, flipped(it, 1));
  expect(code(() => openDatabase(options({ mayRecover: false })))).not.toBe('none');
  expect(listSetAside(it.path)).toEqual([]);
});

test('DMG-4 beside a reader no database is made where there is none: that is named as damage', () => {
  for (const empty of [true, false]) {
    put(it, new Uint8Array(0));
    if (!empty) rmSync(it.path);
    const before = contents();
    let met: unknown = null;
    try {
      openDatabase(options({ mayRecover: false }));
    } catch (error) {
      met = error;
    }
    expect([(met as StoreError).code, damageOf(met)]).toEqual(['damaged', 'SQLITE_NOTADB']);
    expect(contents()).toEqual(before);
  }
});

test('DMG-4 after an end of another kind the whole of it is read meanwhile, and damage anywhere is met', async () => {
  put(it, flipped(it, 66));
  const met = await new Promise<string>((resolve) => lookOver(it.path, KEY, resolve, 1));
  expect(met).toBe('SQLITE_CORRUPT');
  put(it, it.bytes);
  let wrong = '';
  const end = lookOver(
    it.path,
    KEY,
    (found) => {
      wrong = found;
    },
    1,
  );
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  end();
  expect(wrong).toBe('');
});

test('DMG-10 a folder that cannot be written: it is said as that, and nothing is set aside', () => {
  put(it, flipped(it, 1));
  const before = contents();
  const root = process.getuid?.() === 0;
  if (process.platform === 'win32') return;
  for (const name of readdirSync(it.folder)) chmodSync(join(it.folder, name), 0o755);
  chmodSync(it.folder, 0o555);
  if (root) process.seteuid?.(65_534);
  try {
    expect(code(() => openDatabase(options()))).toBe('noAccess');
  } finally {
    if (root) process.seteuid?.(0);
    chmodSync(it.folder, 0o755);
  }
  expect(contents()).toEqual(before);
  expect(existsSync(it.path)).toBe(true);
});
