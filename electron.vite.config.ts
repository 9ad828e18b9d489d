import { join } from 'node:path';
import { defineConfig } from 'electron-vite';

/**
 * Both hosts' processes, bundled to `out/main`: the sync worker, the keeper of the cloud on this computer and that cloud lie
 * beside them under the paths that electron/main.ts and electron/browser.ts name. Packages are bundled too: finding a hundred modules
 * takes longer than all the rest of a start. The renderer is built by vite.config.ts, for both hosts alike.
 */
const from = (...path: string[]) => join(import.meta.dirname, ...path);

export default defineConfig({
  main: {
    build: {
      outDir: from('out', 'main'),
      externalizeDeps: false,
      target: 'node24',
      rolldownOptions: {
        input: {
          main: from('electron', 'main.ts'),
          browser: from('electron', 'browser.ts'),
          'sync/worker': from('electron', 'sync', 'worker.ts'),
          'sync/search-worker': from('electron', 'sync', 'search-worker.ts'),
          'sync/opaque-worker': from('electron', 'sync', 'opaque-worker.ts'),
          'host/cloud-keeper': from('electron', 'host', 'cloud-keeper.ts'),
          'cloud/main': from('cloud', 'main.ts'),
        },
        external: ['electron', 'better-sqlite3'],
        output: { entryFileNames: '[name].js', format: 'es' },
      },
    },
  },
});
