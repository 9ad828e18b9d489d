/** A device's disk that is full from some moment on, as SQLite says it. */
import type { ZoneDevice } from './zone-device.ts';

/** After so many commits there is no room any more, until `full` is false. */
export function fullAfter({ store: { db } }: ZoneDevice, commits: number): { full: boolean } {
  const disk = { full: true };
  const exec = db.exec.bind(db);
  let left = commits;
  db.exec = (text) => {
    if (disk.full && text === 'COMMIT' && left-- <= 0)
      throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
    return exec(text);
  };
  return disk;
}
