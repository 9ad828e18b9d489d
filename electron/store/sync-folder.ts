import { closeSync, fsyncSync, openSync } from 'node:fs';

/** A name is on the disk when its folder is; where a system cannot do that (Windows), it does it by itself. */
export function syncFolder(folder: string): void {
  let file: number;
  try {
    file = openSync(folder, 'r');
  } catch {
    return;
  }
  try {
    fsyncSync(file);
  } catch {
  } finally {
    closeSync(file);
  }
}
