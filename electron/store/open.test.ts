import { spawn } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { StoreError } from './errors.ts';
import { getKeep } from './keep-messages.ts';
import { listLocalDeletes } from './local-deletes.ts';
import { listPending } from './mail.ts';
import { getMeta, setMeta } from './meta.ts';
import { APPLICATION_ID, MIGRATIONS, migrate, NEWEST, schemaVersion } from './migrate.ts';
import { openStore, type Store } from './open.ts';
import { getRecord } from './records.ts';
import { bytes16, KEY, type Kit, kit, putConversation, putMessage } from './store.testkit.ts';

let k: Kit;
beforeEach(async () => {
  k = await kit();
});
afterEach(() => k.close());

function code(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof StoreError) return error.code;
    throw error;
  }
  return 'opened';
}

test('STO-1 the key is raw: opening runs no key derivation', () => {
  k.store.close();
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    const start = performance.now();
    openStore({ path: k.path, key: KEY }).close();
    times.push(performance.now() - start);
  }
  // Argon2id with the cipher's own parameters takes far longer than this.
  expect(Math.min(...times)).toBeLessThan(20);
  expect(code(() => openStore({ path: k.path, key: new Uint8Array(16) }))).toBe('wrongKey');
});

test('STO-2 a wrong key is refused and nothing is overwritten', () => {
  putMessage(k.store, 1);
  k.store.close();
  const before = readFileSync(k.path);
  expect(code(() => openStore({ path: k.path, key: new Uint8Array(32) }))).toBe('wrongKey');
  expect(code(() => openStore({ path: k.path, key: new Uint8Array(32), readonly: true }))).toBe('wrongKey');
  expect(readFileSync(k.path).equals(before)).toBe(true);
  const again = openStore({ path: k.path, key: KEY });
  expect(getRecord(again, 'messages', bytes16(1))).toBeDefined();
  again.close();
});

test('STO-2 a damaged file is refused as damaged and left as it is', () => {
  putMessage(k.store, 1);
  k.store.close();
  const noise = join(k.folder, 'noise.db');
  writeFileSync(noise, Buffer.alloc(8192, 0x55));
  expect(code(() => openStore({ path: noise, key: KEY }))).toBe('damaged');
  expect(readFileSync(noise).equals(Buffer.alloc(8192, 0x55))).toBe(true);
});

test('STO-3 a database from the future is refused', () => {
  k.store.db.pragma(`user_version = ${NEWEST + 10}`);
  k.store.close();
  expect(code(() => openStore({ path: k.path, key: KEY }))).toBe('fromTheFuture');
  expect(code(() => openStore({ path: k.path, key: KEY, readonly: true }))).toBe('fromTheFuture');
});

test('STO-3 a reader waits for the writer to make or migrate', () => {
  expect(code(() => openStore({ path: join(k.folder, 'none.db'), key: KEY, readonly: true }))).toBe(
    'notReady',
  );
  k.store.db.pragma('user_version = 0');
  expect(code(() => openStore({ path: k.path, key: KEY, readonly: true }))).toBe('notReady');
});

test('STO-4 migrations are numbered in tens, rise, and end at the newest', () => {
  let last = 0;
  for (const step of MIGRATIONS) {
    expect(step.number % 10).toBe(0);
    expect(step.number).toBeGreaterThan(last);
    last = step.number;
  }
  expect(schemaVersion(k.store.db)).toBe(last);
  expect(k.store.db.pragma('application_id', { simple: true })).toBe(APPLICATION_ID);
});

/** A database as a version of before left it, open. */
function older(step: number): { db: Database.Database; path: string } {
  const path = join(k.folder, 'older.db');
  const db = new Database(path);
  db.pragma("cipher = 'aegis'");
  db.pragma(`key = 'raw:${Buffer.from(KEY).toString('hex')}'`);
  migrate(db, step);
  return { db, path };
}

test('STO-4 from 010 to 020: what was set aside stays', () => {
  const { db, path } = older(10);
  db.exec(
    `INSERT INTO pending_envelope (position, accepted_ms, sender, send_id, content, epoch, suite, sealed_key, reason, received_ms)
     VALUES (3, 5, x'01', x'02', x'03', 1, 1, x'04', 'identityChanged', 6)`,
  );
  expect(schemaVersion(db)).toBe(10);
  db.close();
  const store = openStore({ path, key: KEY });
  expect(schemaVersion(store.db)).toBe(NEWEST);
  expect(listPending(store, 'identityChanged')).toMatchObject([{ position: 3, acceptedMs: 5, epoch: 1 }]);
  expect(listPending(store, 'zone')).toEqual([]);
  store.close();
});

test('STO-4 from 020 to 040: the setting, the conversations and what was deleted here stay as they are', () => {
  const { db, path } = older(20);
  db.exec(`
    UPDATE account_settings SET keep_days = 30, keep_effective_ms = 7;
    INSERT INTO conversation (guid, kind, listed) VALUES (x'01', 1, 1);
    INSERT INTO local_delete (id, deleted_ms, gone) VALUES (x'02', 5, 1);
  `);
  db.close();
  const store = openStore({ path, key: KEY });
  expect(getKeep(store, 'account')).toEqual({ days: 30, effectiveMs: 7, beforeDays: 0 });
  expect(getKeep(store, 'device')).toEqual({ days: 0, effectiveMs: 0, beforeDays: 0 });
  expect(store.get('SELECT listed, expired FROM conversation')).toEqual({ listed: 1, expired: 0 });
  // A person's delete, as it was: the switch asks about it.
  expect(listLocalDeletes(store)).toMatchObject([{ deletedMs: 5, gone: true }]);
  store.close();
});

test.each([
  ['on', 0],
  ['off', 1],
])(
  'STO-4 SYN-120 from 070 to 080: what was deleted on its way reaches as far as the switch, %s, says',
  (value, here) => {
    const { db, path } = older(70);
    db.exec(`
      UPDATE zone_state SET switch = '${value}' WHERE zone = 2;
      INSERT INTO outbox (send_id, kind, conversation, guid, body, created_ms, deleted_ms)
      VALUES (x'01', 'message', x'02', x'03', x'04', 1, 5), (x'05', 'message', x'02', x'06', x'07', 1, NULL);
    `);
    db.close();
    const store = openStore({ path, key: KEY });
    expect(store.all('SELECT deleted_ms AS at, deleted_here AS here FROM outbox ORDER BY position')).toEqual([
      { at: 5, here },
      { at: null, here: 0 },
    ]);
    store.close();
  },
);

test('STO-4 STO-9 from 080 to 090: what was gathered about a small database is gone, and no close gathers it again', () => {
  const { db, path } = older(80);
  db.exec(`INSERT INTO conversation (guid, kind, listed) VALUES (x'01', 1, 1); ANALYZE`);
  const gathered = 'SELECT name FROM sqlite_schema WHERE name LIKE ?';
  expect(db.prepare(gathered).all('sqlite_stat%')).not.toEqual([]);
  db.close();
  const store = openStore({ path, key: KEY });
  expect(store.all(gathered, 'sqlite_stat%')).toEqual([]);
  // A query of those for which SQLite would like to know more.
  store.all('SELECT kind FROM conversation WHERE guid > ? AND listed = ?', bytes16(1), 1);
  store.close();
  const again = openStore({ path, key: KEY });
  expect(again.all(gathered, 'sqlite_stat%')).toEqual([]);
  again.close();
});

test('STO-4 every table is STRICT', () => {
  const tables = k.store.db.pragma('table_list') as {
    name: string;
    type: string;
    strict: number;
    schema: string;
  }[];
  const ours = tables.filter(
    (one) => one.type === 'table' && one.schema === 'main' && !one.name.startsWith('sqlite_'),
  );
  expect(ours.length).toBeGreaterThan(15);
  expect(ours.filter((one) => one.strict === 0).map((one) => one.name)).toEqual([]);
});

test('STO-5 each connection keeps temporary data in memory and trusts no schema; the writer syncs fully', () => {
  const reader = openStore({ path: k.path, key: KEY, readonly: true });
  for (const store of [k.store, reader]) {
    expect(store.db.pragma('temp_store', { simple: true })).toBe(2);
    expect(store.db.pragma('trusted_schema', { simple: true })).toBe(0);
    expect(store.db.pragma('mmap_size', { simple: true })).toBe(0);
  }
  expect(k.store.db.pragma('synchronous', { simple: true })).toBe(2);
  expect(k.store.db.pragma('secure_delete', { simple: true })).toBe(1);
  expect(k.store.db.pragma('journal_mode', { simple: true })).toBe('wal');
  reader.close();
});

test('STO-6 the reader cannot write', () => {
  const reader = openStore({ path: k.path, key: KEY, readonly: true });
  expect(code(() => setMeta(reader, 'a', 'b'))).toBe('misuse');
  expect(() => reader.db.exec('DELETE FROM meta')).toThrow();
  reader.close();
});

test('STO-7 nothing typed by a person is in the clear in any file, also while big sorts run', () => {
  const canary = 'Kanarienvogel-4711';
  putConversation(k.store);
  for (let i = 1; i <= 3000; i++) putMessageText(i, `${canary} ${i} ${'x'.repeat(500)}`);
  const reader = openStore({ path: k.path, key: KEY, readonly: true });
  const wrong = openStore({ path: k.path, key: KEY, readonly: true });
  for (const store of [k.store, reader, wrong]) store.db.pragma('cache_size = 100'); // the sort outgrows it
  for (const store of [k.store, reader]) expect(whileSorting(store, canary)).toEqual({ files: 0, found: [] });
  expect(readdirSync(k.folder)).toContain('messages.db-wal');
  copyFileSync(k.path, join(k.folder, 'copy.db'));
  expect(readFileSync(join(k.folder, 'copy.db')).includes('SQLite format 3')).toBe(false);
  if (process.platform === 'linux') {
    // The same look at a connection that was set up wrongly finds what this rule is about.
    wrong.db.pragma('temp_store = 1');
    const { files, found } = whileSorting(wrong, canary);
    expect(files).toBeGreaterThan(0);
    expect(found.length).toBeGreaterThan(0);
  }
  reader.close();
  wrong.close();
});

/**
 * Looks at every file there is in the middle of a big sort. SQLite unlinks its temporary files (etilqs_…) as soon as it has opened them:
 * on Linux only the links of /proc/self/fd still lead to them.
 */
function whileSorting(store: Store, canary: string): { files: number; found: string[] } {
  const rows = store.db
    .prepare(
      'SELECT m.text FROM message m JOIN (SELECT text FROM message LIMIT 5) n ORDER BY m.text || n.text',
    )
    .iterate();
  rows.next();
  let files = 0;
  const paths = readdirSync(k.folder).map((name) => join(k.folder, name));
  if (process.platform === 'linux')
    for (const name of readdirSync('/proc/self/fd')) {
      const path = join('/proc/self/fd', name);
      if (!linkOf(path).includes('etilqs')) continue;
      files += 1;
      paths.push(path);
    }
  const found = paths.filter((path) => statSync(path).isFile() && readFileSync(path).includes(canary));
  rows.return?.();
  return { files, found };
}

/** Empty when the descriptor has been closed meanwhile, as that of the listing itself. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function putMessageText(n: number, text: string): void {
  if (k.store.db.inTransaction) throw new Error('No transaction expected.');
  k.store.db.pragma('synchronous = OFF');
  putMessage(k.store, n, { text });
}

test('STO-8 what was committed survives kill -9 at any moment, and what was not is not there by halves', async () => {
  k.store.close();
  for (let round = 0; round < 4; round++) {
    const child = spawn(
      process.execPath,
      [fileURLToPath(new URL('./kill.testchild.ts', import.meta.url)), k.path],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    let said = -1;
    let rest = '';
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (data: Buffer) => {
        rest += data.toString();
        const lines = rest.split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) said = Math.max(said, Number(line));
        if (said >= 5 + round * 7) child.kill('SIGKILL');
      });
      child.on('exit', () => resolve());
    });
    const store = openStore({ path: k.path, key: KEY });
    const done = Number(getMeta(store, 'done') ?? -1);
    expect(done).toBeGreaterThanOrEqual(said);
    expect(store.integrityCheck()).toEqual([]);
    const { records } = store.get<{ records: number }>(
      'SELECT count(*) AS records FROM record WHERE kind = 1',
    )!;
    const { messages } = store.get<{ messages: number }>('SELECT count(*) AS messages FROM message')!;
    // Ten a transaction: all of each, or none of it; projection and record alike.
    expect(records).toBe((done + 1) * 10);
    expect(messages).toBe(records);
    store.close();
  }
});

test('STO-26 bulk work lies open for its next slice, and is committed before anybody else writes', () => {
  const reader = openStore({ path: k.path, key: KEY, readonly: true });
  k.store.bulk(() => setMeta(k.store, 'first', 'slice'));
  k.store.bulk(() => setMeta(k.store, 'second', 'slice'));
  expect(k.store.db.pragma('synchronous', { simple: true })).toBe(1);
  expect(getMeta(reader, 'first')).toBeNull();
  setMeta(k.store, 'a command', 'is durable');
  expect(k.store.db.pragma('synchronous', { simple: true })).toBe(2);
  expect(k.store.bulkAgeMs).toBe(0);
  for (const name of ['first', 'second', 'a command']) expect(getMeta(reader, name)).not.toBeNull();
  reader.close();
});

test('STO-26 a slice that fails takes those since the last commit with it, and nothing lies open', () => {
  k.store.bulk(() => setMeta(k.store, 'committed', 'yes'));
  k.store.commitBulk();
  k.store.bulk(() => setMeta(k.store, 'open', 'yes'));
  expect(() =>
    k.store.bulk(() => {
      setMeta(k.store, 'failing', 'yes');
      throw new Error('in the middle');
    }),
  ).toThrow('in the middle');
  expect(k.store.db.inTransaction).toBe(false);
  expect(k.store.db.pragma('synchronous', { simple: true })).toBe(2);
  expect([getMeta(k.store, 'committed'), getMeta(k.store, 'open'), getMeta(k.store, 'failing')]).toEqual([
    'yes',
    null,
    null,
  ]);
});
