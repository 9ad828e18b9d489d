/** Every call, held to the errors that SPEC promises for bad input. The list of calls comes from the services themselves. */
import { fromBinary } from '@bufbuild/protobuf';
import { base64Decode } from '@bufbuild/protobuf/wire';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { framed } from '../../shared/proto/frames.ts';
import { AccountService } from '../../shared/proto/gen/lockstep/cloud/v1/accounts_pb.js';
import { BlobService } from '../../shared/proto/gen/lockstep/cloud/v1/blobs_pb.js';
import { ErrorCode, LockstepErrorSchema } from '../../shared/proto/gen/lockstep/cloud/v1/errors_pb.js';
import { EventService } from '../../shared/proto/gen/lockstep/cloud/v1/events_pb.js';
import { MailboxService } from '../../shared/proto/gen/lockstep/cloud/v1/mailboxes_pb.js';
import { Zone, ZoneService } from '../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { type Cloud, createCloud } from '../app.ts';
import { codeOf, ORIGIN } from '../testing/clients.ts';
import { addDevice, random, removal, signIn, signUp, type TestDevice } from '../testing/person.ts';

const calls = [AccountService, ZoneService, MailboxService, BlobService, EventService].flatMap((service) =>
  service.methods.map((method) => ({
    path: `/${service.typeName}/${method.name}`,
    name: method.name,
    streaming: method.methodKind !== 'unary',
  })),
);
const withoutToken = [
  'GetCloudInfo',
  'SignUpStart',
  'SignUpFinish',
  'SignInStart',
  'SignInFinish',
  'RecoverStart',
  'RecoverFinish',
];
const withTicket = ['JoinDevice'];
/** They look for a session or a ticket themselves. */
const withEither = ['ChangePasswordStart', 'ChangePasswordFinish'];
/** Calls whose empty request is a good one. */
const emptyIsFine = [
  'GetCloudInfo',
  'GetKeyring',
  'ListSessions',
  'SignOut',
  'Watch',
  'Receive',
  'Acknowledge',
];

let cloud: Cloud;
let anna: TestDevice;
let revoked: TestDevice;
let ticket: string;
const logged: string[] = [];
beforeAll(async () => {
  cloud = await createCloud({
    dataDir: ':memory:',
    registration: 'open',
    log: (entry) => logged.push(JSON.stringify(entry)),
  });
  anna = await signUp(cloud, 'anna@example.org');
  revoked = await addDevice(cloud, anna.person);
  await anna.account.updateKeyring((await removal(anna, revoked.keys.deviceId)).request);
  ticket = (await signIn(cloud, anna.person.handle, anna.person.password))?.ticket ?? '';
});
afterAll(() => cloud.close());

type Call = (typeof calls)[number];

const tokenFor = ({ name }: Call) => (withTicket.includes(name) ? ticket : anna.token);

const request = ({ path, streaming }: Call, body: Uint8Array, token?: string, over: RequestInit = {}) =>
  cloud.fetch(
    new Request(ORIGIN + path, {
      method: 'POST',
      headers: {
        'content-type': streaming ? 'application/connect+proto' : 'application/proto',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: streaming ? framed(0, body) : new Uint8Array(body),
      ...over,
    }),
  );

/** Status and code of a refusal, whether it came alone or as the end of a stream. */
const refusal = async (response: Response) => {
  const bytes = new Uint8Array(await response.arrayBuffer());
  let json = new TextDecoder().decode(bytes);
  if (response.headers.get('content-type')?.startsWith('application/connect+'))
    json = JSON.stringify(JSON.parse(json.slice(5)).error);
  const body = JSON.parse(json) as { code: string; details: { type: string; value: string }[] };
  expect(body.details.map((detail) => detail.type)).toEqual([LockstepErrorSchema.typeName]);
  const error = fromBinary(LockstepErrorSchema, base64Decode(body.details[0]?.value ?? ''));
  expect(error.message.length).toBeGreaterThan(5);
  expect(error.requestId.length).toBeGreaterThan(5);
  expect(Number(error.cloudTimeMs)).toBeGreaterThan(1_700_000_000_000);
  return { status: response.status, code: ErrorCode[error.code] };
};

describe.each(calls)('$path', (call) => {
  test('ERR-3 a body that does not decode is malformed', async () => {
    // A field of length 127 that is not there.
    const answer = await refusal(await request(call, new Uint8Array([0x0a, 0x7f, 1]), tokenFor(call)));
    expect(answer).toEqual({ status: 400, code: 'MALFORMED' });
  });

  test('ERR-2 an oversized body is too large, declared or not', async () => {
    const large = new Uint8Array(4 * 1024 * 1024);
    expect(await refusal(await request(call, large, tokenFor(call)))).toEqual({
      status: 413,
      code: 'TOO_LARGE',
    });
    const chunks = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(64 * 1024)),
    });
    const endless = await request(call, large, tokenFor(call), {
      body: chunks,
      duplex: 'half',
    } as RequestInit);
    expect(await refusal(endless)).toEqual({ status: 413, code: 'TOO_LARGE' });
  });

  test('ERR-3 another content type, another method or a compressed body is malformed', async () => {
    const headers = { 'content-type': 'text/plain' };
    const malformed = { status: 400, code: 'MALFORMED' };
    expect(await refusal(await request(call, new Uint8Array(), anna.token, { headers }))).toEqual(malformed);
    expect(await refusal(await cloud.fetch(new Request(ORIGIN + call.path)))).toEqual(malformed);
    const compressed = { 'content-type': 'application/proto', 'content-encoding': 'gzip' };
    expect(await refusal(await request(call, new Uint8Array(), anna.token, { headers: compressed }))).toEqual(
      malformed,
    );
  });

  if (!withoutToken.includes(call.name)) {
    test('ACC-7 without a token, with a forged one and with one of a revoked session', async () => {
      const status = call.streaming ? 200 : 401;
      const unknown = withTicket.includes(call.name) ? 'TICKET_EXPIRED' : 'UNAUTHENTICATED';
      expect(await refusal(await request(call, new Uint8Array()))).toEqual({
        status,
        code: 'UNAUTHENTICATED',
      });
      const forged = Buffer.from(random(32)).toString('base64url');
      expect(await refusal(await request(call, new Uint8Array(), forged))).toEqual({ status, code: unknown });
      const ended = withTicket.includes(call.name) ? 'TICKET_EXPIRED' : 'SESSION_REVOKED';
      expect(await refusal(await request(call, new Uint8Array(), revoked.token))).toEqual({
        status,
        code: ended,
      });
    });
  }

  if (![...withoutToken, ...withEither].includes(call.name) && !call.streaming) {
    test('ERR-14 without a good token the body is not read', async () => {
      let read = 0;
      const body = () => {
        const pull = (controller: ReadableStreamDefaultController) => {
          read += 1;
          controller.close();
        };
        return { body: new ReadableStream({ pull }, { highWaterMark: 0 }), duplex: 'half' } as RequestInit;
      };
      for (const token of [undefined, Buffer.from(random(32)).toString('base64url'), revoked.token])
        expect((await refusal(await request(call, new Uint8Array(), token, body()))).status).toBe(401);
      expect(read).toBe(0);
    });
  }

  test('ERR-14 a body of very many fields is too large, whatever they are', async () => {
    const size = 60 * 1024;
    const refused = { status: 413, code: 'TOO_LARGE' };
    // One that nobody knows.
    const fields = new Uint8Array(size).map((_, i) => [0x78, 1][i % 2] ?? 0);
    expect(await refusal(await request(call, fields, tokenFor(call)))).toEqual(refused);
    const values = new TextEncoder().encode(`{"x":[${'0,'.repeat(size / 2 - 10)}0]}`);
    const headers = {
      'content-type': call.streaming ? 'application/connect+json' : 'application/json',
      authorization: `Bearer ${tokenFor(call)}`,
    };
    expect(await refusal(await request(call, values, undefined, { headers }))).toEqual(refused);
  });

  if (!emptyIsFine.includes(call.name)) {
    test('ERR-3 an empty request is refused by its fields', async () => {
      const answer = await refusal(await request(call, new Uint8Array(), tokenFor(call)));
      expect(['MALFORMED', 'HANDLE_INVALID', 'ZONE_FORBIDDEN', 'TICKET_EXPIRED']).toContain(answer.code);
    });
  }
});

test('ERR-14 the fullest calls are read', async () => {
  const names = () => Array.from({ length: 32 }, () => random(32));
  const put = () => ({
    id: random(16),
    baseRev: 1,
    epoch: 2,
    hint: 1,
    blobs: names(),
    ct: random(1),
    namesBlobs: true,
  });
  const operations = Array.from({ length: 400 }, () => ({ op: { case: 'put' as const, value: put() } }));
  const pushed = await anna.zone.push({ zone: Zone.MESSAGES, generation: 1, operations });
  expect(pushed.results.length).toBe(400);
  const to = () => ({ accountId: random(16), epoch: 1, suite: 1, sealedKey: random(80) });
  const recipients = Array.from({ length: 256 }, to);
  const mail = { sendId: random(16), content: random(80), recipients, blobs: names() };
  expect((await anna.mailbox.send(mail)).result.case).toBeDefined();
  const signed = { body: random(80), signature: random(64) };
  const wrap = { epoch: 1, recipient: random(16), suite: 1, sealed: random(80) };
  const entries = Array.from({ length: 64 }, () => signed);
  const keyring = { entries, epoch: signed, wraps: Array.from({ length: 2_000 }, () => wrap) };
  expect(await codeOf(anna.account.updateKeyring(keyring))).toBe('KEYRING_INVALID');
});

test('ERR-3 unknown fields are ignored', async () => {
  const info = calls.find((call) => call.name === 'GetCloudInfo');
  if (info === undefined) throw new Error('no such call');
  expect((await request(info, new Uint8Array([0xfa, 0x06, 1, 7]))).status).toBe(200);
});

test('ERR-3 a call that is not there is malformed', async () => {
  const answer = await refusal(
    await cloud.fetch(new Request(`${ORIGIN}/lockstep.cloud.v1.ZoneService/Nothing`, { method: 'POST' })),
  );
  expect(answer).toEqual({ status: 400, code: 'MALFORMED' });
});

test('ERR-6 the log of all this holds no handle and no token', () => {
  const all = logged.join('\n');
  expect(logged.length).toBeGreaterThan(100);
  for (const canary of ['anna', 'example.org', anna.token, revoked.token, anna.person.password])
    expect(all).not.toContain(canary);
});
