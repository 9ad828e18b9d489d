import { closeSync, fsyncSync, openSync, statSync } from 'node:fs';

/** What a system, or a file system such as a network's, says of folders where it has no such thing as writing one to the disk. */
const CANNOT = new Set(['EINVAL', 'EBADF', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EACCES', 'EPERM', 'EISDIR']);

/**
 * When this returns, a file's content is on the disk, or the names that a folder has; a name is on the disk when its folder is. Where folders
 * cannot be written by themselves (Windows, some shares), the system does it in its own time. Throws what else the system says: then it is
 * not on the disk, though it may look as if it were.
 */
export function syncPath(path: string): void {
  const isFolder = statSync(path).isDirectory();
  const windows = process.platform === 'win32';
  if (isFolder && windows) return;
  try {
    const handle = openSync(path, windows ? 'r+' : 'r');
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    if (!isFolder || !CANNOT.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
