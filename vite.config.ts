import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The renderer: from `renderer/` to `out/renderer`, which the device serves (electron/device/renderer-files.ts). */
export default defineConfig({
  root: join(import.meta.dirname, 'renderer'),
  // The same files are served at app://lockstep/ and at http://127.0.0.1:PORT/.
  base: './',
  plugins: [react()],
  build: {
    outDir: join(import.meta.dirname, 'out', 'renderer'),
    emptyOutDir: true,
    // What Electron embeds, and current browsers.
    target: 'es2023',
    // The page's policy allows no inline data but pictures.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
    reportCompressedSize: false,
  },
});
