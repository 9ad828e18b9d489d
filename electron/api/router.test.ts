import { createTRPCClient, httpLink, TRPCClientError } from '@trpc/client';
import { expect, test } from 'vitest';
import { createApp } from '../device/app.ts';
import { createEventHub } from '../device/event-hub.ts';
import type { ApiCalls } from './calls.ts';
import { Failure } from './failure.ts';
import type { AppRouter } from './router.ts';
import type { ApiEvent } from './types.ts';

const ID = '00112233445566778899aabbccddeeff';

/** Only what a test names is there; anything else it must not reach. */
function make(calls: { [Topic in keyof ApiCalls]?: Partial<ApiCalls[Topic]> }) {
  const reports: unknown[] = [];
  const app = createApp({
    calls: calls as unknown as ApiCalls,
    attachments: { take: async () => new Response(), serve: async () => new Response(null, { status: 404 }) },
    damaged: () => new Response(null, { status: 404 }),
    rendererDir: '/nowhere',
    report: (path, error) => reports.push({ path, error }),
  });
  const fetch = async (input: string | URL | Request, init?: RequestInit) =>
    app.fetch(new Request(input, init));
  const client = createTRPCClient<AppRouter>({
    links: [
      httpLink({ url: 'http://device/rpc', fetch: (url, init) => fetch(url as string, init as RequestInit) }),
    ],
  });
  return { client, reports, fetch };
}

async function failure(promise: Promise<unknown>) {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof TRPCClientError)) throw new Error('The call was expected to fail.');
  return { message: error.message, data: error.data, shape: JSON.stringify(error.shape) };
}

test('API-1 a failure carries its reason, how long to wait and a sentence', async () => {
  const { client, reports } = make({
    session: {
      signIn: async () => {
        throw new Failure('rateLimited', 'Too many attempts.', { retryAfterMs: 30_000 });
      },
    },
  });
  const cloud = { kind: 'address', url: 'cloud.example.org' } as const;
  const { message, data } = await failure(
    client.session.signIn.mutate({ cloud, handle: 'anna@example.org', password: 'x' }),
  );
  expect(data).toMatchObject({ reason: 'rateLimited', retryAfterMs: 30_000, httpStatus: 429 });
  expect(message).toBe('Too many attempts.');
  expect(reports).toEqual([]);
});

test('API-1 what nobody foresaw is reported here and told without its text or stack', async () => {
  const { client, reports } = make({
    conversations: {
      list: () => {
        throw new Error('SQLITE_CORRUPT at /home/anna/messages.db');
      },
    },
  });
  const { message, data, shape } = await failure(client.conversations.list.query());
  expect(data).toMatchObject({ reason: 'unexpected', retryAfterMs: null });
  expect(message).toContain('Try again');
  expect(shape).not.toMatch(/SQLITE|anna|stack|\.ts/);
  expect(reports).toHaveLength(1);
});

type Refused = [what: string, call: (client: Client) => Promise<unknown>, says: string, reason?: string];

test.each<Refused>([
  ['an id that is none', (c: Client) => c.conversations.get.query({ id: 'x' }), '32 lower-case hex'],
  [
    'an empty text',
    (c: Client) => c.messages.send.mutate({ conversationId: ID, text: '  \n' }),
    'Write something',
  ],
  [
    'a text too long',
    (c: Client) => c.messages.send.mutate({ conversationId: ID, text: 'x'.repeat(100_001) }),
    'in parts',
  ],
  ['nobody to write to', (c: Client) => c.conversations.start.mutate({ handles: [] }), 'Say to whom'],
  [
    'half a recovery key',
    (c: Client) =>
      c.session.recover.mutate({
        cloud: { kind: 'thisComputer' },
        handle: 'anna@example.org',
        words: 'one two three',
        newPassword: 'x',
      }),
    '24 words',
  ],
  [
    'an address that is none',
    (c: Client) => c.session.checkCloud.mutate({ cloud: { kind: 'address', url: 'file:///etc/passwd' } }),
    'https://',
    'addressInvalid',
  ],
  [
    'a handle that is none',
    (c: Client) => c.conversations.start.mutate({ handles: ['anna@example.org', 'x'] }),
    'Enter a handle',
    'handleInvalid',
  ],
  [
    'a Keep Messages that is none',
    (c: Client) => c.settings.setKeepMessages.mutate({ days: 7 as 30 }),
    '0 (forever), 30 or 365',
  ],
  [
    'a preview of one',
    (c: Client) => c.settings.keepPreview.query({ days: '30' as unknown as 30 }),
    '0 (forever), 30 or 365',
  ],
])(
  'API-2 %s is refused, and the answer says what to do',
  async (_what, call, says, reason = 'invalidInput') => {
    const { client, reports } = make({});
    const { message, data } = await failure(call(client));
    expect(data.reason).toBe(reason);
    expect(message).toContain(says);
    expect(reports).toEqual([]);
  },
);
type Client = ReturnType<typeof make>['client'];

test('API-2 a body that is no JSON, and a call that is none, are refused', async () => {
  const { fetch, client } = make({});
  const headers = { 'content-type': 'application/json' };
  const bad = await fetch('http://device/rpc/messages.send', { method: 'POST', body: '{', headers });
  expect(bad.status).toBe(400);
  expect(await bad.json()).toMatchObject({ error: { data: { reason: 'invalidInput' } } });
  const untyped = client as unknown as { no: { such: { query(): Promise<unknown> } } };
  expect((await failure(untyped.no.such.query())).data.reason).toBe('noSuchProcedure');
});

test('API-2 a request over 2 MiB is refused before it is read', async () => {
  const { fetch } = make({});
  const response = await fetch('http://device/rpc/messages.send', {
    method: 'POST',
    body: 'x'.repeat(2 * 1024 * 1024 + 1),
  });
  expect(response.status).toBe(413);
  expect(await response.json()).toMatchObject({ error: { data: { reason: 'tooLarge' } } });
});

test('API-8 a call with a secret in it is answered by POST alone, so no secret is in an address', async () => {
  const { fetch } = make({});
  for (const name of [
    'passwordStrength',
    'signUp',
    'signIn',
    'recover',
    'confirmRecovery',
    'changePassword',
  ]) {
    const response = await fetch(`http://device/rpc/session.${name}?input=%7B%7D`);
    expect(response.status).toBe(405);
  }
});

test('HOST-7 answers of the local API are not stored and carry the security headers', async () => {
  const { fetch } = make({ notices: { list: () => [] } });
  const response = await fetch('http://device/rpc/notices.list');
  expect(response.status).toBe(200);
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect((await fetch('http://device/attachments/x')).status).toBe(404);
});

function streams() {
  const hub = createEventHub();
  const { fetch } = make({ events: { subscribe: (signal) => hub.subscribe(signal, [{ type: 'session' }]) } });
  const read = async (response: Response, until: (text: string) => boolean) => {
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    if (reader === undefined) throw new Error('No body.');
    let text = '';
    while (!until(text)) {
      const { value, done } = await reader.read();
      if (done) break;
      text += value;
    }
    return { text, reader };
  };
  return { hub, fetch, read };
}
const settled = (check: () => boolean) => expect.poll(check, { timeout: 2000 }).toBe(true);

test('API-3 an event stream ends with its signal, and nothing waits behind it', async () => {
  const { hub, fetch, read } = streams();
  const stop = new AbortController();
  const response = await fetch('http://device/rpc/events.subscribe', { signal: stop.signal });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const { text } = await read(response, (so) => so.includes('session'));
  expect(text).toContain('{"type":"session"}');
  expect(hub.size).toBe(1);
  stop.abort();
  await settled(() => hub.size === 0);
});

test("API-3 an event stream ends with its body's cancel alone, and nothing waits behind it", async () => {
  const { hub, fetch, read } = streams();
  const open = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const response = await fetch('http://device/rpc/events.subscribe');
      return read(response, (so) => so.includes('session'));
    }),
  );
  expect(hub.size).toBe(20);
  await Promise.all(open.map(({ reader }) => reader.cancel()));
  await settled(() => hub.size === 0);
});

test('API-3 events reach every open stream', async () => {
  const { hub, fetch, read } = streams();
  const event: ApiEvent = { type: 'conversations', ids: [ID] };
  const both = [1, 2].map(async () => {
    const response = await fetch('http://device/rpc/events.subscribe');
    const { text, reader } = await read(response, (so) => so.includes(ID));
    await reader.cancel();
    return text;
  });
  await settled(() => hub.size === 2);
  hub.emit(event);
  for (const text of await Promise.all(both)) expect(text).toContain(JSON.stringify(event));
  await settled(() => hub.size === 0);
});
