/**
 * What an error says about the database: that it is damaged, that something else is the matter, or nothing. By SQLite's and the system's
 * names, never by words.
 *
 * A page that the cipher does not take comes as SQLITE_CORRUPT, the first page as SQLITE_NOTADB; and from then on that connection reads
 * nothing any more (the cipher remembers its failure), so whoever meets one opens anew.
 */
import { type Trouble, troubleNamed } from '../../../shared/disk/trouble.ts';

const DAMAGE = /^SQLITE_(CORRUPT|NOTADB|IOERR_(READ|SHORT_READ|CORRUPTFS|DATA))/;

function nameOf(error: unknown): string {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  if (typeof code !== 'string') return '';
  // A refusal of the store has names of its own; what SQLite said is behind it.
  return cause !== undefined && !/^[A-Z]/.test(code) ? nameOf(cause) : code;
}

/** The name of what was met, when it is a sign of damage: perhaps of the file, perhaps only of this reading of it. */
export function damageOf(error: unknown): string | null {
  const name = nameOf(error);
  return DAMAGE.test(name) ? name : null;
}

export const isDamage = (name: string | null): name is string => name !== null && DAMAGE.test(name);

export type { Trouble };
/** What keeps a database from being opened or written that is not the database's fault. */
export const troubleOf = (error: unknown): Trouble | null => troubleNamed(nameOf(error));
