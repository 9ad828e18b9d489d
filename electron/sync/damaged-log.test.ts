/** A write-ahead log that is damaged or was cut short, of a database that has all of it, a part of it or none. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PAGE, type Worth, worthLosing } from '../store/damage/damage.testkit.ts';
import { judgeLog } from '../store/damage/judge-log.ts';
import { KEEPSAKE } from '../store/damage/keepsake.ts';
import { recoveryOf, rememberedRecoveries } from '../store/damage/salvaged.ts';
import { listSetAside, moveLogAside } from '../store/damage/set-aside.ts';
import { addLocalDelete } from '../store/local-deletes.ts';
import { listNotices } from '../store/notices.ts';
import { openStore, type Store } from '../store/open.ts';
import { enqueue, listOutbox } from '../store/outbox.ts';
import { bytes16, KEY, putMessage, WITH_BOB } from '../store/store.testkit.ts';
import { endDatabase, openDatabase } from './open-database.ts';

const FRAME = 24 + PAGE;
const SUFFIXES = ['', '-wal', '-shm'] as const;
/** In each state: messages shown before anything was written, and those that come with each step. */
const BEFORE = 61;
const STEP = 30;

type Files = Record<string, Buffer>;
/** Two steps that were written: nothing of them in the database, the first one, all, and what a checkpoint left that was cut short. */
const states: Record<'none' | 'first' | 'all' | 'half', Files> = { none: {}, first: {}, all: {}, half: {} };
let it: Worth;
let folder = '';
let made = 0;

const options = (dbPath: string, nowMs = 1_800_000_000_000) => ({
  dbPath,
  dbKey: KEY,
  nowMs,
  suspected: null,
  certain: false,
  mayRecover: true,
  onProgress() {},
});
const filesOf = (path: string): Files =>
  Object.fromEntries(
    SUFFIXES.filter((suffix) => existsSync(path + suffix)).map((suffix) => [
      suffix,
      readFileSync(path + suffix),
    ]),
  );
const framesOf = (files: Files): number => (files['-wal']!.length - 32) / FRAME;

beforeAll(async () => {
  it = await worthLosing(60);
  folder = mkdtempSync(join(tmpdir(), 'damaged-log-'));
  const { store } = openDatabase(options(it.path));
  const write = (from: number): void => {
    for (let n = from; n < from + STEP; n += 1)
      store.write(() =>
        putMessage(store, n, {
          text: `new ${n} ${'y'.repeat(150)}`,
          acceptedMs: 1_750_000_000_000 + n * 1000,
        }),
      );
  };
  write(8000);
  // Who reads an older state keeps a checkpoint from going on, and the log from being begun again.
  const reader = openStore({ path: it.path, key: KEY, readonly: true });
  reader.db.exec('BEGIN');
  reader.get('SELECT 1 AS one FROM meta');
  write(8100);
  states.none = filesOf(it.path);
  store.checkpoint();
  states.first = filesOf(it.path);
  reader.db.exec('COMMIT');
  reader.close();
  store.checkpoint();
  states.all = filesOf(it.path);
  store.close();
  const database = Buffer.from(states.none['']!);
  const later = states.all['']!;
  const both = Buffer.concat([database, Buffer.alloc(Math.max(0, later.length - database.length))]);
  for (let at = 0; at < later.length; at += 2 * PAGE) later.copy(both, at, at, at + PAGE);
  const index = Buffer.from(states.none['-shm']!);
  // The last frame that the checkpoint meant to write.
  states.all['-shm']!.copy(index, 128, 128, 132);
  states.half = { '': both, '-wal': states.none['-wal']!, '-shm': index };
});
afterAll(() => {
  for (const one of [it.folder, folder]) rmSync(one, { recursive: true, force: true });
});

/** As a kill left it, in a folder of its own. */
function killed(files: Files, keepsake = true): string {
  made += 1;
  const path = join(folder, `${made}`, 'messages.db');
  mkdirSync(join(folder, `${made}`));
  for (const [suffix, bytes] of Object.entries(files)) writeFileSync(path + suffix, bytes);
  if (keepsake) writeFileSync(join(folder, `${made}`, KEEPSAKE), it.keepsake);
  return path;
}

/** One byte of one frame of its log is another. */
function flip(path: string, part: number): void {
  const log = readFileSync(`${path}-wal`);
  const at = 32 + Math.floor(((log.length - 32) / FRAME) * part) * FRAME + 24 + 1000;
  log[at] = log[at]! ^ 0x40;
  writeFileSync(`${path}-wal`, log);
}
function cut(path: string, part: number): void {
  const frames = Math.floor(((readFileSync(`${path}-wal`).length - 32) / FRAME) * part);
  truncateSync(`${path}-wal`, frames === 0 ? 0 : 32 + frames * FRAME);
}

const shown = (store: Store): number =>
  store.get<{ n: number }>('SELECT count(*) AS n FROM message WHERE shown = 1')!.n;
const noticed = (store: Store): string[] =>
  listNotices(store)
    .map(({ code }) => code)
    .sort();

type Opened = { shown: number; lost: number; noticed: string[]; why: unknown; whole: boolean };
function opened(path: string, nowMs?: number): Opened {
  const { store } = openDatabase(options(path, nowMs));
  const recovered = listNotices(store).find(({ code }) => code === 'databaseRecovered');
  const result = {
    shown: shown(store),
    lost: Number(recovered?.detail['lost'] ?? 0),
    noticed: noticed(store),
    why: recovered?.detail['why'],
    whole: store.integrityCheck().length === 0,
  };
  endDatabase(store);
  return result;
}

/** All that was put aside, whichever folder it is in; as it was, byte for byte. */
function aside(path: string): Files {
  const files: Files = {};
  for (const one of listSetAside(path))
    for (const suffix of SUFFIXES) {
      const file = join(one.folder, `messages.db${suffix}`);
      if (existsSync(file)) files[suffix] = readFileSync(file);
    }
  return files;
}

test('DMG-3 what the states are: all, a part and nothing of the log is in the database', () => {
  const index = (files: Files): number[] => [16, 96, 128].map((at) => files['-shm']!.readUInt32LE(at));
  const [, first] = index(states.first);
  const frames = framesOf(states.none);
  expect(index(states.none)).toEqual([frames, 0, 0]);
  expect([first! > 10, first! < frames - 10]).toEqual([true, true]);
  expect(index(states.all)).toEqual([frames, frames, frames]);
  expect(index(states.half)).toEqual([frames, 0, frames]);
  expect(judgeLog(killed(states.none)).use).toBe('asEver');
});

test('DMG-3 killed, and nothing is damaged: all is there and nothing is said, with or without the shared index', () => {
  for (const [name, files] of Object.entries(states))
    for (const index of [true, false]) {
      const path = killed(files);
      if (!index) rmSync(`${path}-shm`);
      expect(opened(path), `${name}, ${index}`).toMatchObject({
        shown: BEFORE + 2 * STEP,
        noticed: [],
        whole: true,
      });
      expect(listSetAside(path), `${name}, ${index}`).toEqual([]);
    }
});

test('DMG-16 a log is damaged or cut whose every frame is in the database: all is there, nothing is said, the log is kept', () => {
  for (const part of [0, 0.02, 0.25, 0.5, 0.75, 0.95])
    for (const change of [flip, cut]) {
      const path = killed(states.all);
      change(path, part);
      const before = filesOf(path);
      expect(opened(path), `${change.name} ${part}`).toEqual({
        shown: BEFORE + 2 * STEP,
        lost: 0,
        noticed: [],
        why: undefined,
        whole: true,
      });
      const kept = aside(path);
      expect(kept['']).toBeUndefined();
      for (const suffix of ['-wal', '-shm'])
        expect(kept[suffix]?.equals(before[suffix]!), `${change.name} ${part} ${suffix}`).toBe(true);
    }
});

test('DMG-9 DMG-16 deletes that are in the database do not come back with an older page of a damaged log', async () => {
  const worth = await worthLosing(60);
  const { store } = openDatabase(options(worth.path));
  for (let n = 1; n <= 40; n += 1)
    store.write(() => addLocalDelete(store, bytes16(n), 1_750_000_000_000 + n, true));
  store.checkpoint();
  const files = filesOf(worth.path);
  store.close();
  for (const index of [true, false])
    for (const part of [0.2, 0.5, 0.9]) {
      const path = killed(files);
      flip(path, part);
      if (!index) rmSync(`${path}-shm`);
      expect(opened(path).shown, `${index} ${part}`).toBe(BEFORE - 40);
    }
  rmSync(worth.folder, { recursive: true, force: true });
});

test('DMG-16 of a log of which nothing is in the database as much is read as adds up; it is said, and kept as it was', () => {
  for (const change of [flip, cut]) {
    const counts: number[] = [];
    for (const part of [0, 0.3, 0.6, 0.95]) {
      const path = killed(states.none);
      change(path, part);
      const before = filesOf(path);
      const result = opened(path);
      expect(result, `${change.name} ${part}`).toMatchObject({ noticed: ['databaseLogLost'], whole: true });
      counts.push(result.shown);
      const kept = aside(path);
      for (const suffix of ['-wal', '-shm'])
        expect(kept[suffix]?.equals(before[suffix]!), `${change.name} ${part} ${suffix}`).toBe(true);
    }
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(counts[0]).toBe(BEFORE);
    expect(counts.at(-1)).toBeGreaterThan(BEFORE + STEP);
  }
});

test('DMG-7 DMG-16 with a part of the log in the database as much is read as adds up, and what is named and cannot be read is counted', () => {
  for (const change of [flip, cut]) {
    const counts: number[] = [];
    for (const part of [0, 0.1, 0.3, 0.6, 0.9]) {
      const path = killed(states.first);
      change(path, part);
      const before = filesOf(path);
      const result = opened(path);
      expect(result.noticed, `${change.name} ${part}`).toContain('databaseLogLost');
      expect([result.whole, result.why === 'all'], `${change.name} ${part}`).toEqual([true, false]);
      expect(result.shown + result.lost, `${change.name} ${part}`).toBeGreaterThanOrEqual(BEFORE);
      counts.push(result.shown);
      const kept = aside(path);
      for (const suffix of result.noticed.includes('databaseRecovered') ? SUFFIXES : ['-wal', '-shm'])
        expect(kept[suffix]?.equals(before[suffix]!), `${change.name} ${part} '${suffix}'`).toBe(true);
    }
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(counts.at(-1)).toBeGreaterThan(BEFORE + STEP);
  }
});

test('DMG-16 not known how much is in the database: nothing is lost that either has, all is put aside as it was, and never is all said to be there', () => {
  const least = { none: BEFORE, all: BEFORE + 2 * STEP };
  for (const name of ['none', 'all'] as const)
    for (const part of [0.3, 0.8]) {
      const path = killed(states[name]);
      flip(path, part);
      rmSync(`${path}-shm`);
      const before = filesOf(path);
      const result = opened(path);
      expect(result, `${name} ${part}`).toMatchObject({
        noticed: ['databaseLogLost', 'databaseRecovered'],
        whole: true,
      });
      expect(result.why, `${name} ${part}`).not.toBe('all');
      expect(result.shown, `${name} ${part}`).toBeGreaterThanOrEqual(least[name]);
      if (part > 0.5) expect(result.shown, `${name} ${part}`).toBeGreaterThanOrEqual(BEFORE + STEP);
      const kept = aside(path);
      expect(Object.keys(kept).sort()).toEqual(['', '-wal']);
      for (const suffix of ['', '-wal'])
        expect(kept[suffix]?.equals(before[suffix]!), `${name} ${part} '${suffix}'`).toBe(true);
    }
});

test('DMG-7 DMG-16 a checkpoint that was cut short, and a log that cannot end it: what was there before is there or counted', () => {
  for (const part of [0.3, 0.8]) {
    const path = killed(states.half);
    flip(path, part);
    const before = filesOf(path);
    const { store } = openDatabase(options(path));
    expect(noticed(store), `${part}`).toEqual(['databaseLogLost', 'databaseRecovered']);
    const told = recoveryOf(store, rememberedRecoveries(store)[0]!)!;
    expect(shown(store) + told.still.messages, `${part}`).toBeGreaterThanOrEqual(BEFORE);
    expect(told.story.salvaged?.deletesUncertain, `${part}`).toBe(true);
    expect(store.integrityCheck(), `${part}`).toEqual([]);
    endDatabase(store);
    const kept = aside(path);
    for (const suffix of SUFFIXES) expect(kept[suffix]?.equals(before[suffix]!), suffix).toBe(true);
  }
});

test('DMG-5 DMG-16 beside a damaged log a damaged database: it is set aside as it was, before anything of the log was written into it', () => {
  for (const name of ['none', 'all'] as const) {
    const path = killed(states[name]);
    const bytes = readFileSync(path);
    for (const page of [40, 41]) bytes[page * PAGE + 2000] = bytes[page * PAGE + 2000]! ^ 0x40;
    writeFileSync(path, bytes);
    flip(path, 0.7);
    const before = filesOf(path);
    const result = opened(path);
    expect(result.noticed, name).toContain('databaseRecovered');
    expect(result.whole, name).toBe(true);
    const kept = aside(path);
    for (const suffix of SUFFIXES)
      expect(kept[suffix]?.equals(before[suffix]!), `${name} '${suffix}'`).toBe(true);
  }
});

test('DMG-16 ended after the log was put out of the way: the next start says it', () => {
  const path = killed(states.none);
  flip(path, 0);
  moveLogAside(path, 'logDamaged', 5);
  expect(opened(path).noticed).toEqual(['databaseLogLost']);
  expect(opened(path).noticed).toEqual(['databaseLogLost']);
  expect(listSetAside(path)).toHaveLength(1);
});

test('DMG-2 DMG-16 without a keepsake the key is tried, and the index that says how much is written is still there afterwards', () => {
  const path = killed(states.all, false);
  flip(path, 0.5);
  const before = filesOf(path);
  const wrong = { ...options(path), dbKey: new Uint8Array(32).fill(9) };
  expect(() => openDatabase(wrong)).toThrow('This key does not open');
  for (const suffix of SUFFIXES)
    expect(readFileSync(path + suffix).equals(before[suffix]!), suffix).toBe(true);
  expect(opened(path)).toMatchObject({ shown: BEFORE + 2 * STEP, noticed: [] });
});

test('DMG-16 a log that was begun again has frames of the round before behind its own: they are not missed', () => {
  const path = killed(states.all);
  const { store } = openDatabase(options(path));
  store.write(() => putMessage(store, 8500, { text: 'of the next round', acceptedMs: 1_760_000_000_000 }));
  const next = join(mkdtempSync(join(folder, 'next-')), 'messages.db');
  for (const suffix of SUFFIXES) copyFileSync(path + suffix, next + suffix);
  copyFileSync(join(path, '..', KEEPSAKE), join(next, '..', KEEPSAKE));
  store.close();
  expect(opened(next)).toMatchObject({ shown: BEFORE + 2 * STEP + 1, noticed: [] });
  expect(readdirSync(join(next, '..')).filter((name) => name.startsWith('damaged-'))).toEqual([]);
});

test('DMG-11 DMG-16 what waits to be sent in one of the two alone waits for a word of the person', async () => {
  const worth = await worthLosing(60);
  const { store } = openDatabase(options(worth.path));
  for (let n = 1; n <= 30; n += 1)
    store.write(() =>
      enqueue(store, {
        sendId: bytes16(4100 + n),
        kind: 'message',
        conversation: WITH_BOB(),
        guid: bytes16(4200 + n),
        body: new Uint8Array([1, 2, 3]),
        text: `waiting ${n}`,
        createdMs: 1_750_000_000_000 + n,
      }),
    );
  const path = killed(filesOf(worth.path));
  store.close();
  flip(path, 0.5);
  rmSync(`${path}-shm`);
  const again = openDatabase(options(path));
  const states = new Map(listOutbox(again.store).map(({ text, state }) => [text, state]));
  expect(states.get('not sent yet')).toBe('queued');
  expect(states.get('waiting 1')).toBe('failed');
  expect(states.size).toBeGreaterThan(5);
  endDatabase(again.store);
  rmSync(worth.folder, { recursive: true, force: true });
});
