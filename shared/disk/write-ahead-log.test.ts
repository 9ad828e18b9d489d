/** The reader is held to SQLite itself: what it says of a log is what SQLite then takes of it. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { endianness, tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readLog, readSharedIndex, saltsOfLog } from './write-ahead-log.ts';

const PAGE = 1024;
const FRAME = 24 + PAGE;
const HEADER = 32;

let dir: string;
let path: string;
let db: Sqlite.Database;
const insert = (rows: number): void => {
  db.transaction(() => {
    for (let row = 0; row < rows; row += 1)
      db.prepare('INSERT INTO one (text) VALUES (?)').run('x'.repeat(400));
  })();
};
const checkpoint = (how: 'PASSIVE' | 'TRUNCATE') => db.pragma(`wal_checkpoint(${how})`);

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lockstep-write-ahead-'));
  path = join(dir, 'a.db');
  db = new Sqlite(path);
  db.pragma(`page_size = ${PAGE}`);
  db.pragma('journal_mode = WAL');
  db.exec('CREATE TABLE one (text TEXT)');
  checkpoint('TRUNCATE');
});
afterEach(() => {
  db.close();
  rmSync(dir, { recursive: true, force: true });
});

/** The database as it is, with this log beside it, under another name. */
const beside = (log: Buffer): string => {
  const copy = join(dir, 'copy.db');
  rmSync(`${copy}-shm`, { force: true });
  copyFileSync(path, copy);
  writeFileSync(`${copy}-wal`, log);
  return copy;
};

/** Frames that SQLite takes of it. */
const taken = (log: Buffer): number => {
  const sqlite = new Sqlite(beside(log));
  try {
    sqlite.pragma('synchronous = OFF');
    const [{ log: frames }] = sqlite.pragma('wal_checkpoint(PASSIVE)') as [{ log: number }];
    return frames;
  } finally {
    sqlite.close();
  }
};
const said = (log: Buffer) => readLog(`${beside(log)}-wal`);
const flipped = (log: Buffer, at: number): Buffer => {
  const other = Buffer.from(log);
  other[at] = (other[at] ?? 0) ^ 0x40;
  return other;
};
const wal = () => readFileSync(`${path}-wal`);
const frameAt = (no: number) => HEADER + (no - 1) * FRAME;

/** Transactions of one to nine frames. */
const severalTransactions = (): Buffer => {
  for (const rows of [1, 4, 1, 12, 2]) insert(rows);
  return wal();
};

test('ERR-15 DMG-3 what a log has is what SQLite takes of it: whole, cut anywhere, or with one bit of any frame changed', () => {
  const log = severalTransactions();
  const frames = (log.length - HEADER) / FRAME;
  expect(frames).toBeGreaterThan(15);
  expect(said(log)).toEqual({
    size: log.length,
    salts: log.toString('hex', 16, 24),
    headed: true,
    whole: frames,
    committed: frames,
    frames,
    wentOn: false,
  });
  expect(taken(log)).toBe(frames);

  const seen = new Set<number>();
  for (let no = 1; no <= frames; no += 1) {
    // Its page number, whether it commits, its salts, its checksum, its page.
    for (const at of [3, 7, 8, 20, 24, 700]) {
      const one = flipped(log, frameAt(no) + at);
      expect([no, at, said(one)?.committed]).toEqual([no, at, taken(one)]);
      expect([no, at, said(one)?.whole]).toEqual([no, at, no - 1]);
    }
    for (const length of [frameAt(no), frameAt(no) + 10, frameAt(no) + 500]) {
      const one = log.subarray(0, length);
      const { committed, whole, frames: ofThisRound, wentOn } = said(one) ?? {};
      expect([length, committed]).toEqual([length, taken(one)]);
      expect([length, whole, ofThisRound, wentOn]).toEqual([length, no - 1, no - 1, false]);
      seen.add(committed ?? -1);
    }
  }
  expect(seen.size).toBe(5);
});

test('ERR-15 DMG-3 of a header that does not add up nothing is taken, and its salts are what it says', () => {
  const log = severalTransactions();
  for (const at of [0, 3, 9, 13, 16, 23, 26]) {
    const one = flipped(log, at);
    expect([at, said(one), taken(one)]).toEqual([
      at,
      {
        size: log.length,
        salts: one.toString('hex', 16, 24),
        headed: false,
        whole: 0,
        committed: 0,
        frames: 0,
        wentOn: false,
      },
      0,
    ]);
  }
  expect(said(log.subarray(0, 31))).toMatchObject({ size: 31, salts: null, headed: false });
  expect(said(log.subarray(0, 32))).toMatchObject({ size: 32, headed: true, frames: 0 });
  expect(said(Buffer.alloc(0))).toMatchObject({ size: 0, salts: null, headed: false });
  expect(readLog(join(dir, 'none'))).toBeNull();
  expect(() => readLog(dir)).toThrow('EISDIR');
});

test('ERR-15 a damaged frame went on where another transaction had begun behind its own', () => {
  insert(1);
  const first = wal();
  insert(4);
  const second = wal();
  insert(12);
  const third = wal();
  const firstEnd = (first.length - HEADER) / FRAME;
  const secondEnd = (second.length - HEADER) / FRAME;
  const damaged = firstEnd + 1;
  const place = frameAt(damaged) + 700;
  expect(secondEnd).toBeGreaterThan(damaged + 1);
  // To the end of its own transaction, and one frame further.
  expect(said(flipped(second, place))).toMatchObject({ whole: firstEnd, frames: secondEnd, wentOn: false });
  const further = third.subarray(0, frameAt(secondEnd + 2));
  expect(said(flipped(further, place))).toMatchObject({ committed: firstEnd, wentOn: true });
  const next = flipped(third.subarray(0, frameAt(secondEnd + 3)), frameAt(secondEnd + 1) + 700);
  expect(said(flipped(next, place))).toMatchObject({ frames: secondEnd + 2, wentOn: false });
  // The frame that commits it is damaged as well: whether it ever was committed is not known.
  const commit = flipped(flipped(further, place), frameAt(secondEnd) + 700);
  expect(said(commit)).toMatchObject({ committed: firstEnd, frames: secondEnd + 1, wentOn: false });
});

test('ERR-15 DMG-3 frames that were not committed are whole, and SQLite takes none of them', () => {
  insert(3);
  const committed = readLog(`${path}-wal`)?.committed;
  db.pragma('cache_size = 1');
  db.exec('BEGIN');
  for (let row = 0; row < 30; row += 1) db.prepare('INSERT INTO one (text) VALUES (?)').run('y'.repeat(400));
  const log = wal();
  db.exec('ROLLBACK');
  const found = said(log);
  expect([found?.committed, taken(log)]).toEqual([committed, committed]);
  expect(found?.whole).toBeGreaterThan((committed ?? 0) + 3);
  expect(found?.frames).toBe(found?.whole);
});

test('ERR-15 DMG-3 a round that begins anew counts its salts up; what stands behind it is of the one before', () => {
  const before = severalTransactions();
  checkpoint('PASSIVE');
  insert(1);
  insert(1);
  const log = wal();
  expect(log.length).toBe(before.length);
  const salts = [saltsOfLog(`${beside(before)}-wal`), saltsOfLog(`${beside(log)}-wal`)];
  expect(salts).toEqual([said(before)?.salts, said(log)?.salts]);
  const rounds = salts.map((each) => Number.parseInt(each?.slice(0, 8) ?? '', 16));
  expect(((rounds[1] ?? 0) - (rounds[0] ?? 0)) >>> 0).toBe(1);
  const found = said(log);
  expect(found).toMatchObject({ headed: true, wentOn: false });
  expect([found?.committed, found?.frames]).toEqual([taken(log), taken(log)]);
  expect(found?.frames).toBeLessThan(10);

  // Some of this round behind those of the earlier one: they hang together with nothing, and SQLite does not come to them.
  const frames = found?.frames ?? 0;
  log.copy(log, frameAt(10), frameAt(1), frameAt(frames + 1));
  expect(said(log)).toMatchObject({
    whole: frames,
    committed: taken(log),
    frames: 9 + frames,
    wentOn: false,
  });

  checkpoint('TRUNCATE');
  expect([saltsOfLog(`${path}-wal`), readLog(`${path}-wal`)?.size]).toEqual([null, 0]);
  expect(saltsOfLog(join(dir, 'none'))).toBeNull();
});

test('ERR-15 DMG-3 a log of a computer with the other byte order is read as SQLite reads it', () => {
  const log = severalTransactions();
  const other = log.readUInt32BE(0) === 0x377f0682;
  log.writeUInt32BE(other ? 0x377f0683 : 0x377f0682, 0);
  let a = 0;
  let b = 0;
  const add = (from: number, to: number): void => {
    for (let at = from; at < to; at += 8) {
      a = (a + (other ? log.readUInt32BE(at) : log.readUInt32LE(at)) + b) >>> 0;
      b = (b + (other ? log.readUInt32BE(at + 4) : log.readUInt32LE(at + 4)) + a) >>> 0;
    }
  };
  const write = (at: number): void => {
    log.writeUInt32BE(a, at);
    log.writeUInt32BE(b, at + 4);
  };
  add(0, 24);
  write(24);
  const frames = (log.length - HEADER) / FRAME;
  for (let no = 1; no <= frames; no += 1) {
    add(frameAt(no), frameAt(no) + 8);
    add(frameAt(no) + 24, frameAt(no + 1));
    write(frameAt(no) + 16);
  }
  expect([said(log)?.committed, taken(log)]).toEqual([frames, frames]);
});

test('DMG-16 ERR-16 the index says what was committed, and how much of it is in the database', () => {
  const index = () => readSharedIndex(`${path}-shm`);
  severalTransactions();
  const first = readLog(`${path}-wal`)?.committed ?? 0;
  const salts = saltsOfLog(`${path}-wal`);
  expect(index()).toEqual({ salts, committed: first, written: 0, begun: 0 });

  // Who reads an older state keeps a checkpoint from going on.
  const reader = new Sqlite(path, { readonly: true });
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM one').get();
  insert(12);
  const second = readLog(`${path}-wal`)?.committed ?? 0;
  checkpoint('PASSIVE');
  expect(second).toBeGreaterThan(first);
  expect(index()).toEqual({ salts, committed: second, written: first, begun: first });
  reader.exec('COMMIT');
  reader.close();
  checkpoint('PASSIVE');
  expect(index()).toEqual({ salts, committed: second, written: second, begun: second });
});

test('DMG-16 ERR-16 an index that was not written as a whole is not believed', () => {
  severalTransactions();
  const file = join(dir, 'index');
  const whole = readFileSync(`${path}-shm`);
  const read = (bytes: Buffer) => {
    writeFileSync(file, bytes);
    return readSharedIndex(file);
  };
  const put = (at: number, number: number): Buffer => {
    const bytes = Buffer.from(whole);
    if (endianness() === 'BE') bytes.writeUInt32BE(number, at);
    else bytes.writeUInt32LE(number, at);
    return bytes;
  };
  expect(read(whole)).not.toBeNull();
  for (let at = 0; at < 96; at += 1) expect([at, read(flipped(whole, at))]).toEqual([at, null]);
  // The same in both of its headers: then its checksum tells.
  for (let at = 0; at < 40; at += 1) {
    const both = flipped(flipped(whole, at), at + 48);
    expect([at, read(both)]).toEqual([at, null]);
  }
  expect(read(Buffer.alloc(32_768))).toBeNull();
  expect(read(Buffer.alloc(0))).toBeNull();
  expect(read(whole.subarray(0, 135))).toBeNull();
  // More in the database than was ever committed.
  const { committed } = read(whole) ?? { committed: 0 };
  expect(read(put(96, committed + 1))).toBeNull();
  // A checkpoint that was cut short, and one that an earlier one had got further than.
  expect(read(put(128, committed))).toMatchObject({ written: 0, begun: committed });
  expect(read(put(96, committed))).toMatchObject({ written: committed, begun: committed });
  truncateSync(file, 100);
  expect(readSharedIndex(file)).toBeNull();
  expect(readSharedIndex(join(dir, 'none'))).toBeNull();
});
