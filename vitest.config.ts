import { defineConfig } from 'vitest/config';
import { KEEP_WASM_CODE } from './electron/device/wasm-code.ts';

/** Unit tests: they stand beside what they test. `e2e/` belongs to Playwright. */
export default defineConfig({
  test: {
    include: ['{shared,cloud,electron,renderer,build,docs,bench,fuzz,compat}/**/*.test.{ts,tsx}'],
    globalSetup: ['build/unit-setup.ts'],
    environment: 'node',
    // Processes, not threads: the database module is native code and keeps state of its own.
    pool: 'forks',
    execArgv: [...KEEP_WASM_CODE],
    // A test that hangs, not one on a busy machine.
    testTimeout: 90_000,
    hookTimeout: 90_000,
    // A list of what went wrong is shown with what stands in it: where a test runs, nobody may be able to look further.
    chaiConfig: { truncateThreshold: 0 },
    // What an unhandled rejection means is for a person to find out, never for a later test to trip over.
    dangerouslyIgnoreUnhandledErrors: false,
  },
});
