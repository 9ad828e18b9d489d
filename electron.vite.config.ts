import { join } from 'node:path';
import { defineConfig } from 'electron-vite';

/**
 * Electron's main process, bundled to `out/main`: the sync worker, the keeper of the cloud on this computer and that cloud lie
 * beside it under the paths that electron/main.ts names. The renderer is built by vite.config.ts, for both hosts alike.
 */
const from = (...path: string[]) => join(import.meta.dirname, ...path);

export default defineConfig({
  main: {
    build: {
      outDir: from('out', 'main'),
      rolldownOptions: {
        input: {
          main: from('electron', 'main.ts'),
          'sync/worker': from('electron', 'sync', 'worker.ts'),
          'sync/search-worker': from('electron', 'sync', 'search-worker.ts'),
          'sync/opaque-worker': from('electron', 'sync', 'opaque-worker.ts'),
          'host/cloud-keeper': from('electron', 'host', 'cloud-keeper.ts'),
          'cloud/main': from('cloud', 'main.ts'),
        },
        output: { entryFileNames: '[name].js', format: 'es' },
      },
    },
  },
});
