/** The built window with a device behind it that only says what it is told: for screens that no real device shows on demand. */
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Page, Request } from '@playwright/test';

const root = join(import.meta.dirname, '..', '..', 'out', 'renderer');
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
export const ADDRESS = 'http://lockstep.test/';

/** An answer that is a failure, by its reason. */
export class Fails {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}
/** An answer that does not come. */
export const NEVER = Symbol('never');

/** `answer` gives the data of a call by its name and input; undefined: there is none such. */
export async function fakeDevice(
  page: Page,
  answer: (name: string, input: unknown) => unknown,
): Promise<void> {
  await page.route(`${ADDRESS}**`, async (route) => {
    const request = route.request();
    const { pathname } = new URL(request.url());
    if (!pathname.startsWith('/rpc/')) {
      const file = pathname === '/' ? 'index.html' : pathname.slice(1);
      const contentType = TYPES[extname(file)] ?? 'application/octet-stream';
      await route.fulfill({ body: readFileSync(join(root, file)), contentType });
      return;
    }
    const names = pathname.slice('/rpc/'.length).split(',');
    // The live events are never answered: nothing happens here by itself.
    if (names.includes('events.subscribe')) return;
    const batch = new URL(request.url()).searchParams.has('batch');
    const input = inputOf(request);
    const answers = names.map((name, index) => {
      const data = answer(name, batch ? (input as Record<string, unknown>)[index] : input);
      if (data === undefined) throw new Error(`The window asked for ${name}.`);
      return data;
    });
    if (answers.includes(NEVER)) return;
    const json = answers.map(inItsForm);
    await route.fulfill({ json: batch ? json : json[0] });
  });
}

/** Of one call, or of several by their place. */
function inputOf(request: Request): unknown {
  const given = request.postData() ?? new URL(request.url()).searchParams.get('input');
  return given ? JSON.parse(given) : undefined;
}

function inItsForm(data: unknown): object {
  if (!(data instanceof Fails)) return { result: { data } };
  const failure = { reason: data.reason, retryAfterMs: null, about: null };
  return {
    error: {
      message: data.reason,
      code: -32_000,
      data: { code: 'SERVICE_UNAVAILABLE', httpStatus: 503, ...failure },
    },
  };
}
