import { expect, test } from 'vitest';
import { createLoopbackGuard } from './loopback-guard.ts';

const PORT = 4321;
const OWN = `127.0.0.1:${PORT}`;

function make() {
  let reached = 0;
  let entered = 0;
  const guard = createLoopbackGuard({
    port: PORT,
    inner: () => {
      reached += 1;
      return new Response('inside');
    },
    onEnter() {
      entered += 1;
    },
  });
  const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    Promise.resolve(
      guard.fetch(new Request(`http://${OWN}${path}`, { method, headers: { host: OWN, ...headers } })),
    );
  const enter = async () => {
    const response = await ask(new URL(guard.address).search.replace(/^/, '/'));
    const cookie = (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    return { response, cookie };
  };
  return { guard, ask, enter, reached: () => reached, entered: () => entered };
}

test('HOST-2 the token becomes an HttpOnly, SameSite=Strict cookie whose name holds the port', async () => {
  const { enter, ask, reached } = make();
  const { response, cookie } = await enter();
  expect(response.status).toBe(200);
  expect(response.headers.get('location')).toBeNull();
  expect(response.headers.get('set-cookie')).toMatch(
    new RegExp(`^lockstep_${PORT}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/$`),
  );
  expect(reached()).toBe(0);
  expect(await (await ask('/', { cookie })).text()).toBe('inside');
});

test('HOST-2 the token page replaces its own address by a script with a nonce, and is not stored', async () => {
  const { response } = await make().enter();
  const html = await response.text();
  const nonce = /script nonce="([^"]+)"/.exec(html)?.[1];
  expect(html).toContain("location.replace('/')");
  expect(response.headers.get('content-security-policy')).toContain(`script-src 'nonce-${nonce}'`);
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(response.headers.get('referrer-policy')).toBe('no-referrer');
});

test('HOST-2 the token serves again during this start, and its text is not in the cookie', async () => {
  const { enter, guard } = make();
  const first = await enter();
  const second = await enter();
  expect(second.response.status).toBe(200);
  expect(second.cookie).toBe(first.cookie);
  expect(first.cookie).not.toContain(new URL(guard.address).searchParams.get('token'));
});

test('HOST-2 another start has another token', () => {
  expect(make().guard.address).not.toBe(make().guard.address);
});

test.each([
  ['a foreign name (DNS rebinding)', 'evil.example:4321'],
  ['localhost', 'localhost:4321'],
  ['another port', '127.0.0.1:9999'],
  ['no port', '127.0.0.1'],
])('HOST-3 a request whose Host is %s is refused', async (_what, host) => {
  const { ask, enter, reached } = make();
  const { cookie } = await enter();
  expect((await ask('/', { host, cookie })).status).toBe(403);
  expect((await ask('/?token=x', { host })).status).toBe(403);
  expect(reached()).toBe(0);
});

test.each([
  'https://evil.example',
  'null',
  'http://127.0.0.1:9999',
  'http://localhost:4321',
  'https://127.0.0.1:4321',
])('HOST-4 a request whose Origin is %s is refused, cookie or not', async (origin) => {
  const { ask, enter, reached } = make();
  const { cookie } = await enter();
  expect((await ask('/rpc/messages.send', { origin, cookie }, 'POST')).status).toBe(403);
  expect(reached()).toBe(0);
});

test.each(['cross-site', 'same-site'])(
  'HOST-4 a request that the browser calls %s is refused',
  async (site) => {
    const { ask, enter, reached } = make();
    const { cookie } = await enter();
    expect((await ask('/', { 'sec-fetch-site': site, cookie })).status).toBe(403);
    expect(reached()).toBe(0);
  },
);

test('HOST-4 its own page, and an address typed by a person, come through', async () => {
  const { ask, enter } = make();
  const { cookie } = await enter();
  const own = { origin: `http://${OWN}`, 'sec-fetch-site': 'same-origin', cookie };
  expect((await ask('/rpc/sync.status', own)).status).toBe(200);
  expect((await ask('/', { 'sec-fetch-site': 'none', cookie })).status).toBe(200);
});

test('HOST-28 the right token alone may be brought by a page elsewhere, as by the file that opens the browser', async () => {
  const { ask, guard, entered, reached } = make();
  const right = `/${new URL(guard.address).search}`;
  const elsewhere = { 'sec-fetch-site': 'cross-site' };
  expect((await ask('/?token=wrong', elsewhere)).status).toBe(403);
  expect((await ask(`/rpc/session.state${new URL(guard.address).search}`, elsewhere)).status).toBe(403);
  expect((await ask(right, elsewhere, 'POST')).status).toBe(403);
  expect((await ask(right, { ...elsewhere, origin: 'null' })).status).toBe(403);
  expect(entered()).toBe(0);
  const response = await ask(right, elsewhere);
  expect(response.status).toBe(200);
  expect(response.headers.get('set-cookie')).toContain('SameSite=Strict');
  expect([entered(), reached()]).toEqual([1, 0]);
});

test('HOST-5 without the cookie there is a page that says what to do, and nothing else', async () => {
  const { ask, reached } = make();
  for (const cookie of ['', `lockstep_${PORT}=`, `lockstep_${PORT}=wrong`, 'lockstep_1=x']) {
    const response = await ask('/', { cookie });
    expect(response.status).toBe(401);
    expect(await response.text()).toContain('Lockstep ready:');
  }
  expect((await ask('/?token=wrong')).status).toBe(401);
  expect((await ask('/rpc/session.state')).status).toBe(401);
  expect(reached()).toBe(0);
});

test('HOST-5 a wrong token is refused even with the cookie, and only GET takes one', async () => {
  const { ask, enter, guard } = make();
  const { cookie } = await enter();
  expect((await ask('/?token=wrong', { cookie })).status).toBe(401);
  expect((await ask(`/${new URL(guard.address).search}`, {}, 'POST')).status).toBe(401);
});
