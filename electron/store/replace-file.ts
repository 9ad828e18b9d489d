import { renameSync, rmSync } from 'node:fs';
import { writeWhole } from '../../shared/disk/write-whole.ts';

/**
 * Puts a file where one of that name may be: it is there whole, as it was or as it is now, and for its owner alone. `place` does the last step,
 * the renaming; whoever names that moment does it there. What fails is thrown, and nothing is left beside the file.
 */
export function replaceFile(
  path: string,
  content: Uint8Array | string,
  place: (rename: () => void) => void,
): void {
  const temporary = `${path}.new`;
  try {
    writeWhole(temporary, 'w', content);
    place(() => renameSync(temporary, path));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
