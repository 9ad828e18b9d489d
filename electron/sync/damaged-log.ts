/**
 * A log that is damaged, or was cut short, before SQLite opens the database (SPEC DMG-3, DMG-16; judge-log.ts says what becomes of it). Nothing writes
 * until what was there is put aside or found to be whole.
 */
import { existsSync, statSync } from 'node:fs';
import { within } from '../../shared/trace.ts';
import { asItWas } from '../store/damage/as-it-was.ts';
import { connect } from '../store/damage/connection.ts';
import type { Judgement, LostLog } from '../store/damage/judge-log.ts';
import { recoveryOf, rememberedRecoveries, rememberRecovery } from '../store/damage/salvaged.ts';
import { keepLog, listSetAside, moveLogAside } from '../store/damage/set-aside.ts';
import { damageOf } from '../store/damage/signs.ts';
import { addNotice } from '../store/notices.ts';
import type { Store } from '../store/open.ts';

type Files = {
  dbPath: string;
  dbKey: Uint8Array;
  nowMs: number;
  onProgress(progress: { phase: 'looking'; done: 0; total: null }): void;
};

/** `cause`: the database is to be recovered. `lost`: something that stood in the log may be. `kept`: the folder with the log. */
export type DamagedLog = { cause: string | null; lost: LostLog | null; kept: string | null };

/** Null: nothing is the matter with the log. What is in the database is read, not opened to write: what is then set aside is what was there. */
export function beforeItIsOpened(
  { dbPath, dbKey, nowMs, onProgress }: Files,
  { use, nothingLost }: Judgement,
): DamagedLog | null {
  if (use === 'asEver') return null;
  const lost = nothingLost ? null : 'logDamaged';
  if (use === 'unsure') return { cause: 'logDamaged', lost, kept: null };
  onProgress({ phase: 'looking', done: 0, total: null });
  const put = use === 'without' ? moveLogAside : keepLog;
  const kept = within('recovery', () => put(dbPath, lost ?? NOT_NEEDED, nowMs));
  const found = asItWas(dbPath, () => lookedOver(dbPath, dbKey));
  return { cause: found === null ? null : (lost ?? found), lost, kept };
}

/** Of a log that was put aside although all of it is in the database. */
const NOT_NEEDED = 'logNotNeeded';

/** A start before this one put the log out of the way and ended before it was told: its folder's name. */
export function untoldLog(store: Store, { state }: Judgement): string | null {
  if (state !== 'missing' && state !== 'empty') return null;
  const [newest] = listSetAside(store.path);
  if (newest?.cause !== 'logDamaged') return null;
  const told = rememberedRecoveries(store).some(
    (name) => (recoveryOf(store, name)?.story.atMs ?? 0) >= newest.beganMs,
  );
  return told ? null : newest.name;
}

/** What is the matter with it; null: nothing. */
function lookedOver(path: string, key: Uint8Array): string | null {
  if (!existsSync(path) || statSync(path).size === 0) return null;
  let db: ReturnType<typeof connect> | null = null;
  try {
    db = connect(path, key, { readonly: true, fileMustExist: true });
    const found = db.pragma('integrity_check') as { integrity_check: string }[];
    return found.every((row) => row.integrity_check === 'ok') ? null : 'SQLITE_CORRUPT';
  } catch (error) {
    const cause = damageOf(error);
    if (cause === null) throw error;
    return cause;
  } finally {
    db?.close();
  }
}

export function tellOfLog(store: Store, nowMs: number, cause: LostLog, kept: string | null): void {
  const name = kept ?? `log-${nowMs}`;
  store.write(() => {
    rememberRecovery(store, { name, atMs: nowMs, cause, log: true, salvaged: null });
    addNotice(store, `recovered:${name}`, 'databaseLogLost', nowMs);
  });
}
