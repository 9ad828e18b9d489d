/** The built window with a device behind it that only says what it is told: for screens that no real device shows on demand. */
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Page } from '@playwright/test';

const root = join(import.meta.dirname, '..', '..', 'out', 'renderer');
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
export const ADDRESS = 'http://lockstep.test/';

/** `answer` gives the data of a call by its name; undefined: there is none such. */
export async function fakeDevice(page: Page, answer: (name: string) => unknown): Promise<void> {
  await page.route(`${ADDRESS}**`, async (route) => {
    const { pathname } = new URL(route.request().url());
    if (!pathname.startsWith('/rpc/')) {
      const file = pathname === '/' ? 'index.html' : pathname.slice(1);
      const contentType = TYPES[extname(file)] ?? 'application/octet-stream';
      await route.fulfill({ body: readFileSync(join(root, file)), contentType });
      return;
    }
    const names = pathname.slice('/rpc/'.length).split(',');
    // The live events are never answered: nothing happens here by itself.
    if (names.includes('events.subscribe')) return;
    const answers = names.map((name) => {
      const data = answer(name);
      if (data === undefined) throw new Error(`The window asked for ${name}.`);
      return { result: { data } };
    });
    await route.fulfill({ json: answers });
  });
}
