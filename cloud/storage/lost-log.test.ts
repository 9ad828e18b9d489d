/** Write-ahead logs that lack something, and those that lack nothing although they look odd. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readLog, readSharedIndex } from '../../shared/disk/write-ahead-log.ts';
import { Zone } from '../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { type Cloud, createCloud } from '../app.ts';
import { clientsOf, codeOf } from '../testing/clients.ts';
import { random, signUp, type TestDevice } from '../testing/person.ts';
import { backUp } from './backup.ts';
import { databaseFile } from './database.ts';
import { checkDatabase, DatabaseDamagedError } from './integrity.ts';
import { markFile } from './log-mark.ts';
import { setLogAside } from './lost-log.ts';
import { openStorage } from './open.ts';

let dir: string;
let dataDir: string;
let cloud: Cloud;
let anna: TestDevice;
const running: Cloud[] = [];

const start = async (at: string, restored = false, log = (_: object) => {}) => {
  const started = await createCloud({ dataDir: at, registration: 'open', restored, log });
  running.push(started);
  return started;
};
const command = async (...args: string[]) => {
  const main = fileURLToPath(new URL('../main.ts', import.meta.url));
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  child.stdout.on('data', (chunk) => (out += String(chunk)));
  child.stderr.on('data', (chunk) => (out += String(chunk)));
  const [code] = await once(child, 'close');
  return { code: code as number, out };
};
const push = (times = 1) =>
  Array.from({ length: times }).reduce<Promise<unknown>>(
    (before) =>
      before.then(() =>
        anna.zone.push({
          zone: Zone.MESSAGES,
          generation: 1,
          operations: [{ op: { case: 'put', value: { id: random(16), ct: random(3_000), epoch: 1 } } }],
        }),
      ),
    Promise.resolve(),
  );
const checkpoint = (how: 'PASSIVE' | 'TRUNCATE') => {
  const sqlite = new Sqlite(databaseFile(dataDir));
  sqlite.pragma(`wal_checkpoint(${how})`);
  sqlite.close();
};
let copies = 0;
/** The files as a kill leaves them. */
const killed = (): string => {
  copies += 1;
  const at = join(dir, `killed ${copies}`);
  cpSync(dataDir, at, { recursive: true });
  return at;
};
const wal = (at: string) => `${databaseFile(at)}-wal`;
const shm = (at: string) => `${databaseFile(at)}-shm`;
const contents = (of: string) =>
  Object.fromEntries(readdirSync(of).map((name) => [name, readFileSync(join(of, name)).toString('base64')]));
const flip = (file: string, at: number) => {
  const bytes = readFileSync(file);
  bytes[at] = (bytes[at] ?? 0) ^ 0x40;
  writeFileSync(file, bytes);
};
const frame = (no: number) => 32 + (no - 1) * 4_120;
const records = async (of: Cloud) =>
  Number((await clientsOf(of, anna.token).zone.openZone({ zone: Zone.MESSAGES })).state?.records);

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'lockstep-log-'));
  dataDir = join(dir, 'data');
  cloud = await start(dataDir);
  anna = await signUp(cloud, 'anna@example.org');
  await push();
  checkpoint('TRUNCATE');
  await push(6);
});
afterEach(async () => {
  for (const each of running.splice(0)) await each.close();
  rmSync(dir, { recursive: true, force: true });
});

test('ERR-15 a log that is damaged, cut, emptied, older or gone is said before anything is written', async () => {
  const older = killed();
  checkpoint('TRUNCATE');
  await push(6);
  const damages: { [what: string]: [RegExp, (at: string) => void] } = {
    'a bit in the first frame': [/add up/, (at) => flip(wal(at), frame(1) + 1_000)],
    'a bit in the last frame': [/add up/, (at) => flip(wal(at), (readLog(wal(at))?.size ?? 0) - 10)],
    'a bit in the middle, and no index': [
      /add up/,
      (at) => {
        flip(wal(at), frame(3) + 1_000);
        rmSync(shm(at));
      },
    ],
    'a bit in its header': [/add up/, (at) => flip(wal(at), 13)],
    'a bit in its salts': [/older one, or does not add up/, (at) => flip(wal(at), 16)],
    'cut at a frame': [/cut short/, (at) => truncateSync(wal(at), frame(4))],
    'cut to its header, and no index': [
      /cut short/,
      (at) => {
        truncateSync(wal(at), 32);
        rmSync(shm(at));
      },
    ],
    emptied: [/is empty/, (at) => truncateSync(wal(at), 0)],
    gone: [/is missing/, (at) => rmSync(wal(at))],
    'gone with its index': [
      /is missing/,
      (at) => {
        rmSync(wal(at));
        rmSync(shm(at));
      },
    ],
    older: [/older one/, (at) => cpSync(wal(older), wal(at))],
  };
  for (const [what, [said, damage]] of Object.entries(damages)) {
    const at = killed();
    damage(at);
    const before = contents(at);
    const told = await start(at).then(
      () => 'it started',
      (error: unknown) => (error instanceof DatabaseDamagedError ? error.message : String(error)),
    );
    expect([what, told]).toEqual([what, expect.stringMatching(said)]);
    expect(told).toMatch(
      /^The database .* is damaged .* Nothing was changed. Put a backup in its place .*--restored as it is/,
    );
    await expect(backUp(at, join(dir, `${what}.db`), 1)).rejects.toThrow('this would be no backup');
    expect(existsSync(join(dir, `${what}.db`))).toBe(false);
    expect([what, contents(at)]).toEqual([what, before]);
  }
});

test('ERR-15 the command says it in one line, with the exit code of damage; so does an invitation', async () => {
  const at = killed();
  rmSync(wal(at));
  const before = contents(at);
  for (const args of [['--port', '0', '--check', 'none'], ['--invite']]) {
    const ended = await command('--data', at, ...args);
    expect(ended.code).toBe(3);
    expect(ended.out).toMatch(/^The cloud cannot start: The database .* is damaged .*log is missing.*\n$/);
  }
  expect(contents(at)).toEqual(before);
});

test('ERR-15 what a kill and a power failure leave is no damage', async () => {
  /** Frames of a transaction that is not committed: of the round, and they add up. */
  const uncommitted = () => {
    const other = new Sqlite(databaseFile(dataDir));
    other.pragma('cache_size = 1');
    other.exec('BEGIN IMMEDIATE');
    for (let round = 1; round < 4; round += 1) {
      other.exec('UPDATE record SET epoch = epoch + 1');
    }
    return other;
  };
  const cases: { [what: string]: () => string | Promise<string> } = {
    killed,
    'without its index': () => {
      const at = killed();
      rmSync(shm(at));
      return at;
    },
    'an index that was not written': () => {
      const at = killed();
      writeFileSync(shm(at), Buffer.alloc(32_768));
      return at;
    },
    'an index of an earlier round': async () => {
      const earlier = killed();
      checkpoint('TRUNCATE');
      await push();
      const at = killed();
      cpSync(shm(earlier), shm(at));
      return at;
    },
    'a transaction in the log that was not committed': () => {
      const other = uncommitted();
      const at = killed();
      other.exec('ROLLBACK');
      other.close();
      const log = readLog(wal(at));
      expect(log?.size).toBeGreaterThan(frame((log?.committed ?? 0) + 3));
      return at;
    },
    'one that was not committed and came to the disk in parts': () => {
      const other = uncommitted();
      const at = killed();
      other.exec('ROLLBACK');
      other.close();
      flip(wal(at), frame((readLog(wal(at))?.committed ?? 0) + 1) + 1_000);
      rmSync(shm(at));
      return at;
    },
    'a rolled back one behind what was committed after it': async () => {
      const other = uncommitted();
      other.exec('ROLLBACK');
      other.close();
      await push();
      return killed();
    },
    'emptied, and an index of before': async () => {
      const before = killed();
      const emptied = killed();
      await start(emptied);
      const at = join(dir, 'emptied');
      cpSync(emptied, at, { recursive: true });
      cpSync(shm(before), shm(at));
      expect(readLog(wal(at))?.size).toBe(0);
      return at;
    },
    'a log that was begun again': async () => {
      checkpoint('PASSIVE');
      await push();
      expect(readLog(wal(dataDir))?.committed).toBeLessThan(10);
      return killed();
    },
    'one that was begun again, and nobody had named it yet': async () => {
      const named = readFileSync(markFile(databaseFile(dataDir)));
      checkpoint('PASSIVE');
      await push();
      const at = killed();
      expect(readFileSync(markFile(databaseFile(at))).equals(named)).toBe(false);
      writeFileSync(markFile(databaseFile(at)), named);
      return at;
    },
    'a mark that was not written': () => {
      const at = killed();
      writeFileSync(markFile(databaseFile(at)), '');
      return at;
    },
  };
  for (const [what, of] of Object.entries(cases)) {
    const at = await of();
    const expected = await records(cloud);
    const again = await start(at).catch((error: unknown) => Promise.reject(new Error(`${what}: ${error}`)));
    expect([what, await records(again)]).toEqual([what, expected]);
    await again.close();
    expect(readdirSync(at).sort()).toEqual(['cloud.db', 'cloud.secret.json']);
  }
});

test('ERR-15 a copy of a stopped cloud, a backup of a killed one and an invitation of it are no damage', async () => {
  const at = killed();
  await backUp(at, join(dir, 'backup.db'), 1);
  expect((await command('--data', at, '--invite')).code).toBe(0);
  expect(readdirSync(at).sort()).toEqual(['cloud.db', 'cloud.secret.json']);
  const again = await start(at);
  expect(await records(again)).toBe(7);
  // Beside one that runs, an invitation takes nothing from it.
  await clientsOf(again, anna.token).zone.openZone({ zone: Zone.MESSAGES });
  expect((await command('--data', at, '--invite')).code).toBe(0);
  const beside = join(dir, 'beside');
  cpSync(at, beside, { recursive: true });
  expect(await records(await start(beside))).toBe(7);
});

test('ERR-15 a cloud that ends without closing its database has not lost its log', async () => {
  const at = killed();
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  // The new incarnations are in the log when it finds that it cannot listen.
  const ended = await command('--data', at, '--restored', '--port', String(port));
  taken.close();
  expect([ended.code, ended.out]).toEqual([1, expect.stringContaining('cannot listen')]);
  expect(await records(await start(at))).toBe(7);
});

test('ERR-16 --restored goes on with what is readable: as restored, and the log lies aside', async () => {
  const { token } = await anna.zone.openZone({ zone: Zone.MESSAGES });
  const at = killed();
  const damaged = readLog(wal(at))?.committed ?? 0;
  flip(wal(at), frame(damaged) + 1_000);
  const before = contents(at);
  const said: object[] = [];
  const again = await start(at, true, (entry) => said.push(entry));
  const folder = `${databaseFile(at)}-damaged-1`;
  expect(said).toContainEqual({ level: 'error', event: 'log_set_aside', folder });
  const kept = contents(folder);
  expect(Object.keys(kept).sort()).toEqual(['cloud.db-shm', 'cloud.db-wal']);
  for (const [name, bytes] of Object.entries(kept))
    expect([name, bytes === before[name]]).toEqual([name, true]);
  expect(await records(again)).toBe(6);
  const { zone } = clientsOf(again, anna.token);
  expect(await codeOf(zone.changes({ zone: Zone.MESSAGES, token }))).toBe('INCARNATION_CHANGED');
  await again.close();
  expect(await records(await start(at))).toBe(6);
});

test('ERR-16 what the database has already of a damaged log is not set back in parts', async () => {
  checkpoint('PASSIVE');
  const holder = new Sqlite(databaseFile(dataDir), { readonly: true });
  holder.exec('BEGIN');
  holder.prepare('SELECT count(*) FROM record').get();
  const at = killed();
  holder.exec('COMMIT');
  holder.close();
  const index = readSharedIndex(shm(at));
  expect(index?.written).toBe(index?.committed);
  flip(wal(at), frame(Math.floor((index?.committed ?? 0) / 2)) + 1_000);
  await expect(start(at)).rejects.toThrow(DatabaseDamagedError);
  expect(await records(await start(at, true))).toBe(7);
});

test('ERR-16 ERR-22 a start that goes on without its log and is cut short must be done again with --restored', async () => {
  const at = killed();
  flip(wal(at), frame(readLog(wal(at))?.committed ?? 0) + 1_000);
  const renewed = killed();
  rmSync(wal(renewed));
  for (const folder of [at, renewed]) {
    // Ended between opening the database and renewing its incarnations.
    (await openStorage(folder, { restored: true })).db.close();
    await expect(start(folder)).rejects.toThrow(/Start once with --restored again/);
    await (await start(folder, true)).close();
    await start(folder);
  }
});

test('ERR-16 ERR-22 so must one that is cut short while it looks at the rest, which writes over the index', async () => {
  const at = killed();
  flip(wal(at), frame(readLog(wal(at))?.committed ?? 0) + 1_000);
  setLogAside(databaseFile(at));
  checkDatabase(at, 'full');
  await expect(start(at)).rejects.toThrow(/was found to lack something/);
  expect(await records(await start(at, true))).toBe(6);
  expect(readdirSync(at)).toEqual(expect.arrayContaining(['cloud.db-damaged-1', 'cloud.db-damaged-2']));
});

test('ERR-16 where more than the log is damaged, nothing is changed and it stays damaged', async () => {
  const at = killed();
  flip(wal(at), frame(readLog(wal(at))?.committed ?? 0) + 1_000);
  const file = readFileSync(databaseFile(at));
  for (let page = 10; page < file.length / 4_096; page += 2) file.set(random(64), page * 4_096);
  writeFileSync(databaseFile(at), file);
  const before = contents(at);
  await expect(start(at, true)).rejects.toThrow(DatabaseDamagedError);
  expect(contents(at)).toEqual(before);
  await expect(start(at)).rejects.toThrow(DatabaseDamagedError);
});
