import { closeSync, fsyncSync, openSync, statSync } from 'node:fs';

/** A file's content, or what a folder has in it, is on disk when this returns. */
export const syncPath = (path: string): void => {
  // Windows has that for files alone.
  if (process.platform === 'win32' && statSync(path).isDirectory()) return;
  const handle = openSync(path, process.platform === 'win32' ? 'r+' : 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
};
