/**
 * The sync worker's way to its database: opens it, looks for damage as far as a start has time for, and where there is any, recovers
 * (SPEC DMG-*). Before anything else runs, with nobody else at the files.
 *
 * Invariant: nothing is set aside unless the key is known to be the right one, by the keepsake or by a first page that opened.
 */
import { existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { within } from '../../shared/trace.ts';
import { problemsIn } from '../store/check.ts';
import { asItWas } from '../store/damage/as-it-was.ts';
import { judgeLog } from '../store/damage/judge-log.ts';
import { type Keepsake, readKeepsake } from '../store/damage/keepsake.ts';
import { type RecoveryProgress, recoverDatabase } from '../store/damage/recover.ts';
import { beginRecovery, REBUILT, type Recovery, unfinishedRecovery } from '../store/damage/set-aside.ts';
import { damageOf, troubleOf } from '../store/damage/signs.ts';
import { StoreError } from '../store/errors.ts';
import { getMeta, setMeta } from '../store/meta.ts';
import { openStore, type Store } from '../store/open.ts';
import { beforeItIsOpened, tellOfLog, untoldLog } from './damaged-log.ts';

/** looking: the whole database is read, since something spoke against it. */
export type OpeningProgress = RecoveryProgress | { phase: 'looking'; done: 0; total: null };

export type OpenDatabaseOptions = {
  dbPath: string;
  dbKey: Uint8Array;
  nowMs: number;
  /** The name of what was met in use. The database is looked over, and recovered when there is something. */
  suspected: string | null;
  /** It was looked over for such a thing before, and found whole: it is recovered all the same. */
  certain: boolean;
  /** False: somebody else has the files open. Then damage is thrown, and no database is made where there is none. */
  mayRecover: boolean;
  onProgress(progress: OpeningProgress): void;
};

export type OpenedDatabase = {
  store: Store;
  /** The app did not end by itself the last time: there is more to look at, when there is time. */
  unclean: boolean;
};

const IN_USE = 'inUse';
/** What nobody can do without, and small: looked over at each start. */
const VITAL = [
  'identity',
  'keyring_log',
  'keyring_epoch',
  'zone_state',
  'mail_cursor',
  'meta',
  'outbox',
  'notice',
  'local_clear',
];
const PAGE = 4096;

export function openDatabase(options: OpenDatabaseOptions): OpenedDatabase {
  const { mayRecover, dbPath } = options;
  if (!mayRecover) {
    if (!isThere(dbPath)) throw gone();
    return begin(openStore({ path: dbPath, key: options.dbKey }));
  }
  const unfinished = unfinishedRecovery(dbPath);
  const keepsake = readKeepsake(dbPath, options.dbKey);
  if (unfinished !== null) {
    if (typeof keepsake === 'string') proveKey(options, unfinished, keepsake);
    return recover(options, unfinished);
  }
  if (!isThere(dbPath)) {
    if (keepsake === 'closed') throw wrongKey();
    if (keepsake !== 'missing' && hadSomething(keepsake)) return recover(options, start(options, 'missing'));
  }
  return openAndLook(options, keepsake);
}

/** An empty file is no database. */
const isThere = (path: string): boolean => existsSync(path) && statSync(path).size > 0;

/** A database in which nobody was ever signed in is not missed. */
const hadSomething = ({ tables, counted }: Keepsake): boolean =>
  (tables['identity'] ?? []).length > 0 || (counted?.messages ?? 0) > 0;

function openAndLook(
  options: OpenDatabaseOptions,
  keepsake: Keepsake | 'missing' | 'closed',
): OpenedDatabase {
  const { dbPath, dbKey, nowMs, suspected } = options;
  // Before anybody opens it: whoever does makes the index anew.
  const log = judgeLog(dbPath);
  if (typeof keepsake === 'string') asItWas(dbPath, () => tryKey(dbPath, dbKey, keepsake));
  const damaged = log.use === 'asEver' ? null : beforeItIsOpened(options, log);
  if (damaged?.cause != null) return recover(options, start(options, damaged.cause));
  // Whoever closes a database takes both away, the log last written into it; also a thread that is ended. One alone was taken by somebody else.
  const taken = log.state === 'missing' && existsSync(`${dbPath}-shm`) && !log.nothingLost;
  let store: Store | null = null;
  try {
    store = openStore({ path: dbPath, key: dbKey });
    const unclean = getMeta(store, IN_USE) !== null;
    const untold = unclean && damaged === null ? untoldLog(store, log) : null;
    const missing = unclean && taken ? 'logMissing' : null;
    const lost = damaged !== null ? damaged.lost : untold === null ? missing : 'logDamaged';
    const look = damaged === null ? lost : null; // beside a damaged one it was looked over already
    if (look !== null || suspected !== null) options.onProgress({ phase: 'looking', done: 0, total: null });
    const cause = causeToRecover(store, options, look);
    if (cause !== null) {
      closeQuietly(store);
      return recover(options, start(options, cause));
    }
    if (lost !== null) tellOfLog(store, nowMs, lost, damaged?.kept ?? untold);
    return { ...begin(store), unclean };
  } catch (error) {
    const cause =
      damageOf(error) ?? (error instanceof StoreError && error.code === 'damaged' ? 'foreign' : null);
    closeQuietly(store);
    // The first page opens with the right key alone; what fails behind it is damage.
    const proven =
      typeof keepsake !== 'string' || (cause !== null && cause !== 'SQLITE_NOTADB' && cause !== 'foreign');
    if (cause === null) throw error;
    if (!proven) throw keepsake === 'closed' ? wrongKey(error) : error;
    return recover(options, start(options, cause));
  }
}

/**
 * A recovery is gone on with by a key that is known to be the right one alone: another one would find nothing, and that be taken for all
 * there is. Without a keepsake the file says so that was set aside, or what was made of it; or the database, where it was not moved yet.
 */
function proveKey(
  { dbPath, dbKey }: OpenDatabaseOptions,
  { folder, phase }: Recovery,
  keepsake: 'missing' | 'closed',
): void {
  const aside = join(folder, phase === 'placing' ? REBUILT : basename(dbPath));
  const file = [aside, dbPath].find(isThere);
  if (keepsake === 'closed' || file === undefined) throw wrongKey();
  try {
    asItWas(file, () => tryKey(file, dbKey, keepsake));
  } catch (error) {
    throw troubleOf(error) === null ? wrongKey(error) : error;
  }
}

/** Whoever opens to write may lose a log on the way, also with a wrong key. Where nothing else says that it is right, it is tried by reading. */
function tryKey(path: string, key: Uint8Array, keepsake: 'missing' | 'closed'): void {
  if (!isThere(path)) return;
  try {
    openStore({ path, key, readonly: true }).close();
  } catch (error) {
    // It has opened, and is an older one, or damaged behind its first page.
    if (!(error instanceof StoreError) || error.code === 'notReady') return;
    const proven = damageOf(error);
    if (proven !== null && proven !== 'SQLITE_NOTADB') return;
    throw keepsake === 'closed' ? wrongKey(error) : error;
  }
}

/** Null: nothing is found. */
function causeToRecover(
  store: Store,
  { suspected, certain, dbPath }: OpenDatabaseOptions,
  lost: string | null,
): string | null {
  if (suspected !== null && certain) return suspected;
  if (suspected !== null || lost !== null) {
    if (store.integrityCheck().length > 0) return suspected ?? lost;
  } else if (VITAL.some((table) => problemsIn(store, table) > 0)) return 'vital';
  // What is in the log is not in the file yet.
  const log = `${dbPath}-wal`;
  if (existsSync(log) && statSync(log).size > 0) return null;
  const pages = Number(store.db.pragma('page_count', { simple: true }));
  return statSync(dbPath).size < pages * PAGE ? 'short' : null;
}

function start({ dbPath, nowMs }: OpenDatabaseOptions, cause: string): Recovery {
  return sayingWhy(() => within('recovery', () => beginRecovery(dbPath, cause, nowMs)));
}

function recover(options: OpenDatabaseOptions, recovery: Recovery): OpenedDatabase {
  const { dbPath, dbKey, nowMs, onProgress } = options;
  sayingWhy(() =>
    within('recovery', () => recoverDatabase({ dbPath, key: dbKey, recovery, nowMs, onProgress })),
  );
  return begin(openStore({ path: dbPath, key: dbKey }));
}

/** Nothing is lost by a recovery that could not be done: what was set aside stays, and the next start goes on. */
function sayingWhy<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const trouble = error instanceof StoreError ? null : troubleOf(error);
    if (trouble === null) throw error;
    throw new StoreError(trouble, error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function begin(store: Store): OpenedDatabase {
  setMeta(store, IN_USE, '1');
  // Into the file itself, where it is found also when the log is gone.
  store.checkpoint();
  return { store, unclean: false };
}

/** The last write of all: what finds it afterwards knows that the app ended by itself. */
export function endDatabase(store: Store): void {
  setMeta(store, IN_USE, null);
  store.checkpoint(true);
  store.close();
}

/** Nothing is written to it any more, whatever state it is in. */
function closeQuietly(store: Store | null): void {
  try {
    store?.db.close();
  } catch {}
}

const wrongKey = (cause?: unknown): StoreError =>
  new StoreError('wrongKey', 'This key does not open the messages on this device. Nothing was changed.', {
    cause,
  });

/** Under SQLite's name for what is no database, so that whoever meets it in use knows it for damage (DMG-4). */
const gone = (): StoreError =>
  new StoreError('damaged', 'The messages on this device are gone from their folder.', {
    cause: { code: 'SQLITE_NOTADB' },
  });
