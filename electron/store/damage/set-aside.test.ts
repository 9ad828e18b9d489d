/** Folders of what was set aside whose own note of how far it was cannot be read. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KEY } from '../store.testkit.ts';
import { flipped, outcome, put, type Worth, worthLosing } from './damage.testkit.ts';
import { keepsakePath } from './keepsake.ts';
import { type RecoveryPoint, recoverDatabase } from './recover.ts';
import {
  beginRecovery,
  keepLog,
  listSetAside,
  noteProgress,
  REBUILT,
  type Recovery,
  unfinishedRecovery,
} from './set-aside.ts';

let it: Worth;
beforeAll(async () => {
  it = await worthLosing(60);
}, 60_000);
afterAll(() => rmSync(it.folder, { recursive: true, force: true }));

const STATE = 'recovery.json';
/** What a power failure or a bad block leaves of it. */
const UNREADABLE: Record<string, (path: string) => void> = {
  zeros: (path) => writeFileSync(path, Buffer.alloc(readFileSync(path).length)),
  nothing: (path) => writeFileSync(path, ''),
  gone: (path) => rmSync(path),
  'no phase': (path) => writeFileSync(path, '{"phase":"rading"}'),
  'no object': (path) => writeFileSync(path, 'null'),
  'a folder': (path) => {
    rmSync(path);
    mkdirSync(path);
  },
};

test('DMG-5 DMG-17 a log that was kept stays and is listed, whatever becomes of the note beside it', () => {
  for (const [what, spoil] of Object.entries(UNREADABLE)) {
    put(it, it.bytes);
    writeFileSync(`${it.path}-wal`, 'the only copy of a damaged log');
    const name = keepLog(it.path, 'logDamaged', 5);
    spoil(join(it.folder, name, STATE));
    expect(unfinishedRecovery(it.path), what).toBeNull();
    expect(
      listSetAside(it.path).map((one) => one.name),
      what,
    ).toEqual([name]);
    expect(readFileSync(join(it.folder, name, 'messages.db-wal'), 'utf8'), what).toBe(
      'the only copy of a damaged log',
    );
  }
});

function ended(at: RecoveryPoint): Recovery {
  put(it, flipped(it, 66));
  const recovery = beginRecovery(it.path, 'test', 11);
  const end = (point: RecoveryPoint): void => {
    if (point === at) throw new Error('ended here');
  };
  const options = { dbPath: it.path, key: KEY, recovery, nowMs: 11, onProgress() {}, at: end };
  expect(() => recoverDatabase(options)).toThrow('ended here');
  return recovery;
}

test('DMG-8 DMG-17 a recovery that was cut short is gone on with also where its note cannot be read', () => {
  for (const [what, spoil] of Object.entries(UNREADABLE))
    for (const point of ['moved', 'half', 'rebuilt', 'placing'] as const) {
      if (what !== 'zeros' && point !== 'moved') continue;
      const { folder } = ended(point);
      spoil(join(folder, STATE));
      const again = unfinishedRecovery(it.path);
      expect(again, `${what} ${point}`).toMatchObject({ folder, phase: 'reading' });
      if (what === 'a folder') continue; // nothing can be written where it stands
      recoverDatabase({ dbPath: it.path, key: KEY, recovery: again!, nowMs: 11, onProgress() {} });
      const result = outcome(it);
      expect([result.whole, result.shown.size, result.unsent], `${what} ${point}`).toEqual([
        true,
        61,
        ['not sent yet'],
      ]);
      expect(listSetAside(it.path), `${what} ${point}`).toHaveLength(1);
      expect(readdirSync(folder).sort(), `${what} ${point}`).toEqual(['messages.db', STATE]);
    }
});

test('DMG-17 what had not been moved yet is moved, and takes the place of nothing', () => {
  const { folder } = ended('moved');
  writeFileSync(`${it.path}-wal`, 'its log');
  writeFileSync(join(folder, STATE), '');
  const again = unfinishedRecovery(it.path);
  expect(again?.phase).toBe('moving');
  recoverDatabase({ dbPath: it.path, key: KEY, recovery: again!, nowMs: 11, onProgress() {} });
  expect(readFileSync(join(folder, 'messages.db-wal'), 'utf8')).toBe('its log');
  expect(outcome(it).shown.size).toBe(61);
});

test('DMG-17 beside a database, or one that is under way, it is what was set aside before: no older one comes into its place', () => {
  const before = ended('placed');
  writeFileSync(join(before.folder, STATE), '');
  expect(unfinishedRecovery(it.path)).toBeNull();
  expect(listSetAside(it.path)).toHaveLength(1);
  const now = beginRecovery(it.path, 'test', 20);
  noteProgress(now, 'reading');
  rmSync(it.path);
  expect(unfinishedRecovery(it.path)?.folder).toBe(now.folder);
  expect(listSetAside(it.path).map(({ folder }) => folder)).toEqual([before.folder]);
});

test('DMG-14 DMG-17 after a wipe it is what was set aside before', () => {
  const { folder } = ended('moved');
  writeFileSync(join(folder, STATE), '');
  rmSync(keepsakePath(it.path));
  expect(unfinishedRecovery(it.path)).toBeNull();
  expect(listSetAside(it.path).map((one) => one.folder)).toEqual([folder]);
  expect(existsSync(join(folder, REBUILT))).toBe(false);
});

test('DMG-17 a folder in which nothing was put yet goes', () => {
  put(it, it.bytes);
  const { folder } = beginRecovery(it.path, 'test', 11);
  rmSync(join(folder, STATE));
  writeFileSync(join(folder, `${STATE}.new`), '{"ph');
  expect(unfinishedRecovery(it.path)).toBeNull();
  expect(existsSync(folder)).toBe(false);
});
