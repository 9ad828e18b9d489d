/**
 * What keeps a database from being opened or written that is not the database's fault, by SQLite's and the system's names, never by words. On
 * the device and in the cloud.
 */
export type Trouble = 'diskFull' | 'noAccess' | 'busy';

const NAMES: readonly [Trouble, RegExp][] = [
  ['diskFull', /^(SQLITE_FULL|SQLITE_IOERR_WRITE|ENOSPC|EDQUOT)$/],
  ['noAccess', /^(SQLITE_(READONLY|CANTOPEN|PERM|AUTH)|EACCES$|EPERM$|EROFS$)/],
  ['busy', /^(SQLITE_(BUSY|LOCKED)|EBUSY$)/],
];

/** `code`: as an error has it. Null: it names none of these. */
export function troubleNamed(code: string): Trouble | null {
  return NAMES.find(([, names]) => names.test(code))?.[0] ?? null;
}
