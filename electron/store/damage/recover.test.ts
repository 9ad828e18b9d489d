/** Damaged files of every kind, and a recovery that is cut short. */
import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KEY } from '../store.testkit.ts';
import { flipped, outcome, PAGE, put, recovered, type Worth, worthLosing } from './damage.testkit.ts';
import { type RecoveryPoint, recoverDatabase } from './recover.ts';
import { beginRecovery, listSetAside, removeSetAside, unfinishedRecovery } from './set-aside.ts';

let it: Worth;
/** More than is written in one transaction: the first of them ends while more is being read. */
let large: Worth;
beforeAll(async () => {
  it = await worthLosing(90);
  large = await worthLosing(2_100);
}, 60_000);
afterAll(() => {
  for (const { folder } of [it, large]) rmSync(folder, { recursive: true, force: true });
});

const missing = ({ shown, lost }: ReturnType<typeof outcome>, of = it) =>
  of.shown.filter((id) => !shown.has(id) && !lost.has(id));

test('DMG-6 DMG-7 truncated at several lengths: what is left is back, the rest is counted or told by the last count', {
  timeout: 60_000,
}, () => {
  const pages = it.bytes.length / PAGE;
  const shown: number[] = [];
  for (const left of [1, 20, Math.floor(pages / 2), pages - 8, pages - 1]) {
    put(it, it.bytes.subarray(0, left * PAGE));
    const result = recovered(it);
    expect([result.whole, result.identity], `${left} pages`).toEqual([true, true]);
    // With the index gone as well nobody can name what was there: then the last count says how many it was.
    expect(result.told.story.salvaged?.counted?.messages).toBe(94);
    if (left > pages / 2) expect(missing(result), `${left} pages`).toEqual([]);
    shown.push(result.shown.size);
  }
  expect(shown).toEqual([...shown].sort((a, b) => a - b));
  expect(shown.at(-1)).toBeGreaterThan(80);
  put(it, it.bytes.subarray(0, it.bytes.length - 100));
  expect(missing(recovered(it))).toEqual([]);
});

test('DMG-7 several pages at once: what two of them held together is counted, with its conversation and its day', () => {
  const damaged = Buffer.from(it.bytes);
  const pages = it.bytes.length / PAGE;
  for (let page = 64; page <= pages; page += 2)
    flipped(it, page).copy(damaged, (page - 1) * PAGE, (page - 1) * PAGE, page * PAGE);
  put(it, damaged);
  const result = recovered(it);
  expect(missing(result)).toEqual([]);
  expect(result.lost.size).toBeGreaterThan(0);
  expect(result.told.still.messages).toBe(result.lost.size);
  expect(result.told.still.fromMs).toBeGreaterThan(1_700_000_000_000);
});

test('DMG-6 no database at all in the file: the device stays itself by its keepsake', () => {
  const plain = join(it.folder, 'another.db');
  const other = new Database(plain);
  other.exec('CREATE TABLE notes (text); INSERT INTO notes VALUES (1)');
  other.close();
  const files: Record<string, Uint8Array> = {
    empty: new Uint8Array(0),
    zeros: Buffer.alloc(20 * PAGE),
    "another program's": readFileSync(plain),
    noise: Buffer.from(it.bytes).fill(0x5a),
  };
  rmSync(plain);
  for (const [what, bytes] of Object.entries(files)) {
    put(it, bytes);
    const result = recovered(it);
    expect([result.whole, result.identity, result.shown.size], what).toEqual([true, true, 0]);
    expect(result.zone.switch, what).toBe('off');
    expect(result.told.story.salvaged, what).toMatchObject({ device: 'keepsake', counted: { messages: 94 } });
    const [aside] = listSetAside(it.path);
    expect(readFileSync(join(aside?.folder ?? '', 'messages.db')).equals(Buffer.from(bytes)), what).toBe(
      true,
    );
  }
});

test('DMG-5 what is set aside is what was there, byte for byte, and only a person deletes it', () => {
  const damaged = flipped(it, 70);
  put(it, damaged);
  recovered(it);
  const [one] = listSetAside(it.path);
  expect(readFileSync(join(one?.folder ?? '', 'messages.db')).equals(damaged)).toBe(true);
  // Damaged again: a second one, and the first stays.
  writeFileSync(it.path, Buffer.alloc(5 * PAGE));
  recovered(it);
  expect(listSetAside(it.path)).toHaveLength(2);
  for (const name of ['..', '../messages.db', 'attachments', 'damaged-../../x-0000'])
    expect(removeSetAside(it.path, name)).toBe(false);
  expect(removeSetAside(it.path, one?.name ?? '')).toBe(true);
  expect(listSetAside(it.path)).toHaveLength(1);
  expect(existsSync(one?.folder ?? '')).toBe(false);
});

const POINTS: RecoveryPoint[] = ['begun', 'moved', 'half', 'rebuilt', 'placing', 'placed'];

test('DMG-8 ended at any point of a recovery, the next one goes on: the same comes of it, and one folder', () => {
  for (const point of POINTS) {
    put(it, flipped(it, 70));
    const recovery = beginRecovery(it.path, 'test', 11);
    const options = { dbPath: it.path, key: KEY, nowMs: 11, onProgress() {} };
    const end = (reached: RecoveryPoint): void => {
      if (reached === point) throw new Error('ended here');
    };
    expect(() => recoverDatabase({ ...options, recovery, at: end }), point).toThrow('ended here');
    const again = unfinishedRecovery(it.path);
    expect(again, point).not.toBeNull();
    if (again !== null) recoverDatabase({ ...options, recovery: again });
    const result = outcome(it);
    expect(missing(result), point).toEqual([]);
    expect([result.unsent, result.whole, result.shown.size], point).toEqual([['not sent yet'], true, 91]);
    expect(listSetAside(it.path), point).toHaveLength(1);
    expect(unfinishedRecovery(it.path), point).toBeNull();
    expect(readdirSync(listSetAside(it.path)[0]?.folder ?? '').sort(), point).toEqual([
      'messages.db',
      'recovery.json',
    ]);
  }
});

test('DMG-8 ended between the renames of database and log: both come into the folder', () => {
  put(it, flipped(it, 70));
  writeFileSync(`${it.path}-wal`, 'a log');
  const recovery = beginRecovery(it.path, 'test', 11);
  writeFileSync(join(recovery.folder, 'messages.db'), readFileSync(it.path));
  rmSync(it.path);
  const again = unfinishedRecovery(it.path);
  if (again === null) throw new Error('It was not found again.');
  recoverDatabase({ dbPath: it.path, key: KEY, recovery: again, nowMs: 11, onProgress() {} });
  expect(readFileSync(join(recovery.folder, 'messages.db-wal'), 'utf8')).toBe('a log');
  expect(missing(outcome(it))).toEqual([]);
});

test('DMG-10 a disk that is full meanwhile: nothing is lost, nothing half is left, and the next one goes on', () => {
  const full = (point: RecoveryPoint): void => {
    if (point === 'half') throw Object.assign(new Error('no space left'), { code: 'SQLITE_FULL' });
  };
  for (const one of [it, large]) {
    put(one, flipped(one, 70));
    const recovery = beginRecovery(one.path, 'test', 11);
    const options = { dbPath: one.path, key: KEY, nowMs: 11, onProgress() {} };
    expect(() => recoverDatabase({ ...options, recovery, at: full })).toThrow('no space left');
    expect(readdirSync(recovery.folder).sort()).toEqual(['messages.db', 'recovery.json']);
    expect(existsSync(one.path)).toBe(false);
    const again = unfinishedRecovery(one.path);
    if (again === null) throw new Error('It was not found again.');
    recoverDatabase({ ...options, recovery: again });
    expect(missing(outcome(one), one)).toEqual([]);
  }
});

test('DMG-6 without its keepsake a database of which the first page opens is read all the same', () => {
  put(it, flipped(it, 70));
  rmSync(join(it.folder, 'device.sealed'));
  const result = recovered(it);
  expect(missing(result)).toEqual([]);
  expect(result.told.story.salvaged).toMatchObject({ device: 'database', counted: null });
  put(it, it.bytes);
  truncateSync(it.path, 30 * PAGE);
  rmSync(join(it.folder, 'device.sealed'));
  expect(recovered(it).whole).toBe(true);
});
