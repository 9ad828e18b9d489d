/** How much room is left where the database lies. */
import { statfsSync } from 'node:fs';

/**
 * Bytes that this person may still write on the disk that holds the folder: what the system keeps for itself is not in it (`bavail`,
 * not `bfree`). Null where the system does not say.
 */
export function freeBytesAt(folder: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return null;
  }
}
