import { randomBytes } from 'node:crypto';
import { linkSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncPath } from './sync-path.ts';
import { writeWhole } from './write-whole.ts';

/**
 * Makes a file that is never made again: whole, on the disk with its name, and for its owner alone. Written beside and linked into place, since
 * a link takes the place of nothing. Throws EEXIST where one of that name is there, which stays as it is; and what else fails. Nothing of
 * it is left beside the file.
 */
export function createOnce(path: string, text: string): void {
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}.new`;
  try {
    writeWhole(draft, 'wx', text);
    linkSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
  syncPath(dirname(path));
}
