import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';

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
    const file = openSync(temporary, 'w', 0o600);
    try {
      // All of it: a single write of a disk that fills up may end early, and says so by its count alone.
      writeFileSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    place(() => renameSync(temporary, path));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
