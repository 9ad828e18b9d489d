import { join } from 'node:path';
import { defineConfig } from 'electron-vite';

/**
 * Electron's main process: bundled to `out/main`, the sync worker beside it under the same relative path as in the
 * sources. The renderer is built by vite.config.ts, for both hosts alike.
 */
export default defineConfig({
  main: {
    build: {
      outDir: join(import.meta.dirname, 'out', 'main'),
      rolldownOptions: {
        input: {
          main: join(import.meta.dirname, 'electron', 'main.ts'),
          'sync/worker': join(import.meta.dirname, 'electron', 'sync', 'worker.ts'),
          // The cloud on this computer: its keeper, and the cloud itself, run by this same binary as plain Node.
          'host/cloud-keeper': join(import.meta.dirname, 'electron', 'host', 'cloud-keeper.ts'),
          'cloud/main': join(import.meta.dirname, 'cloud', 'main.ts'),
        },
        output: { entryFileNames: '[name].js', format: 'es' },
      },
    },
  },
});
