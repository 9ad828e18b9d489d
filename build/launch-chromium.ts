import { type Browser, chromium } from '@playwright/test';
import { CHROMIUM_ARGS, findChromium } from './chromium.ts';

/** The Chromium that is there, without a window. The caller closes it. */
export async function launchChromium(): Promise<Browser> {
  const { path, env } = await findChromium();
  return chromium.launch({
    executablePath: path,
    args: CHROMIUM_ARGS,
    env: { ...process.env, ...env } as Record<string, string>,
  });
}
