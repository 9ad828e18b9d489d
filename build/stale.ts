/**
 * Building only what changed: a stamp file holds the hash of everything a build was made from. It lies beside what was built: copied, moved or
 * put away, they go together, and what is there is never taken for what somebody else has built.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { withLock } from './lock.mjs';
import { root } from './node24.mjs';

type Build = {
  name: string;
  /** Files and folders, relative to the repo. Tests in them don't count. */
  sources: string[];
  /** What must be there for the build to count as made. */
  result: string;
  make: () => Promise<void>;
};

/** Makes it if its sources changed since the last time. True when it was made. */
export async function buildIfStale(build: Build): Promise<boolean> {
  const stamp = join(root, `${dirname(build.result)}.stamp`);
  let made = false;
  await withLock(join(root, '.cache', `${build.name}.lock`), async () => {
    const hash = hashSources(build.sources);
    const before = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';
    if (before === hash && existsSync(join(root, build.result))) return;
    await build.make();
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, hash);
    made = true;
  });
  return made;
}

function hashSources(sources: string[]): string {
  const hash = createHash('sha256');
  for (const path of sources.flatMap(filesUnder).sort()) {
    hash
      .update(path)
      .update('\0')
      .update(readFileSync(join(root, path)))
      .update('\0');
  }
  return hash.digest('hex');
}

function filesUnder(path: string): string[] {
  const absolute = join(root, path);
  if (!existsSync(absolute)) return [];
  if (statSync(absolute).isFile()) return [path];
  const entries = readdirSync(absolute, { recursive: true, withFileTypes: true, encoding: 'utf8' });
  return entries
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}
