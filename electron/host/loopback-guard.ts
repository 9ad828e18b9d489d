/**
 * Stands between 127.0.0.1 and the device: only this person's browser, on this start's own address, comes through.
 * A web page anywhere can make a browser send requests to loopback; a DNS name can be pointed at it; another person
 * on this machine can connect to it. So: Host and Origin must be ours to the letter, the browser must not say that
 * the request comes from elsewhere, and the cookie that the token was exchanged for must be there. Only the token itself may be brought
 * from elsewhere: the page that a browser is opened with is a file (opening-page.ts), and whoever has the token can come in anyway.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

export type Fetch = (request: Request) => Response | Promise<Response>;

export type LoopbackGuard = {
  fetch: Fetch;
  /** What is printed and opened: the address with this start's token. */
  readonly address: string;
};

type LoopbackGuardOptions = {
  port: number;
  inner: Fetch;
  token?: string;
  /** Somebody has come in with the token. */
  onEnter?(): void;
};

export function createLoopbackGuard(options: LoopbackGuardOptions): LoopbackGuard {
  const { port, inner } = options;
  const token = options.token ?? randomBytes(32).toString('base64url');
  const session = randomBytes(32).toString('base64url');
  const host = `127.0.0.1:${port}`;
  const origin = `http://${host}`;
  // Cookies do not know ports: two profiles on one machine must not overwrite each other's.
  const cookie = `lockstep_${port}`;

  return {
    address: `${origin}/?token=${token}`,
    async fetch(request) {
      if (request.headers.get('host') !== host)
        return refuse(403, 'This address answers only to its own name.');
      const from = request.headers.get('origin');
      if (from !== null && from !== origin) return refuse(403, 'Requests from other pages are refused.');
      const url = new URL(request.url);
      const given = url.pathname === '/' ? url.searchParams.get('token') : null;
      if (request.method === 'GET' && same(given, token)) {
        options.onEnter?.();
        return exchange(cookie, session);
      }
      const site = request.headers.get('sec-fetch-site');
      if (site !== null && site !== 'same-origin' && site !== 'none') {
        return refuse(
          403,
          'Requests from other pages are refused. Paste the address into the address bar instead.',
        );
      }
      if (given !== null || !same(readCookie(request, cookie), session)) return askForToken();
      return inner(request);
    },
  };
}

/** Compared by hash: equal lengths, and no time that depends on where they differ. */
function same(given: string | null, wanted: string): boolean {
  if (given === null) return false;
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(wanted));
}

function readCookie(request: Request, name: string): string | null {
  for (const part of (request.headers.get('cookie') ?? '').split(';')) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return null;
}

/**
 * 200 and a page that replaces its own address, no redirect: a SameSite=Strict cookie is not sent along a redirect
 * that began at another program, and the token stays out of the history.
 */
function exchange(cookie: string, session: string): Response {
  const nonce = randomBytes(16).toString('base64');
  return page(
    200,
    'Opening…',
    `<p><a href="/">Open Lockstep</a></p><script nonce="${nonce}">location.replace('/')</script>`,
    {
      'set-cookie': `${cookie}=${session}; HttpOnly; SameSite=Strict; Path=/`,
      'content-security-policy': `default-src 'none'; script-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    },
  );
}

function askForToken(): Response {
  return page(
    401,
    'This is Lockstep, but not your key to it',
    '<p>Open the whole address that Lockstep printed when it started: it begins with <code>Lockstep ready:</code> and ends with a token. ' +
      'If Lockstep was restarted since, the address is a new one.</p>',
  );
}

function refuse(status: number, text: string): Response {
  return new Response(`${text}\n`, {
    status,
    headers: { ...COMMON, 'content-type': 'text/plain; charset=utf-8' },
  });
}

function page(status: number, title: string, body: string, headers: Record<string, string> = {}): Response {
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>${title}</title><h1>${title}</h1>${body}</html>`;
  return new Response(html, {
    status,
    headers: {
      ...COMMON,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      ...headers,
    },
  });
}

const COMMON = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
};
