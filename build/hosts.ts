/** Bundles what runs on the device, for both hosts, into out/main, when its sources changed. */
import { join } from 'node:path';
import { root } from './node24.mjs';
import { buildIfStale } from './stale.ts';

export async function buildHosts(): Promise<boolean> {
  return buildIfStale({
    name: 'hosts',
    sources: ['electron', 'cloud', 'shared', 'electron.vite.config.ts', 'package-lock.json'],
    result: 'out/main/main.js',
    make: async () => {
      // Only now: starting the app without a build must not load the bundler.
      const { build } = await import('electron-vite');
      // It warns each time that it builds no window: vite.config.ts does.
      await build({ root, configFile: join(root, 'electron.vite.config.ts'), logLevel: 'error' });
    },
  });
}
