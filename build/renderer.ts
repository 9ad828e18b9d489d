/** Builds the renderer into out/renderer, when its sources changed. */
import { join } from 'node:path';
import { root } from './node24.mjs';
import { buildIfStale } from './stale.ts';

export async function buildRenderer(logLevel: 'warn' | 'info' = 'warn'): Promise<boolean> {
  return buildIfStale({
    name: 'renderer',
    // Types of the device leave no trace in the bundle; the packages do.
    sources: ['renderer', 'shared', 'vite.config.ts', 'package-lock.json'],
    result: 'out/renderer/index.html',
    make: async () => {
      // Only now: starting the app without a build must not load the bundler.
      const { build } = await import('vite');
      await build({ mode: 'production', configFile: join(root, 'vite.config.ts'), logLevel });
    },
  });
}
