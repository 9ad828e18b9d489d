/**
 * What reaches a device on this computer: requests to the local API and what stands before it, uploads, the renderer's files; the key file,
 * the command line, and what the system says of power and connection.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnyRouter } from '@trpc/server';
import type { ApiCalls } from '../../electron/api/calls.ts';
import { appRouter } from '../../electron/api/router.ts';
import { createApp } from '../../electron/device/app.ts';
import { takeAttachment } from '../../electron/device/attachments/upload.ts';
import type { CallContext } from '../../electron/device/calls/context.ts';
import { createRendererFiles } from '../../electron/device/renderer-files.ts';
import { ArgumentError, parseBrowserArgs } from '../../electron/host/browser-args.ts';
import { keyFile, type Sealing } from '../../electron/host/key-file.ts';
import { onBatteryBy, parseMetered } from '../../electron/host/linux-conditions.ts';
import { createLoopbackGuard } from '../../electron/host/loopback-guard.ts';
import { parseWindows } from '../../electron/host/windows-conditions.ts';
import { setZoneState } from '../../electron/store/zone-state.ts';
import { utf8 } from '../../shared/crypto/bytes.ts';
import { sodiumReady } from '../../shared/crypto/sodium.ts';
import { check, type Target } from '../target.ts';
import { freshStore } from './device.ts';
import { checkName } from './files.ts';

const decoder = new TextDecoder();
const ID = '00112233445566778899aabbccddeeff';

/** Requests are written as JSON: path, method, headers, body. What is none is a body. */
type Asked = { path?: unknown; method?: unknown; headers?: unknown; body?: unknown };

function requestOf(text: string, origin: string): Request | null {
  let asked: Asked;
  try {
    asked = JSON.parse(text) as Asked;
  } catch {
    asked = { path: '/rpc/messages.send', method: 'POST', body: text };
  }
  if (typeof asked !== 'object' || asked === null) asked = {};
  const path = typeof asked.path === 'string' ? asked.path : '/';
  const body =
    asked.body === undefined
      ? undefined
      : typeof asked.body === 'string'
        ? asked.body
        : JSON.stringify(asked.body);
  const method = typeof asked.method === 'string' ? asked.method : body === undefined ? 'GET' : 'POST';
  try {
    const headers = new Headers({ 'content-type': 'application/json' });
    for (const [name, value] of Object.entries((asked.headers ?? {}) as Record<string, unknown>))
      headers.set(name, String(value));
    return new Request(origin + (path.startsWith('/') ? path : `/${path}`), {
      method,
      headers,
      ...(body === undefined || method === 'GET' || method === 'HEAD' ? {} : { body }),
    });
  } catch {
    // No client can send this.
    return null;
  }
}

/** A value that a schema of the local API takes. */
function sample(schema: unknown): unknown {
  const { def } = (schema as { _zod: { def: Record<string, unknown> & { type: string } } })._zod;
  switch (def.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(def['shape'] as Record<string, unknown>).map(([name, inner]) => [name, sample(inner)]),
      );
    case 'string':
      return ID;
    case 'number':
      return 1;
    case 'boolean':
      return true;
    case 'array':
      return [sample(def['element'])];
    case 'enum':
      return Object.values(def['entries'] as Record<string, unknown>)[0];
    case 'literal':
      return (def['values'] as unknown[])[0];
    case 'union':
      return sample((def['options'] as unknown[])[0]);
    case 'pipe':
      return sample(def['in']);
    case 'tuple':
      return (def['items'] as unknown[]).map(sample);
    case 'nullable':
    case 'optional':
    case 'default':
      return sample(def['innerType']);
    default:
      return null;
  }
}

/** One request for each procedure that there is. */
function requests(): Uint8Array[] {
  const { procedures } = (appRouter as unknown as AnyRouter)._def;
  return Object.entries(procedures as Record<string, { _def: { type: string; inputs: unknown[] } }>).map(
    ([path, { _def }]) => {
      const input = _def.inputs[0] === undefined ? undefined : sample(_def.inputs[0]);
      const url = `/rpc/${path}`;
      return utf8(
        JSON.stringify(
          _def.type === 'mutation'
            ? { path: url, method: 'POST', body: input ?? {} }
            : { path: `${url}?input=${encodeURIComponent(JSON.stringify(input ?? {}))}` },
        ),
      );
    },
  );
}

/** Answers each call with nothing; a subscription is over at once. */
const answersNothing = new Proxy(
  {},
  {
    get: (_, topic) =>
      new Proxy(
        {},
        {
          get: () => () => (topic === 'events' ? (async function* () {})() : null),
        },
      ),
  },
) as ApiCalls;

export const local: Target[] = [
  {
    name: 'local-api',
    reads:
      'Requests to the local API: paths, methods, headers, queries and bodies, through every procedure’s checks',
    shape: 'json',
    inTest: 500,
    async open() {
      const reported: unknown[] = [];
      const app = createApp({
        calls: answersNothing,
        attachments: {
          take: async () => new Response(null, { status: 201 }),
          serve: async () => new Response(null, { status: 404 }),
        },
        damaged: () => new Response(null, { status: 404 }),
        rendererDir: '/nowhere',
        report: (_, error) => reported.push(error),
      });
      return {
        honest: [
          ...requests(),
          utf8(`{"path":"/rpc/session.state,sync.status?batch=1&input=%7B%7D"}`),
          utf8(`{"path":"/attachments/${ID}/0","headers":{"range":"bytes=0-"}}`),
        ],
        async run(input) {
          const request = requestOf(decoder.decode(input), 'http://device');
          if (request === null) return 'no request';
          const response = await app.fetch(request);
          const body = await response.text();
          if (reported.length > 0) throw reported.splice(0)[0];
          check(
            response.status < 500 || response.status === 503,
            `status ${response.status}: ${body.slice(0, 200)}`,
          );
          check(!/node_modules|\.ts:\d/.test(body), 'an answer tells of the program’s inside');
          check(
            response.headers.get('x-content-type-options') === 'nosniff',
            'an answer without the security headers',
          );
          return `status ${response.status}`;
        },
        foreseen: () => null,
      };
    },
  },
  {
    name: 'loopback-guard',
    reads: 'Requests from any program and page on this computer, before the local API',
    shape: 'json',
    inTest: 500,
    async open() {
      let came: Request | null = null;
      const guard = createLoopbackGuard({
        port: 7447,
        token: 'the-token-of-this-start',
        inner: (request) => {
          came = request;
          return new Response('in');
        },
      });
      const opened = await guard.fetch(new Request(guard.address, { headers: { host: '127.0.0.1:7447' } }));
      const cookie = (opened.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
      const ask = (path: string, headers: Record<string, string>) =>
        utf8(JSON.stringify({ path, headers: { host: '127.0.0.1:7447', ...headers } }));
      return {
        honest: [
          ask('/', { cookie: 'COOKIE' }),
          ask('/rpc/session.state', {
            cookie: 'a=b; COOKIE; c',
            origin: 'http://127.0.0.1:7447',
            'sec-fetch-site': 'same-origin',
          }),
          ask('/?token=the-token-of-this-start', { 'sec-fetch-site': 'none' }),
          ask('/', { host: 'evil.example:7447', cookie: 'COOKIE' }),
          ask('/', { origin: 'https://evil.example', cookie: 'COOKIE' }),
        ],
        async run(input) {
          // The cookie is another at each start: in inputs it stands as a word.
          const request = requestOf(
            decoder.decode(input).replaceAll('COOKIE', cookie),
            'http://127.0.0.1:7447',
          );
          if (request === null) return 'no request';
          came = null;
          const response = await guard.fetch(request);
          const { headers } = request;
          if (came !== null) {
            const names = (headers.get('cookie') ?? '').split(';').map((part) => part.trim());
            check(names.includes(cookie), 'let in without the cookie');
            check(headers.get('host') === '127.0.0.1:7447', 'let in under another name');
            check(
              [null, 'http://127.0.0.1:7447'].includes(headers.get('origin')),
              'let in from another page',
            );
          } else
            check(
              response.status !== 200 || request.url.includes('token=the-token-of-this-start'),
              'a cookie given away',
            );
          return `status ${response.status}${came === null ? '' : ', in'}`;
        },
        foreseen: () => null,
      };
    },
  },
  {
    name: 'renderer-files',
    reads: 'Paths of files that a window asks for',
    shape: 'json',
    inTest: 500,
    async open() {
      const folder = mkdtempSync(join(tmpdir(), 'lockstep-fuzz-'));
      const inside = join(folder, 'renderer');
      mkdirSync(join(inside, 'assets'), { recursive: true });
      writeFileSync(join(folder, 'secret.html'), 'SECRET');
      writeFileSync(join(inside, 'index.html'), '<!doctype html>');
      writeFileSync(join(inside, 'assets', 'a b.js'), '1');
      const files = createRendererFiles(inside);
      return {
        honest: [
          '/',
          '/index.html',
          '/assets/a%20b.js',
          '/../secret.html',
          '/%2e%2e/secret.html',
          '/assets/..%2f..%2fsecret.html',
        ].map((path) => utf8(JSON.stringify({ path }))),
        async run(input) {
          const request = requestOf(decoder.decode(input), 'http://device');
          if (request === null) return 'no request';
          const response = files(request);
          check(!(await response.text()).includes('SECRET'), 'a file outside of the folder');
          return `status ${response.status}`;
        },
        foreseen: () => null,
        close: () => rmSync(folder, { recursive: true, force: true }),
      };
    },
  },
  {
    name: 'upload',
    reads: 'The query and body with which a window gives its device a file',
    shape: 'json',
    inTest: 100,
    async open() {
      await sodiumReady();
      const made = await freshStore();
      setZoneState(made.store, 'messages', { extra: { largestBlob: 1_000_000 } });
      const worker = {
        run: async (_: string, input: { name: string; size: number; thumbnail: Uint8Array }) => {
          checkName(input.name);
          check(input.thumbnail.length <= 8_192, 'a thumbnail that is too large');
          return null;
        },
      };
      const context = { profile: { opened: { store: made.store, worker } } } as unknown as CallContext;
      const query = (change: string, body: string) =>
        utf8(
          JSON.stringify({
            path: `/attachments?conversation=${ID}&name=a.jpg&type=image/jpeg&size=${body.length}${change}`,
            method: 'POST',
            body,
          }),
        );
      return {
        honest: [
          query('', 'abcdef'),
          query('&thumbnail=3&width=4&height=5&duration=6', 'abcdefghi'),
          query('&size=7', 'x'),
        ],
        async run(input) {
          const request = requestOf(decoder.decode(input), 'http://device');
          if (request === null || request.method !== 'POST') return 'no request';
          const response = await takeAttachment(context, request);
          return `status ${response.status}`;
        },
        foreseen: () => null,
        close: () => made.close(),
      };
    },
  },
  {
    name: 'key-file',
    reads: 'The file with the database’s key, and files beside it',
    shape: 'json',
    inTest: 150,
    async open() {
      const folder = mkdtempSync(join(tmpdir(), 'lockstep-fuzz-'));
      const sealing: Sealing = {
        name: 'plain',
        strong: false,
        seal: async (key) => ({ key: Buffer.from(key).toString('base64') }),
        open: async (box) => new Uint8Array(Buffer.from(String(box['key']), 'base64')),
      };
      const keychain = keyFile(folder, sealing);
      await keychain.create(new Uint8Array(32).fill(1));
      const box = `"box":{"key":"${Buffer.alloc(32, 1).toString('base64')}"}`;
      return {
        honest: [
          utf8(`{"version":1,"sealing":"plain",${box}}\n`),
          utf8(`{"version":1,"sealing":"passphrase",${box}}`),
        ],
        async run(input) {
          writeFileSync(join(folder, 'database.key'), input);
          const stored = await keychain.load();
          if (stored.kind === 'found') check(stored.key.length === 32, 'a key of another length');
          return stored.kind === 'unreadable' ? stored.reason : stored.kind;
        },
        foreseen: () => null,
        close: () => rmSync(folder, { recursive: true, force: true }),
      };
    },
  },
  {
    name: 'command-line',
    reads: 'The browser host’s command line; what the system’s programs say of power and connection',
    shape: 'text',
    inTest: 750,
    async open() {
      return {
        honest: [
          '--profile /tmp/x --port 0 --no-open',
          '--cloud https://cloud.example.org/a/',
          '--port=65535 --help',
          'u 4',
          'variant uint32 1',
          'power=Online\r\ncost=Fixed\r\nroaming=False\r\nover=False',
          'Mains Device 1 1 Discharging',
        ].map((text) => utf8(text)),
        also: [
          utf8(`--cloud https://x/${'/'.repeat(90_000)}a`),
          utf8('--port '.repeat(10_000)),
          // Letter by letter, as `-abc` is taken apart.
          utf8(`-1${'a.'.repeat(45_000)}`),
        ],
        run(input) {
          const text = decoder.decode(input);
          parseMetered(text);
          parseWindows(text);
          const [type = null, scope = null, online = null, present = null, status = null] = text.split(' ');
          onBatteryBy([{ type, scope, online, present, status }]);
          const { port, cloud } = parseBrowserArgs(text.split(/ +/).slice(0, 1_000));
          check(Number.isInteger(port) && port >= 0 && port <= 65_535, 'no port');
          check(cloud === null || /^https?:\/\//.test(cloud), 'no cloud’s address');
          return 'taken';
        },
        foreseen: (error) => (error instanceof ArgumentError ? 'refused' : null),
      };
    },
  },
];
