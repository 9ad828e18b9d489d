/** What keeps the cloud's database from being opened or written that is no fault of its own, in words for whoever runs it. Pure. */

import { type Trouble, troubleNamed } from '../../shared/disk/trouble.ts';

const ADVICE: Record<Trouble, string> = {
  diskFull: 'there is no room on the disk. Make room, then start it again; nothing is lost.',
  busy: 'another program holds the database: another cloud in the same folder, perhaps. End it, then start this one again.',
  noAccess:
    'the data folder may not be written to. Check that it belongs to who runs the cloud, and is not read-only.',
};

/** What is wrong and what to do, by the `code` of what was thrown; else its own message. */
export function inWords(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  const trouble = typeof code === 'string' ? troubleNamed(code) : null;
  const message = error instanceof Error ? error.message : String(error);
  return trouble === null ? message : `${ADVICE[trouble]} (${message})`;
}
