/**
 * Node's compile cache: what the sources are stripped and compiled to is kept, so the next start reads that instead of doing it again.
 * Half of what a start costs. It lies in the profile's folder, which is this person's alone: whoever could write it could run code as
 * them, and could change the profile as well. Node keeps it by the sources' content, so an update makes its own.
 *
 * Only what is imported after this call comes from it: whoever calls it imports the program by `import()`. Imports nothing itself.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { enableCompileCache, flushCompileCache } from 'node:module';
import path from 'node:path';

export const CODE_CACHE = 'code-cache';

/**
 * Of this process, its worker threads and its children. Only where the profile is there already: arguments that turn out to be wrong make
 * no folder. One that cannot be written costs nothing but time.
 */
export function rememberCompiled(profileFolder: string): void {
  if (
    process.env['NODE_COMPILE_CACHE'] !== undefined ||
    process.env['NODE_DISABLE_COMPILE_CACHE'] !== undefined
  )
    return;
  if (!existsSync(profileFolder)) return;
  const folder = path.join(profileFolder, CODE_CACHE);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    enableCompileCache(folder);
    process.env['NODE_COMPILE_CACHE'] = folder;
  } catch {
    // As without it.
  }
}

/** Once everything is there: a process that is killed would keep nothing. */
export function keepCompiled(): void {
  flushCompileCache();
}
