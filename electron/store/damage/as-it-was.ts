/** Reading a database leaves traces beside it; here it does not. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

/** Whoever reads makes the log's index anew, or makes log and index where there are none. Afterwards they are as they were. */
export function asItWas<T>(dbPath: string, read: () => T): T {
  const index = `${dbPath}-shm`;
  const made = ['-wal', '-shm'].filter((suffix) => !existsSync(dbPath + suffix));
  const before = existsSync(index) ? readFileSync(index) : null;
  try {
    return read();
  } finally {
    for (const suffix of made) rmSync(dbPath + suffix, { force: true });
    if (before !== null) writeFileSync(index, before);
  }
}
