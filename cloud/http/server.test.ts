import { expect, test } from 'vitest';
import { AccountService } from '../../shared/proto/gen/lockstep/cloud/v1/accounts_pb.js';
import { ErrorCode } from '../../shared/proto/gen/lockstep/cloud/v1/errors_pb.js';
import { createCloud } from '../app.ts';
import { clientsOf, errorOf } from '../testing/clients.ts';
import { random, signUp } from '../testing/person.ts';
import { asCloudError, httpStatus } from './errors.ts';
import { describeFault, type LogEntry } from './log.ts';
import { createServer } from './server.ts';

const secret = 'the-canary-in-the-message';

const serverOf = (answer: () => never | Promise<never>, log: (entry: LogEntry) => void) =>
  createServer({
    services: (router) => router.service(AccountService, { getCloudInfo: answer }),
    bodyLimits: { other: 1_000 },
    fieldLimits: { other: 100 },
    healthy: () => true,
    now: () => 1_800_000_000_000,
    random,
    log,
  });

test('ERR-5 a fault of the cloud tells its request id outside and its kind and place inside, its message nowhere', async () => {
  const entries: LogEntry[] = [];
  const server = serverOf(
    () => {
      throw new TypeError(secret);
    },
    (entry) => entries.push(entry),
  );
  const error = await errorOf(clientsOf(server).account.getCloudInfo({}));
  expect(error.name).toBe('INTERNAL');
  const fault = entries.find((entry) => entry.event === 'fault');
  expect(fault).toMatchObject({ kind: 'TypeError', request_id: error.requestId });
  expect(String(fault?.['place'])).toContain('server.test.ts');
  expect(
    JSON.stringify([entries, error], (_, value) => (typeof value === 'bigint' ? String(value) : value)),
  ).not.toContain(secret);
});

test('ERR-4 a disk that cannot be written is unavailable, with a time to come back', async () => {
  const server = serverOf(
    () => {
      throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
    },
    () => undefined,
  );
  const error = await errorOf(clientsOf(server).account.getCloudInfo({}));
  expect([error.name, error.retryAfterMs, error.retryAfter]).toEqual(['UNAVAILABLE', 5_000, '5']);
});

test('ERR-1 every code has a status of its class', () => {
  for (const code of Object.values(ErrorCode).filter((value) => typeof value === 'number')) {
    expect(httpStatus(code as ErrorCode)).toBeGreaterThanOrEqual(400);
  }
  expect(httpStatus(ErrorCode.TOO_LARGE)).toBe(413);
  expect(asCloudError('thrown text').code).toBe(ErrorCode.INTERNAL);
  expect(describeFault('thrown text')).toEqual({ kind: 'string', place: '' });
});

test('ERR-8 what is under way is answered before the shutdown is done', async () => {
  let answer: (() => void) | undefined;
  const server = createServer({
    services: (router) =>
      router.service(AccountService, {
        getCloudInfo: () =>
          new Promise((resolve) => {
            answer = () => resolve({ name: 'answered' });
          }),
      }),
    bodyLimits: { other: 1_000 },
    fieldLimits: { other: 100 },
    healthy: () => true,
    now: Date.now,
    random,
    log: () => undefined,
  });
  const { account } = clientsOf(server);
  const underWay = account.getCloudInfo({});
  while (answer === undefined) await new Promise((resolve) => setTimeout(resolve, 1));
  let drained = false;
  const draining = server.drain().then(() => {
    drained = true;
  });
  const refused = await errorOf(account.getCloudInfo({}));
  expect([refused.name, refused.retryAfterMs]).toEqual(['UNAVAILABLE', 2_000]);
  expect(drained).toBe(false);
  answer();
  expect((await underWay).name).toBe('answered');
  await draining;
});

test('ERR-6 the log holds methods, codes and times, and nothing of what was sent', async () => {
  const entries: LogEntry[] = [];
  const cloud = await createCloud({
    dataDir: ':memory:',
    registration: 'open',
    log: (entry) => entries.push(entry),
  });
  const anna = await signUp(cloud, 'canary-handle@example.org', { password: 'canary password' });
  const content = new TextEncoder().encode(`${secret} ${secret}`);
  await anna.mailbox.send({
    sendId: random(16),
    content,
    recipients: [{ accountId: anna.person.accountId, epoch: 1, suite: 1, sealedKey: content }],
  });
  await anna.account.lookUp({ by: { case: 'handle', value: 'canary-handle@example.org' } });
  await errorOf(anna.account.lookUp({ by: { case: 'handle', value: secret } }));
  await errorOf(clientsOf(cloud, secret).account.getKeyring({}));
  await cloud.close();
  const all = JSON.stringify(entries);
  const keys = [anna.person.accountId, anna.keys.deviceId, anna.person.epochKey].flatMap((key) => [
    Buffer.from(key).toString('hex'),
    Buffer.from(key).toString('base64url'),
  ]);
  for (const canary of ['canary', anna.token, ...keys]) expect(all).not.toContain(canary);
  expect(entries.every((entry) => entry.event === 'request' && entry['method'] !== undefined)).toBe(true);
  expect(entries.some((entry) => entry['code'] === 'HANDLE_INVALID')).toBe(true);
});
