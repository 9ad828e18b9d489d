/** For tests of damage: a database worth losing on a real file, and what a recovery makes of it. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attachmentsFolder, blobPath } from '../blob-files.ts';
import { addLocalDelete } from '../local-deletes.ts';
import { openStore, type Store } from '../open.ts';
import { enqueue } from '../outbox.ts';
import { deleteForGood } from '../records.ts';
import { bytes16, KEY, kit, putConversation, putMessage, WITH_BOB } from '../store.testkit.ts';
import { hex } from '../values.ts';
import { setZoneState } from '../zone-state.ts';
import { keepsakePath, takeKeepsake, writeKeepsake } from './keepsake.ts';
import { type RecoverOptions, recoverDatabase } from './recover.ts';
import { type RememberedRecovery, recoveryOf, rememberedRecoveries } from './salvaged.ts';
import { beginRecovery } from './set-aside.ts';

export const PAGE = 4096;
export const FILE = 'f1'.repeat(32);

export type Worth = {
  folder: string;
  path: string;
  /** As it was when it was whole; the log beside it is gone. */
  bytes: Buffer;
  keepsake: Buffer;
  /** Record ids in hex. */
  shown: string[];
  deleted: string[];
  gone: string[];
};

/** `count` messages and more: some deleted here, some for good (with the switch on the cloud has not heard of it yet), one waiting to be sent, one with a file in the folder. */
export async function worthLosing(count: number, zoneSwitch: 'on' | 'off' = 'off'): Promise<Worth> {
  const { store, path, folder } = await kit();
  const ids = { shown: [] as string[], deleted: [] as string[], gone: [] as string[] };
  const text = (n: number): string => `message ${n} ${'x'.repeat(150)}`;
  const acceptedMs = (n: number): number => 1_700_000_000_000 + n * 3_600_000;
  store.write(() => {
    putConversation(store);
    for (let n = 1; n <= count; n += 1)
      ids.shown.push(hex(putMessage(store, n, { text: text(n), acceptedMs: acceptedMs(n) })));
    for (let n = 6001; n <= 6003; n += 1) {
      const id = putMessage(store, n, { text: text(n), acceptedMs: acceptedMs(n - 5990) + 5 });
      ids.deleted.push(hex(id));
      addLocalDelete(store, id, acceptedMs(n));
    }
    for (let n = 7001; n <= 7003; n += 1) {
      const id = putMessage(store, n, { text: text(n), acceptedMs: acceptedMs(n - 6980) + 7 });
      ids.gone.push(hex(id));
      deleteForGood(store, 'messages', id, {
        push: zoneSwitch === 'on',
        byPerson: true,
        nowMs: acceptedMs(n),
      });
    }
    const attachment = {
      blobId: new Uint8Array(Buffer.from(FILE, 'hex')),
      key: new Uint8Array(32).fill(3),
      suite: 1,
      size: 10,
      name: 'a file.txt',
      mediaType: 'text/plain',
      width: 0,
      height: 0,
      durationMs: 0,
      thumbnail: new Uint8Array(0),
    };
    ids.shown.push(
      hex(putMessage(store, 3001, { text: '', acceptedMs: acceptedMs(40) + 9, attachments: [attachment] })),
    );
    enqueue(store, {
      sendId: bytes16(4001),
      kind: 'message',
      conversation: WITH_BOB(),
      guid: bytes16(4002),
      body: new Uint8Array([1, 2, 3]),
      text: 'not sent yet',
      createdMs: acceptedMs(count),
    });
    for (const zone of ['account', 'messages'] as const)
      setZoneState(store, zone, { generation: 1, incarnation: 5n, head: 99, phase: 'following' });
    setZoneState(store, 'messages', { switch: zoneSwitch });
  });
  const counted = { messages: count + 4, conversations: 1, atMs: 7 };
  writeKeepsake(path, KEY, takeKeepsake(store, 7, counted));
  store.close();
  mkdirSync(attachmentsFolder(path), { recursive: true });
  writeFileSync(blobPath(attachmentsFolder(path), new Uint8Array(Buffer.from(FILE, 'hex'))), 'sealed bytes');
  return { folder, path, bytes: readFileSync(path), keepsake: readFileSync(keepsakePath(path)), ...ids };
}

/** The files as they were, but for the database. */
export function put(it: Worth, bytes: Uint8Array): void {
  for (const name of readdirSync(it.folder))
    if (name.startsWith('damaged-')) rmSync(join(it.folder, name), { recursive: true });
  for (const suffix of ['-wal', '-shm']) rmSync(it.path + suffix, { force: true });
  writeFileSync(it.path, bytes);
  writeFileSync(keepsakePath(it.path), it.keepsake);
}

/** One byte of a page is another. */
export function flipped({ bytes }: Worth, page: number, at = 2000): Buffer {
  const damaged = Buffer.from(bytes);
  const place = (page - 1) * PAGE + at;
  damaged[place] = (damaged[place] ?? 0) ^ 0x40;
  return damaged;
}

/** The same, of each of these pages. */
export function withoutPages(it: Worth, pages: readonly number[]): Buffer {
  const damaged = Buffer.from(it.bytes);
  for (const page of pages)
    flipped(it, page).copy(damaged, (page - 1) * PAGE, (page - 1) * PAGE, page * PAGE);
  return damaged;
}

/** The page at which a table or an index begins. */
export function rootOf(it: Worth, name: string): number {
  return asked(it, 'SELECT rootpage AS page FROM sqlite_schema WHERE name = ?', name)[0]!;
}

/** The pages on which its rows are, in their order. */
export function leavesOf(it: Worth, name: string): number[] {
  return asked(
    it,
    `SELECT pageno AS page FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path`,
    name,
  );
}

function asked(it: Worth, sql: string, name: string): number[] {
  put(it, it.bytes);
  const store = openStore({ path: it.path, key: KEY, readonly: true });
  try {
    return store.all<{ page: number }>(sql, name).map(({ page }) => page);
  } finally {
    store.close();
  }
}

export function recovered(it: Worth, options: Partial<RecoverOptions> = {}): Outcome {
  const recovery = beginRecovery(it.path, 'test', 11);
  recoverDatabase({ dbPath: it.path, key: KEY, recovery, nowMs: 11, onProgress() {}, ...options });
  return outcome(it);
}

export type Outcome = {
  /** Ids of the messages that the window would show, in hex. */
  shown: Set<string>;
  unsent: string[];
  told: RememberedRecovery;
  /** Ids of what is known to be deleted for good. */
  gone: Set<string>;
  /** Ids that it says could not be read. */
  lost: Set<string>;
  whole: boolean;
  identity: boolean;
  attachmentHere: boolean;
  zone: { switch: string; phase: string; head: number };
  dirtyOrKnown: number;
};

export function outcome(it: Worth): Outcome {
  const store = openStore({ path: it.path, key: KEY });
  try {
    const [name = ''] = rememberedRecoveries(store);
    const meta = store.get<{ value: string }>('SELECT value FROM meta WHERE name = ?', `recovery:${name}`);
    const lost =
      (JSON.parse(meta?.value ?? '{}') as { salvaged?: { lost: { id: string | null }[] } }).salvaged?.lost ??
      [];
    return {
      shown: new Set(column(store, 'SELECT id AS it FROM message WHERE shown = 1')),
      unsent: store.all<{ text: string }>('SELECT text FROM outbox').map(({ text }) => text),
      told: recoveryOf(store, name)!,
      gone: new Set(column(store, 'SELECT id AS it FROM record WHERE gone = 1')),
      lost: new Set(lost.map(({ id }) => id ?? '')),
      whole: store.integrityCheck().length === 0,
      identity: store.get('SELECT 1 AS one FROM identity') !== undefined,
      attachmentHere: store.get('SELECT 1 AS one FROM blob WHERE here = 1') !== undefined,
      zone: store.get('SELECT switch, phase, head FROM zone_state WHERE zone = 2')!,
      dirtyOrKnown: store.get<{ n: number }>('SELECT count(*) AS n FROM record WHERE rev > 0')!.n,
    };
  } finally {
    store.close();
  }
}

const column = (store: Store, sql: string): string[] =>
  store.all<{ it: Uint8Array }>(sql).map(({ it }) => hex(it));
