/**
 * Everything that the cloud reads from others, fed with what nobody honest sends. Whatever comes, the answer is one of SPEC's, soon;
 * the cloud has no fault of its own in its log, and what others keep there is as it was. `LOCKSTEP_FUZZ=200000` runs more inputs,
 * `LOCKSTEP_FUZZ_SEED=n` others; a failure names the seed of its input.
 */
import { gzipSync } from 'node:zlib';
import { fromBinary, toJsonString } from '@bufbuild/protobuf';
import { base64Decode } from '@bufbuild/protobuf/wire';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BLOB_CHUNK } from '../../shared/crypto/blobs.ts';
import { toHex } from '../../shared/crypto/bytes.ts';
import { AccountService } from '../../shared/proto/gen/lockstep/cloud/v1/accounts_pb.js';
import { BlobService } from '../../shared/proto/gen/lockstep/cloud/v1/blobs_pb.js';
import { ErrorCode, LockstepErrorSchema } from '../../shared/proto/gen/lockstep/cloud/v1/errors_pb.js';
import { EventService } from '../../shared/proto/gen/lockstep/cloud/v1/events_pb.js';
import { MailboxService } from '../../shared/proto/gen/lockstep/cloud/v1/mailboxes_pb.js';
import { Zone, ZoneService } from '../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { normaliseHandle } from '../accounts/handle.ts';
import { type Cloud, createCloud } from '../app.ts';
import { clientAddress } from '../http/address.ts';
import { CloudError } from '../http/errors.ts';
import type { LogEntry } from '../http/log.ts';
import { getAll, mail, makeBlob, naming, pieceOf, push, putAll, type TestBlob } from '../testing/blobs.ts';
import { ORIGIN } from '../testing/clients.ts';
import { addDevice, random, removal, signUp, type TestDevice } from '../testing/person.ts';
import { openChangeToken, openCursor } from '../zones/tokens.ts';
import { compose, mutate, mutateJson } from './inputs.ts';
import { createDice, type Dice } from './random.ts';

const INPUTS = Number(process.env['LOCKSTEP_FUZZ'] ?? 3_000);
const SEED = Number(process.env['LOCKSTEP_FUZZ_SEED'] ?? 1);
/** Seeds that once found something, and go first. */
const KEPT_SEEDS = [1_001_334, 1_002_764];
const SLOWEST_MS = 2_000;
const bomb = new Uint8Array(gzipSync(new Uint8Array(2_000_000)));
/** How often each answer was given: inputs that all break on the door would show nothing. */
const answers = new Map<string, number>();
const met = (answer: string): 'ok' => {
  answers.set(answer, (answers.get(answer) ?? 0) + 1);
  return 'ok';
};

const methods = [AccountService, ZoneService, MailboxService, BlobService, EventService].flatMap((service) =>
  service.methods.map((method) => ({ path: `/${service.typeName}/${method.name}`, method })),
);

let cloud: Cloud;
let anna: TestDevice;
let bob: TestDevice;
let gone: TestDevice;
let bobsDigest: Uint8Array | undefined;
const log: LogEntry[] = [];
const bobsFiles: TestBlob[] = [];
/** What honest devices sent, by path. */
const corpus = new Map<string, Uint8Array[]>();
const known: Uint8Array[] = [];

const digestOf = async (who: TestDevice) => (await who.zone.openZone({ zone: Zone.MESSAGES })).state?.digest;

beforeAll(async () => {
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open', log: (entry) => log.push(entry) });
  const recorded: Cloud = {
    ...cloud,
    fetch: async (request, peer) => {
      const { pathname } = new URL(request.url);
      const body = new Uint8Array(await request.clone().arrayBuffer());
      corpus.set(pathname, [...(corpus.get(pathname) ?? []), body]);
      return cloud.fetch(request, peer);
    },
  };
  anna = await signUp(recorded, 'anna@example.org');
  bob = await signUp(recorded, 'bob@example.org');
  gone = await addDevice(recorded, anna.person);
  await anna.account.updateKeyring((await removal(anna, gone.keys.deviceId)).request);
  for (const who of [anna, bob]) {
    const operations = Array.from({ length: 20 }, () => {
      const id = random(16);
      known.push(id);
      const epoch = who === anna ? 2 : 1;
      return { op: { case: 'put' as const, value: { id, ct: random(80), epoch, hint: 5 } } };
    });
    await who.zone.push({ zone: Zone.MESSAGES, generation: 1, operations });
    const opened = await who.zone.openZone({ zone: Zone.MESSAGES });
    known.push(opened.token, opened.backfillCursor, who.person.accountId, who.keys.deviceId);
    await who.zone.changes({ zone: Zone.MESSAGES, token: opened.token });
    await who.zone.backfill({ zone: Zone.MESSAGES, cursor: opened.backfillCursor });
    await who.zone.inventory({ zone: Zone.MESSAGES });
    await who.zone.fetch({ zone: Zone.MESSAGES, ids: known.slice(0, 3) });
    await who.zone.undoPurge({ zone: Zone.MESSAGES, generation: 1, purgeId: random(16) });
    const recipients = [{ accountId: bob.person.accountId, epoch: 1, suite: 1, sealedKey: random(80) }];
    await who.mailbox.send({ sendId: random(16), content: random(100), recipients });
    await who.mailbox.receive({ after: 0n, limit: 10 });
    await who.mailbox.acknowledge({ position: 0n });
    await who.account.lookUp({ by: { case: 'handle', value: 'bob@example.org' } });
    await who.account.getKeyring({});
    const files = [makeBlob(random(300_000)), makeBlob(random(50))];
    for (const blob of files) {
      known.push(blob.id);
      await who.blob.putBlob(pieceOf(blob, 0, BLOB_CHUNK));
      await putAll(who, blob);
    }
    const named = naming(files);
    named.op.value.epoch = who === anna ? 2 : 1;
    await push(who, named);
    await who.blob.statBlobs({ blobIds: files.map(({ id }) => id) });
    for (const blob of files) await getAll(who, blob);
    await who.mailbox.send(mail([bob], files));
    await who.blob.dropUpload({ blobId: random(32) });
    if (who === bob) bobsFiles.push(...files);
    await who.account.listSessions({});
  }
  bobsDigest = await digestOf(bob);
});
afterAll(() => cloud.close());

const enveloped = (body: Uint8Array, flags = 0, length = body.length) => {
  const whole = new Uint8Array(5 + body.length);
  whole[0] = flags;
  new DataView(whole.buffer).setUint32(1, length);
  whole.set(body, 5);
  return whole;
};

const oddHeaders: [string, string][] = [
  ['content-encoding', 'gzip'],
  ['content-encoding', 'br, gzip'],
  ['content-encoding', 'identity'],
  ['connect-content-encoding', 'gzip'],
  ['accept-encoding', 'gzip;q=nan, *'],
  ['connect-accept-encoding', 'gzip'],
  ['connect-protocol-version', '2'],
  ['connect-protocol-version', ''],
  ['connect-timeout-ms', '-1'],
  ['connect-timeout-ms', '0'],
  ['connect-timeout-ms', '99999999999999'],
  ['connect-timeout-ms', 'soon'],
  ['content-length', '0'],
  ['content-length', '99999999999'],
  ['content-length', '-1'],
  ['content-length', '1e3'],
  ['content-type', 'application/grpc'],
  ['content-type', 'application/grpc-web+proto'],
  ['content-type', 'application/json; charset=utf-16'],
  ['content-type', 'multipart/form-data; boundary=x'],
  ['transfer-encoding', 'gzip'],
  ['x-forwarded-for', `${'1,'.repeat(2_000)}x`],
  ['origin', 'https://elsewhere.example'],
  ['accept', 'text/html'],
];

const tokenFor = (name: string, dice: Dice): string | undefined => {
  if (name === 'SignOut') return gone.token;
  const text = dice.chance(0.85) ? anna.token : dice.pick([gone.token, '', 'x'.repeat(5_000), undefined]);
  if (text === undefined || dice.chance(0.95)) return text;
  return Buffer.from(mutate(Buffer.from(text), dice))
    .toString('latin1')
    .replace(/[^ -~]/g, '?');
};

type Method = (typeof methods)[number];

const bodyFor = ({ path, method }: Method, dice: Dice, json: boolean): Uint8Array<ArrayBuffer> => {
  // The same sign-up or join again would be a new session, and end the one that the other inputs come with (ACC-2, ACC-8).
  const honest = /SignUpFinish|JoinDevice/.test(path) ? [] : (corpus.get(path) ?? []);
  const streaming = method.methodKind !== 'unary';
  const kind = dice.below(10);
  if (json) {
    const from = honest.length > 0 && kind < 6 ? dice.pick(honest) : compose(method.input, dice, known);
    try {
      return mutateJson(
        toJsonString(method.input, fromBinary(method.input, streaming ? from.subarray(5) : from)),
        dice,
      );
    } catch {
      return mutateJson('{"zone":2,"token":"AAAA","operations":[{"put":{"id":""}}]}', dice);
    }
  }
  if (kind === 0) return dice.bytes(dice.below(200)) as Uint8Array<ArrayBuffer>;
  if (kind < 6 && honest.length > 0) {
    const from = dice.pick(honest);
    return mutate(streaming ? from.subarray(5) : from, dice, 0.85);
  }
  return compose(method.input, dice, known);
};

const requestOf = (seed: number): { what: string; request: Request } => {
  const dice = createDice(seed);
  const target = dice.pick(methods);
  const { path, method } = target;
  const json = dice.chance(0.25);
  const streaming = method.methodKind !== 'unary';
  let body = bodyFor(target, dice, json);
  const headers = new Headers({
    'content-type': `application/${streaming ? 'connect+' : ''}${json ? 'json' : 'proto'}`,
  });
  const token = tokenFor(method.name, dice);
  if (token !== undefined)
    headers.set('authorization', `${dice.chance(0.95) ? 'Bearer' : dice.pick(['bearer', 'Basic'])} ${token}`);
  for (let count = dice.pick([0, 0, 0, 0, 0, 0, 1, 3]); count > 0; count--) {
    const [name, value] = dice.pick(oddHeaders);
    if (name === 'content-encoding' && value === 'gzip' && dice.chance(0.5)) body = bomb;
    headers.set(name, value);
  }
  if (streaming)
    body = dice.chance(0.8)
      ? enveloped(body)
      : enveloped(body, dice.pick([1, 2, 255]), dice.pick([0, 1, 2 ** 32 - 1]));
  const url = dice.chance(0.97)
    ? path
    : `${path}${dice.pick(['/', '%00', '/../../healthz', '?x=%', '#', '//'])}`;
  const request = new Request(ORIGIN + url, {
    method: dice.chance(0.97) ? 'POST' : 'PUT',
    headers,
    body,
  });
  return { what: `seed ${seed}: ${path}`, request };
};

const bounded = new Set([400, 401, 403, 404, 409, 412, 413, 429, 503, 507]);

/** The documented answer, or what is wrong with it. */
const judge = async (response: Response): Promise<string> => {
  if (response.headers.get('content-type')?.startsWith('application/connect+')) {
    const reader = response.body?.getReader();
    const first = await reader?.read();
    await reader?.cancel();
    return first?.value === undefined ? 'an empty stream' : 'ok';
  }
  const body = await response.text();
  if (response.status === 200) return met('200');
  if (!bounded.has(response.status)) return `status ${response.status}`;
  try {
    const { details } = JSON.parse(body) as { details: { value: string }[] };
    const error = fromBinary(LockstepErrorSchema, base64Decode(details[0]?.value ?? ''));
    if (details.length !== 1 || ErrorCode[error.code] === undefined) return `details ${body}`;
    if (error.code === ErrorCode.INTERNAL || error.code === ErrorCode.UNSPECIFIED) return 'internal';
    return met(ErrorCode[error.code] ?? '');
  } catch {
    return `no LockstepError: ${body.slice(0, 200)}`;
  }
};

const runSeed = async (seed: number): Promise<string[]> => {
  const { what, request } = requestOf(seed);
  const faults = log.filter((entry) => entry.event === 'fault').length;
  const started = performance.now();
  const said = await cloud.fetch(request).then(judge, (thrown: unknown) => `threw ${String(thrown)}`);
  const ms = performance.now() - started;
  const wrong = said === 'ok' ? [] : [`${what}: ${said}`];
  const fault = log.filter((entry) => entry.event === 'fault')[faults];
  if (fault !== undefined) wrong.push(`${what}: ${JSON.stringify(fault)}`);
  if (ms > SLOWEST_MS) wrong.push(`${what}: took ${Math.round(ms)} ms`);
  if (seed % 500 === 0) log.length = 0;
  return wrong;
};

test(
  'ERR-12 whatever is sent, the answer is a documented one, and what others keep is untouched',
  async () => {
    const wrong: string[] = [];
    for (const seed of KEPT_SEEDS) wrong.push(...(await runSeed(seed)));
    for (let i = 0; i < INPUTS && wrong.length < 10; i++)
      wrong.push(...(await runSeed(SEED * 1_000_000 + i)));
    expect(wrong).toEqual([]);
    expect(answers.get('200') ?? 0).toBeGreaterThan(INPUTS / 20);
    expect(answers.size).toBeGreaterThan(10);
    expect(cloud.watching()).toBe(0);
    expect(await digestOf(bob)).toEqual(bobsDigest);
    for (const file of bobsFiles) expect(toHex(await getAll(bob, file))).toBe(toHex(file.sealed));
    expect(bobsFiles.length).toBe(2);
    expect((await anna.account.listSessions({})).sessions.length).toBeGreaterThan(0);
  },
  20_000 + INPUTS * 20,
);

test('ERR-12 tokens, cursors, handles and addresses are taken or refused, never stumbled over', () => {
  const dice = createDice(SEED);
  const zone = {
    no: 1,
    kind: 2,
    generation: 1,
    incarnation: 5,
    head: 9,
    digest: new Uint8Array(32),
    records: 0,
    tombstones: 0,
    bytes: 0,
    purge_at_ms: 0,
    purge_id: null,
    purge_device: null,
  };
  const key = dice.bytes(32);
  const text = new TextDecoder();
  for (let i = 0; i < INPUTS * 2; i++) {
    const bytes = dice.chance(0.5)
      ? mutate(dice.pick(known), dice)
      : dice.bytes(dice.pick([0, 1, 24, 40, 68, 300]));
    for (const open of [
      () => openChangeToken(key, bytes, 1, zone),
      () => openCursor(key, bytes, 1, zone),
      () => normaliseHandle(text.decode(bytes)),
      () => normaliseHandle(text.decode(mutate(new TextEncoder().encode('anna.de+vries@example.org'), dice))),
    ]) {
      try {
        open();
      } catch (thrown) {
        if (!(thrown instanceof CloudError)) throw new Error(`input ${i}`, { cause: thrown });
      }
    }
    const address = clientAddress(
      '127.0.0.1',
      text.decode(mutate(new TextEncoder().encode('2001:db8::1, 10.0.0.1'), dice)),
      true,
    );
    expect((address ?? '').length).toBeLessThan(60);
  }
});

test('ERR-3 no compressed body is unpacked, however it is announced', async () => {
  const large = new Uint8Array(gzipSync(new Uint8Array(40_000_000)));
  const before = process.memoryUsage().arrayBuffers;
  for (const { path, method } of methods) {
    const streaming = method.methodKind !== 'unary';
    const headers = {
      'content-type': `application/${streaming ? 'connect+' : ''}proto`,
      authorization: `Bearer ${method.name === 'SignOut' ? gone.token : anna.token}`,
      [streaming ? 'connect-content-encoding' : 'content-encoding']: 'gzip',
    };
    const body = streaming ? enveloped(large, 1) : large;
    const response = await cloud.fetch(new Request(ORIGIN + path, { method: 'POST', headers, body }));
    expect([path, response.status]).toEqual([path, 400]);
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(30_000_000);
});
