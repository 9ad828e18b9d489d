/** The modules of the processes that are killed, each in one file: a process starts in a third of the time that its sources take. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';
import type { Scripts } from './processes.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export async function bundle(): Promise<Scripts & { remove(): void }> {
  mkdirSync(join(ROOT, 'out'), { recursive: true });
  // Inside the repo: the database module is found from there.
  const folder = mkdtempSync(join(ROOT, 'out', 'kills-'));
  await build({
    root: ROOT,
    configFile: false,
    logLevel: 'warn',
    ssr: { noExternal: true, external: ['better-sqlite3'] },
    build: {
      ssr: true,
      outDir: folder,
      minify: false,
      target: 'node24',
      rolldownOptions: {
        input: {
          cloud: join(ROOT, 'cloud/testing/killed-cloud.ts'),
          device: join(ROOT, 'electron/sync/kills/device-process.ts'),
          'search-worker': join(ROOT, 'electron/sync/search-worker.ts'),
          'opaque-worker': join(ROOT, 'electron/sync/opaque-worker.ts'),
          thread: join(ROOT, 'electron/sync/kills/device-thread.ts'),
        },
        output: { format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
      },
    },
  });
  return {
    cloud: join(folder, 'cloud.mjs'),
    device: join(folder, 'device.mjs'),
    thread: pathToFileURL(join(folder, 'thread.mjs')).href,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
