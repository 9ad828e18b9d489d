/**
 * Recovery from a damaged database, from setting it aside to a new one in its place ([Note: killed in a recovery] in set-aside.ts). Runs in
 * the sync worker before anything else does, with nobody else at the files.
 *
 * It begins only with a key that is known to be the right one. Not enough room, no access: thrown as they are, nothing is lost, and the next
 * call goes on.
 */
import { existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { syncPath } from '../../../shared/disk/sync-path.ts';
import { moment } from '../../../shared/trace.ts';
import { attachmentsFolder, blobFiles } from '../blob-files.ts';
import { addNotice } from '../notices.ts';
import { openStore, type Store } from '../open.ts';
import { asItWas } from './as-it-was.ts';
import { groupsOf } from './bare-schema.ts';
import { copyDatabase, makeFirstPage } from './first-page.ts';
import { isLostLog, type Judgement, judgeLog, type LogUse } from './judge-log.ts';
import { type Keepsake, readKeepsake } from './keepsake.ts';
import { DamagedFile, type Described } from './read-around.ts';
import { Salvage } from './salvage.ts';
import { rememberRecovery, type Salvaged } from './salvaged.ts';
import { clearWorking, moveAside, noteProgress, place, type Recovery } from './set-aside.ts';

export type RecoveryPoint = 'begun' | 'moved' | 'half' | 'rebuilt' | 'placing' | 'placed';
export type RecoveryProgress = {
  /** saving: the files are being put aside. reading: what can be read is written into a new database. */
  phase: 'saving' | 'reading';
  /** Records so far, of about so many where that is known. */
  done: number;
  total: number | null;
};

export type RecoverOptions = {
  dbPath: string;
  key: Uint8Array;
  recovery: Recovery;
  nowMs: number;
  onProgress(progress: RecoveryProgress): void;
  /** For tests: called at each named point. */
  at?(point: RecoveryPoint): void;
};

export function recoverDatabase(options: RecoverOptions): void {
  const { dbPath, recovery, onProgress } = options;
  const at = (point: RecoveryPoint): void => {
    moment(point);
    options.at?.(point);
  };
  at('begun');
  if (recovery.phase === 'moving') {
    onProgress({ phase: 'saving', done: 0, total: null });
    moveAside(dbPath, recovery);
    noteProgress(recovery, 'reading');
  }
  at('moved');
  if (recovery.phase === 'reading') {
    clearWorking(recovery.folder);
    try {
      rebuild(options);
    } catch (error) {
      // What was written of it may be what fills the disk.
      clearWorking(recovery.folder);
      throw error;
    }
    at('rebuilt');
    noteProgress(recovery, 'placing');
  }
  at('placing');
  place(dbPath, recovery);
  at('placed');
  noteProgress(recovery, 'done');
}

function rebuild(options: RecoverOptions): void {
  const { dbPath, key, recovery } = options;
  const known = readKeepsake(dbPath, key);
  const keepsake = typeof known === 'string' ? null : known;
  const path = join(recovery.folder, 'rebuilt.db');
  const damaged = join(recovery.folder, basename(dbPath));
  // Before anybody reads, who would make the index of the log anew.
  const log = judgeLog(damaged);
  asItWas(damaged, () => {
    const [file, second] = readings(damaged, log.use, key, keepsake, recovery.folder);
    let target: Store | null = null;
    try {
      target = openStore({ path, key, rebuilding: true });
      fill(file, second, target, keepsake, log, options);
      target.checkpoint(true);
    } finally {
      // Each whatever comes of the one before it.
      try {
        file.close();
        second?.close();
      } finally {
        target?.close();
      }
    }
  });
  syncPath(path);
}

function fill(
  file: DamagedFile,
  second: DamagedFile | null,
  target: Store,
  keepsake: Keepsake | null,
  log: Judgement,
  { dbPath, recovery, nowMs, onProgress, at }: RecoverOptions,
): void {
  const total = keepsake?.counted?.messages ?? null;
  const salvage = new Salvage(file, {
    target,
    second,
    keepsake,
    files: blobFiles(attachmentsFolder(dbPath)),
    nowMs,
    onProgress(done) {
      onProgress({ phase: 'reading', done, total: total === null ? null : Math.max(total, done) });
      target.checkpoint();
      moment('half');
      at?.('half');
    },
  });
  onProgress({ phase: 'reading', done: 0, total });
  salvage.tables();
  const device = salvage.keepsake();
  salvage.records();
  salvage.again();
  salvage.attachments();
  const logLost = isLostLog(recovery.cause) || (log.use !== 'asEver' && !log.nothingLost);
  tell(target, recovery, nowMs, salvage.result(device), logLost);
}

/**
 * What is read: the files as they were set aside; where the log is damaged, copies, since SQLite writes the index of a log that it reads and
 * what becomes of this one is told by its own (judge-log.ts). Where it is not known which of the two has more, both, the one that went
 * further first.
 */
function readings(
  path: string,
  use: LogUse,
  key: Uint8Array,
  keepsake: Keepsake | null,
  folder: string,
): [DamagedFile, DamagedFile | null] {
  if (use === 'asEver' || !isThere(path)) return [readable(path, key, keepsake, folder), null];
  const copied = (name: string, withLog: boolean): DamagedFile => {
    const copy = join(folder, name);
    copyDatabase(path, copy, withLog);
    const asIs = new DamagedFile(copy, key);
    if (keepsake === null || asIs.knows(tablesOf(keepsake))) return asIs;
    asIs.close();
    return new DamagedFile(copy, key, described(copy, key, keepsake, folder));
  };
  if (use !== 'unsure') return [copied('reading.db', use === 'prefix'), null];
  const both = [copied('replayed.db', true), copied('reading.db', false)] as const;
  const [replayed, alone] = both.map(howFar);
  return isFurther(alone!, replayed!) ? [both[1], both[0]] : [both[0], both[1]];
}

/** Numbers that rise only: of what was sent, received and came from the cloud; then the newest message. */
function howFar(file: DamagedFile): [number, number] {
  const ask = (sql: string): number => Number(file.try<{ n: number | null }>(sql)?.row?.n ?? 0);
  return [
    ask(`SELECT seq AS n FROM sqlite_sequence WHERE name = 'outbox'`) +
      ask('SELECT stored AS n FROM mail_cursor') +
      ask('SELECT sum(head) AS n FROM zone_state'),
    ask('SELECT max(rid) AS n FROM record'),
  ];
}

const isFurther = (one: [number, number], other: [number, number]): boolean =>
  one[0] > other[0] || (one[0] === other[0] && one[1] > other[1]);

const isThere = (path: string): boolean => existsSync(path) && statSync(path).size > 0;

const tablesOf = ({ bare }: Keepsake): string[] =>
  bare.filter(({ sql }) => sql.startsWith('CREATE TABLE')).map(({ name }) => name);

function described(path: string, key: Uint8Array, { bare, pages }: Keepsake, folder: string): Described[] {
  const bytes = Math.max(statSync(path).size, pages * 4096);
  return groupsOf(bare).map((group) => ({
    tables: new Set(group.map(({ name }) => name)),
    page: makeFirstPage(bytes, key, group, join(folder, 'page.db')),
  }));
}

/** The file as it is, where it still says what is in it; else a copy that the keepsake tells that of. */
function readable(path: string, key: Uint8Array, keepsake: Keepsake | null, folder: string): DamagedFile {
  const asIs = new DamagedFile(path, key);
  if (keepsake === null || !isThere(path)) return asIs;
  const tables = tablesOf(keepsake);
  if (asIs.knows(tables)) return asIs;
  asIs.close();
  const copy = join(folder, 'reading.db');
  const pages = described(path, key, keepsake, folder);
  // Where the log is what cannot be read, the database is read without it.
  for (const withLog of [true, false]) {
    copyDatabase(path, copy, withLog);
    const file = new DamagedFile(copy, key, pages);
    if (file.knows(tables) || !withLog) return file;
    file.close();
  }
  return asIs;
}

function tell(target: Store, recovery: Recovery, nowMs: number, salvaged: Salvaged, logLost: boolean): void {
  const name = basename(recovery.folder);
  const on = target.get<{ switch: string }>('SELECT switch FROM zone_state WHERE zone = 2')?.switch !== 'off';
  const why = recoveredWhy(on && salvaged.device !== 'none', salvaged);
  target.write(() => {
    rememberRecovery(target, { name, atMs: nowMs, cause: recovery.cause, log: false, salvaged });
    addNotice(target, `recovered:${name}`, 'databaseRecovered', nowMs, {
      messages: salvaged.messages,
      lost: salvaged.lost.length,
      unsent: salvaged.unsent,
      // What stood in the log alone nobody can count: that all is here is not known.
      ...(logLost && why === 'all' ? {} : { why }),
    });
    if (logLost) addNotice(target, `recovered:${name}:log`, 'databaseLogLost', nowMs);
  });
}

/** Which words a person gets. on: the rest comes from the cloud. part, all: with the switch off. alone: nobody is signed in any more. */
function recoveredWhy(on: boolean, salvaged: Salvaged): string {
  if (salvaged.device === 'none') return 'alone';
  if (on) return 'on';
  const fewer = salvaged.counted !== null && salvaged.counted.messages > salvaged.messages;
  return salvaged.lost.length > 0 || salvaged.unsentLost > 0 || fewer ? 'part' : 'all';
}
