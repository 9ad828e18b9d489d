import { closeSync, fsyncSync, openSync, writeFileSync } from 'node:fs';

/** Writes a file, for its owner alone: all of it is on the disk afterwards, its name is not. `flag`: 'wx' throws EEXIST where one is there. */
export function writeWhole(path: string, flag: 'w' | 'wx', content: Uint8Array | string): void {
  const file = openSync(path, flag, 0o600);
  try {
    // All of it: a single write of a disk that fills up may end early, and says so by its count alone.
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
