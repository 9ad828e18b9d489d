/**
 * What becomes of a log before SQLite opens it. SQLite takes a log up to the first frame that does not add up and writes that into the
 * database; where the database had got more of the log already, older pages would take the place of newer ones.
 *
 * [Note: database and log] A log is of this round's frames 1 to F, of which 1 to C were committed. SQLite would take the first P of them, up to a
 * commit. Checkpoints have dealt with the first N, and perhaps begun with more, up to B.
 *   P >= B   all that is in the database stands in the log as well: taken, it gives the state after P
 *   N >= C   the database is the state after C: the log would only make it older
 *   else     the database is no state at all, since a checkpoint leaves out a page that stands in the log once more behind what it deals with;
 *            and the log does not reach far enough to mend it
 * N, C and B stand in the shared index alone. Without one that can be believed it is not known which of the three it is.
 */
import {
  type Log,
  readLog,
  readSharedIndex,
  type SharedIndex,
} from '../../../shared/disk/write-ahead-log.ts';

/**
 * missing: no file. empty: nothing was left in it. whole: up to its end, or to frames of an earlier round. damaged: a frame of this round
 * does not add up, so it and what stands behind it is lost. After a power failure that can be a transaction that was never committed;
 * from outside the two cannot be told apart, nor can a log that was cut between two frames from one that ends there: the index can.
 */
export type LogState = 'missing' | 'empty' | 'whole' | 'damaged';

/**
 * asEver: nothing speaks against it. prefix: damaged, and SQLite may take what it can read of it. without: damaged, and the database alone is
 * the better one. unsure: damaged, and each of the two may have what the other has not.
 */
export type LogUse = 'asEver' | 'prefix' | 'without' | 'unsure';

export type Judgement = {
  state: LogState;
  use: LogUse;
  /** All that was ever in the log is known to be in the database. */
  nothingLost: boolean;
};

export function judgeLog(dbPath: string): Judgement {
  const log = readLog(`${dbPath}-wal`);
  const state = stateOf(log);
  const { headed = false, frames = 0, committed: taken = 0 } = log ?? {};
  const found = readSharedIndex(`${dbPath}-shm`);
  // Of an earlier round it says nothing of this log.
  const index = found !== null && headed && found.salts !== log?.salts ? null : found;
  const { written = 0, begun = 0, committed = 0 } = index ?? {};
  // A head that cannot be read does not say which round it is, and how many frames stand behind it.
  const known = index !== null && !(state === 'damaged' && !headed);
  const nothingLost = known && begun <= written && written >= Math.max(committed, frames);
  // Cut between two frames it adds up to its end; the index knows that there was more.
  const damaged = state === 'damaged' || (state !== 'missing' && committed > taken);
  if (!damaged) return { state, use: 'asEver', nothingLost };
  return { state: 'damaged', use: ofDamaged(taken, index), nothingLost };
}

function stateOf(log: Log | null): LogState {
  if (log === null) return 'missing';
  if (log.size === 0) return 'empty';
  return log.headed && log.whole === log.frames ? 'whole' : 'damaged';
}

function ofDamaged(taken: number, index: SharedIndex | null): LogUse {
  if (taken === 0) return 'without';
  if (index === null) return 'unsure';
  const { written, begun, committed } = index;
  if (written >= Math.max(taken, committed) && begun <= written) return 'without';
  return taken >= begun ? 'prefix' : 'unsure';
}

/** Why a recovery began, where it is a log of which something is lost. */
export type LostLog = 'logDamaged' | 'logMissing';
export const isLostLog = (cause: string): cause is LostLog =>
  cause === 'logDamaged' || cause === 'logMissing';
