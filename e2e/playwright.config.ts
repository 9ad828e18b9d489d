import { join } from 'node:path';
import { defineConfig } from '@playwright/test';
import { CHROMIUM_ARGS, findChromium } from '../build/chromium.ts';

const chromium = await findChromium();
const out = join(import.meta.dirname, '..', 'out', 'test');

/** The app as a person uses it: one cloud and one process per device, in temporary folders, and Chromium in front. */
export default defineConfig({
  testDir: import.meta.dirname,
  outputDir: join(out, 'e2e'),
  globalSetup: join(import.meta.dirname, 'harness', 'global-setup.ts'),
  // Each story starts several processes; one at a time keeps the times of a two-core machine honest.
  workers: 1,
  retries: 0,
  forbidOnly: true,
  timeout: 180_000,
  expect: { timeout: 15_000 },
  use: {
    browserName: 'chromium',
    locale: 'en-US',
    timezoneId: 'UTC',
    viewport: { width: 1180, height: 780 },
    screenshot: 'only-on-failure',
    trace: 'off',
    launchOptions: {
      executablePath: chromium.path,
      args: CHROMIUM_ARGS,
      env: { ...process.env, ...chromium.env } as Record<string, string>,
    },
  },
});
