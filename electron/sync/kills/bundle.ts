/**
 * The modules of the processes that are killed, and of the one that looks, each in one file: a process starts in a third of the time that
 * its sources take. One constant is another in it: passwords are stretched a little and not with 64 MiB, which would be half of all work.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'vite';
import type { Scripts } from './processes.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

const STRETCHING = "const STRETCHING = 'memory-constrained' as const;";
const LITTLE =
  "const STRETCHING = { 'argon2id-custom': { iterations: 1, memory: 8, parallelism: 1 } } as const;";

const littleStretching: Plugin = {
  name: 'little-stretching',
  enforce: 'pre',
  transform(code, id) {
    if (!id.endsWith('electron/sync/account/opaque-steps.ts')) return null;
    if (!code.includes(STRETCHING)) throw new Error(`${id} stretches in another way than this knows.`);
    return code.replace(STRETCHING, LITTLE);
  },
};

/** What to import for a run (run.ts), and what it forks. */
export type Bundle = Scripts & { run: string; remove(): void };

export async function bundle(): Promise<Bundle> {
  mkdirSync(join(ROOT, 'out'), { recursive: true });
  // Inside the repo: the database module is found from there.
  const folder = mkdtempSync(join(ROOT, 'out', 'kills-'));
  await build({
    root: ROOT,
    configFile: false,
    logLevel: 'warn',
    plugins: [littleStretching],
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
          'opaque-worker': join(ROOT, 'electron/sync/opaque-worker.ts'),
          run: join(ROOT, 'electron/sync/kills/run.ts'),
          'search-worker': join(ROOT, 'electron/sync/kills/search-thread.ts'),
          thread: join(ROOT, 'electron/sync/kills/device-thread.ts'),
        },
        output: { format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
      },
    },
  });
  return {
    run: pathToFileURL(join(folder, 'run.mjs')).href,
    cloud: join(folder, 'cloud.mjs'),
    device: join(folder, 'device.mjs'),
    thread: pathToFileURL(join(folder, 'thread.mjs')).href,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
