/**
 * Everything that the cloud reads from others. Requests to every call, fed with what nobody honest sends: whatever comes, the answer is one of
 * SPEC's, the cloud has no fault of its own in its log, and what others keep there is as it was. And by themselves the small things in
 * them: tokens, cursors, handles, addresses. An input of `cloud-calls` is the seed that its request is made from.
 */
import { createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { fromBinary, toJsonString } from '@bufbuild/protobuf';
import { base64Decode } from '@bufbuild/protobuf/wire';
import { normaliseHandle } from '../../cloud/accounts/handle.ts';
import { type Cloud, createCloud } from '../../cloud/app.ts';
import { clientAddress } from '../../cloud/http/address.ts';
import { CloudError } from '../../cloud/http/errors.ts';
import type { LogEntry } from '../../cloud/http/log.ts';
import {
  getAll,
  mail,
  makeBlob,
  naming,
  pieceOf,
  push,
  putAll,
  type TestBlob,
} from '../../cloud/testing/blobs.ts';
import { ORIGIN } from '../../cloud/testing/clients.ts';
import { addDevice, random, removal, signUp, type TestDevice } from '../../cloud/testing/person.ts';
import { openChangeToken, openCursor, sealChangeToken, sealCursor } from '../../cloud/zones/tokens.ts';
import { BLOB_CHUNK } from '../../shared/crypto/blobs.ts';
import { toHex } from '../../shared/crypto/bytes.ts';
import { AccountService } from '../../shared/proto/gen/lockstep/cloud/v1/accounts_pb.js';
import { BlobService } from '../../shared/proto/gen/lockstep/cloud/v1/blobs_pb.js';
import {
  ErrorCode,
  type LockstepError,
  LockstepErrorSchema,
} from '../../shared/proto/gen/lockstep/cloud/v1/errors_pb.js';
import { EventService } from '../../shared/proto/gen/lockstep/cloud/v1/events_pb.js';
import { MailboxService } from '../../shared/proto/gen/lockstep/cloud/v1/mailboxes_pb.js';
import { Zone, ZoneService } from '../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { createDice, type Dice } from '../../shared/testing/dice.ts';
import { compose, mutate, mutateJson } from '../cloud-inputs.ts';

import { check, type Target, Wrong } from '../target.ts';

const bomb = new Uint8Array(gzipSync(new Uint8Array(2_000_000)));
const methods = [AccountService, ZoneService, MailboxService, BlobService, EventService].flatMap((service) =>
  service.methods.map((method) => ({ path: `/${service.typeName}/${method.name}`, method })),
);

type Method = (typeof methods)[number];

const digestOf = async (who: TestDevice) => (await who.zone.openZone({ zone: Zone.MESSAGES })).state?.digest;

export const enveloped = (body: Uint8Array, flags = 0, length = body.length) => {
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

const bounded = new Set([400, 401, 403, 404, 409, 412, 413, 429, 503, 507]);

/** The documented answer. */
const judge = async (response: Response): Promise<string> => {
  if (response.headers.get('content-type')?.startsWith('application/connect+')) {
    const reader = response.body?.getReader();
    const first = await reader?.read();
    await reader?.cancel();
    check(first?.value !== undefined, 'an empty stream');
    return 'a stream';
  }
  const body = await response.text();
  if (response.status === 200) return '200';
  check(bounded.has(response.status), `status ${response.status}`);
  let error: LockstepError;
  let count: number;
  try {
    const { details } = JSON.parse(body) as { details: { value: string }[] };
    error = fromBinary(LockstepErrorSchema, base64Decode(details[0]?.value ?? ''));
    count = details.length;
  } catch {
    throw new Wrong(`no LockstepError: ${body.slice(0, 200)}`);
  }
  check(count === 1 && ErrorCode[error.code] !== undefined, `details ${body}`);
  check(error.code !== ErrorCode.INTERNAL && error.code !== ErrorCode.UNSPECIFIED, 'internal');
  return ErrorCode[error.code] ?? '';
};

/** A cloud with two accounts on it, and what makes requests and looks after them. */
export async function openCalls() {
  const log: LogEntry[] = [];
  const bobsFiles: TestBlob[] = [];
  /** What honest devices sent, by path. */
  const corpus = new Map<string, Uint8Array[]>();
  const known: Uint8Array[] = [];

  const cloud = await createCloud({
    dataDir: ':memory:',
    registration: 'open',
    log: (entry) => log.push(entry),
  });
  const recorded: Cloud = {
    ...cloud,
    fetch: async (request, peer) => {
      const { pathname } = new URL(request.url);
      const body = new Uint8Array(await request.clone().arrayBuffer());
      corpus.set(pathname, [...(corpus.get(pathname) ?? []), body]);
      return cloud.fetch(request, peer);
    },
  };
  const anna = await signUp(recorded, 'anna@example.org');
  const bob = await signUp(recorded, 'bob@example.org');
  const gone = await addDevice(recorded, anna.person);
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
  const bobsDigest = await digestOf(bob);

  const tokenFor = (name: string, dice: Dice): string | undefined => {
    if (name === 'SignOut') return gone.token;
    const text = dice.chance(0.85) ? anna.token : dice.pick([gone.token, '', 'x'.repeat(5_000), undefined]);
    if (text === undefined || dice.chance(0.95)) return text;
    return Buffer.from(mutate(Buffer.from(text), dice))
      .toString('latin1')
      .replace(/[^ -~]/g, '?');
  };

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

  const requestOf = (seed: number): Request => {
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
      headers.set(
        'authorization',
        `${dice.chance(0.95) ? 'Bearer' : dice.pick(['bearer', 'Basic'])} ${token}`,
      );
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
    return request;
  };

  /** What the request of a seed led to. Throws `Wrong`. */
  const runSeed = async (seed: number): Promise<string> => {
    log.length = 0;
    const answer = await judge(await cloud.fetch(requestOf(seed)));
    const fault = log.find((entry) => entry.event === 'fault');
    check(fault === undefined, `a fault: ${JSON.stringify(fault)}`);
    return answer;
  };

  /** After however many requests of Anna's. Throws `Wrong`. */
  const untouched = async (): Promise<void> => {
    check(cloud.watching() === 0, 'a stream is still open');
    check(
      toHex((await digestOf(bob)) ?? new Uint8Array(0)) === toHex(bobsDigest ?? new Uint8Array(1)),
      'another’s zone is another',
    );
    check(bobsFiles.length === 2, 'no files');
    for (const file of bobsFiles)
      check(toHex(await getAll(bob, file)) === toHex(file.sealed), 'another’s file is another');
    check((await anna.account.listSessions({})).sessions.length > 0, 'no session');
  };

  return { cloud, anna, gone, methods, known, runSeed, untouched };
}

/** The request that the seed makes. */
const seedOf = (input: Uint8Array): number => new DataView(input.buffer, input.byteOffset, 4).getUint32(0);

export function seedBytes(seed: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, seed);
  return bytes;
}

const TOKEN_KEY = new Uint8Array(32).fill(7);
const ZONE_ROW = {
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

const decoder = new TextDecoder();
const refusing = (error: unknown): string | null =>
  error instanceof CloudError ? (ErrorCode[error.code] ?? null) : null;

export const cloudTargets: Target[] = [
  {
    name: 'cloud-tokens',
    reads: 'Change tokens and cursors, as they are and under a tag that holds',
    shape: 'bytes',
    inTest: 500,
    async open() {
      const walk = { head: 9, left: 5, rank: 20_000, id: new Uint8Array(16).fill(3) };
      return {
        honest: [sealChangeToken(TOKEN_KEY, 1, ZONE_ROW, 5), sealCursor(TOKEN_KEY, 1, ZONE_ROW, walk)],
        run(input) {
          let token = input;
          if (input.length % 3 === 1 && input.length > 16) {
            const body = input.subarray(0, input.length - 16);
            const tag = createHmac('sha256', TOKEN_KEY).update('zone token').update(body).digest();
            token = new Uint8Array(Buffer.concat([body, tag.subarray(0, 16)]));
          }
          if ((input[0] ?? 0) % 2 === 1) {
            const seq = openChangeToken(TOKEN_KEY, token, 1, ZONE_ROW);
            check(Number.isSafeInteger(seq) && seq >= 0 && seq <= 9, `seq ${seq}`);
            return 'a token';
          }
          const { head, left, rank, id } = openCursor(TOKEN_KEY, token, 1, ZONE_ROW);
          check(
            [head, left, rank + 1].every((n) => Number.isSafeInteger(n) && n >= 0) && id.length === 16,
            'no place',
          );
          return 'a cursor';
        },
        foreseen: refusing,
      };
    },
  },
  {
    name: 'cloud-names',
    reads: 'Handles, and the addresses that a proxy reports',
    shape: 'text',
    inTest: 500,
    async open() {
      return {
        honest: [
          'anna.de+vries@example.org',
          '+31 20 123 45 67',
          '2001:db8::1, 10.0.0.1',
          'Ünïcödé@example.org',
        ].map((text) => new TextEncoder().encode(text)),
        also: ['@'.repeat(90_000), '1,'.repeat(45_000), '+'.repeat(90_000), 'a.'.repeat(45_000)].map((text) =>
          new TextEncoder().encode(text),
        ),
        run(input) {
          const text = decoder.decode(input);
          const address = clientAddress('127.0.0.1', text, true);
          check((address ?? '').length < 60, 'a long address');
          const handle = normaliseHandle(text);
          check(normaliseHandle(handle) === handle, 'a handle that changes');
          return 'a handle';
        },
        foreseen: refusing,
      };
    },
  },
  {
    name: 'cloud-calls',
    reads: 'Requests to every call of the cloud: paths, headers, bodies in protobuf and JSON',
    shape: 'bytes',
    inTest: 750,
    async open() {
      const calls = await openCalls();
      return {
        honest: [],
        make: seedBytes,
        async run(input) {
          const seed = seedOf(input);
          const answer = await calls.runSeed(seed);
          if (seed % 10_000 === 9_999) await calls.untouched();
          return answer;
        },
        foreseen: () => null,
        async close() {
          await calls.untouched();
          calls.cloud.close();
        },
      };
    },
  },
];
