/**
 * What else a device reads from a cloud: mail, keyrings, other people's keys and blobs, through the steps that ask for them; the poke stream;
 * and the details of errors. The device is a real one, that signed up at a real cloud before another one answers.
 */
import { type create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { ConnectError } from '@connectrpc/connect';
import { createCloud } from '../../cloud/app.ts';
import { needBlob } from '../../electron/store/blobs.ts';
import { getIdentity } from '../../electron/store/identity.ts';
import { getKeyring } from '../../electron/store/keyring.ts';
import { setMailCursor } from '../../electron/store/mail.ts';
import { cloudFailure } from '../../electron/sync/account/cloud-failure.ts';
import { downloadStep } from '../../electron/sync/blobs/download-step.ts';
import { toFailure } from '../../electron/sync/failure.ts';
import { refreshKeyring } from '../../electron/sync/keyring/own.ts';
import { lookUp } from '../../electron/sync/keyring/people.ts';
import { receiveStep } from '../../electron/sync/mail/receive-step.ts';
import { boundedAnswers } from '../../electron/sync/network/bounded-answers.ts';
import { createCloudClient } from '../../electron/sync/network/cloud-client.ts';
import { lockstepError } from '../../electron/sync/network/errors.ts';
import { whyNoAnswer } from '../../electron/sync/network/no-answer.ts';
import { openPokeStream } from '../../electron/sync/network/poke-stream.ts';
import { failureOf } from '../../electron/sync/run/failure-kind.ts';
import { closeDevices, mailDevice } from '../../electron/sync/testing/mail-device.ts';
import { copyBytes, utf8 } from '../../shared/crypto/bytes.ts';
import type { DeviceKeys } from '../../shared/crypto/device-log.ts';
import { sealContent, sealContentKey, signBody } from '../../shared/crypto/envelopes.ts';
import { sodiumReady } from '../../shared/crypto/sodium.ts';
import { encodeConversationCore } from '../../shared/model/conversation.ts';
import { framed, LAST_FRAME } from '../../shared/proto/frames.ts';
import {
  GetKeyringResponseSchema,
  LookUpResponseSchema,
} from '../../shared/proto/gen/lockstep/cloud/v1/accounts_pb.js';
import {
  GetBlobResponseSchema,
  StatBlobsResponseSchema,
} from '../../shared/proto/gen/lockstep/cloud/v1/blobs_pb.js';
import { ErrorCode, LockstepErrorSchema } from '../../shared/proto/gen/lockstep/cloud/v1/errors_pb.js';
import { WatchResponseSchema } from '../../shared/proto/gen/lockstep/cloud/v1/events_pb.js';
import { EpochStatementSchema } from '../../shared/proto/gen/lockstep/cloud/v1/keys_pb.js';
import {
  AcknowledgeResponseSchema,
  ReceiveResponseSchema,
} from '../../shared/proto/gen/lockstep/cloud/v1/mailboxes_pb.js';
import { Zone } from '../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { BodySchema } from '../../shared/proto/gen/lockstep/envelope/v1/envelope_pb.js';
import { check, type Target } from '../target.ts';
import { answering, answers, answersIn, failing, made } from './device.ts';
import { bodies } from './envelopes.ts';
import { fixedRandom, id, NOW } from './fixed.ts';

const CALLS = ['', 'Receive', 'GetKeyring', 'LookUp', 'GetBlob', 'StatBlobs', 'Acknowledge'];
/** An envelope of this suite has a body as its content: signed, sealed and addressed before it is given. */
const TO_BE_SEALED = 77;
/** So many inputs of one device, then another: its mailbox only grows. */
const DEVICE_FOR = 5_000;

async function twoPeople() {
  const cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  const anna = mailDevice(cloud);
  const bob = mailDevice(cloud);
  await anna.signUp('anna@example.org');
  await bob.signUp('bob@example.org');
  const conversation = await anna.start('bob@example.org');
  await bob.start('anna@example.org');
  const annas = getIdentity(anna.store)!;
  const bobs = getIdentity(bob.store)!;
  const keyring = await anna.ctx.cloud.accounts.getKeyring({});
  const other = await anna.ctx.cloud.accounts.lookUp({ by: { case: 'accountId', value: bobs.accountId } });
  cloud.close();
  anna.store.db.pragma('synchronous = OFF');
  const blobId = new Uint8Array(32).fill(3);
  anna.store.write(() => needBlob(anna.store, { blobId, size: 1_000, suite: 1 }, 5));
  return { anna, annas, bobs, conversation, keyring, other, blobId };
}

export const cloudAnswers: Target[] = [
  {
    name: 'device-mail',
    reads:
      'The cloud’s answers about mail, keyrings and blobs: pages of envelopes (signed and sealed), look-ups, pieces of files',
    shape: 'proto',
    inTest: 200,
    async open() {
      await sodiumReady();
      let now = await twoPeople();
      let ran = 0;
      const honest = (): Uint8Array[] => {
        const { annas, bobs, keyring, other, blobId } = now;
        const conversationCore = encodeConversationCore({
          guid: copyBytes(Buffer.from(now.conversation, 'hex')),
          kind: 'direct',
          members: [annas.accountId, bobs.accountId],
        });
        const envelopes = bodies(bobs.accountId, bobs.deviceId).map((bytes, index) => {
          const body = fromBinary(BodySchema, bytes);
          body.conversation = copyBytes(Buffer.from(now.conversation, 'hex'));
          body.conversationCore = conversationCore;
          body.addressees = [
            { $typeName: 'lockstep.envelope.v1.Addressee', accountId: annas.accountId, epoch: 1 },
          ];
          return {
            position: BigInt(index + 1),
            acceptedMs: BigInt(NOW),
            senderAccountId: bobs.accountId,
            sendId: id(index),
            content: toBinary(BodySchema, body),
            epoch: 1,
            suite: TO_BE_SEALED,
            sealedKey: new Uint8Array(0),
          };
        });
        const page = (from: number, to: number) =>
          made(ReceiveResponseSchema, { envelopes: envelopes.slice(from, to), head: 6n });
        return [
          answers([1, page(0, 3)]),
          answers([1, page(3, 6)], [6, made(AcknowledgeResponseSchema, {})]),
          answers([2, toBinary(GetKeyringResponseSchema, keyring)]),
          answers([3, toBinary(LookUpResponseSchema, other)]),
          answers(
            [1, page(0, 1)],
            [3, toBinary(LookUpResponseSchema, other)],
            [2, toBinary(GetKeyringResponseSchema, keyring)],
          ),
          answers([4, made(GetBlobResponseSchema, { bytes: new Uint8Array(1_104), size: 1_104n })]),
          answers([5, made(StatBlobsResponseSchema, { states: [{ blobId, received: 5n, size: 1_104n }] })]),
        ];
      };
      const seal = async (bytes: Uint8Array): Promise<Uint8Array> => {
        let page: ReturnType<typeof fromBinary<typeof ReceiveResponseSchema>>;
        try {
          page = fromBinary(ReceiveResponseSchema, bytes);
        } catch {
          return bytes;
        }
        const { annas, bobs } = now;
        const device: DeviceKeys = { deviceId: bobs.deviceId, signKey: bobs.signKey, sealKey: bobs.sealKey };
        const inboxKey = inboxOf(now);
        const random = fixedRandom(bytes.length);
        page.envelopes.splice(20);
        for (const envelope of page.envelopes) {
          if (envelope.suite !== TO_BE_SEALED || envelope.senderAccountId.length !== 16) continue;
          const body = envelope.content;
          const { content, contentKey } = sealContent({ body, signature: signBody(body, device), random });
          const { suite, sealedKey } = await sealContentKey({
            content,
            senderAccountId: envelope.senderAccountId,
            recipientAccountId: annas.accountId,
            epoch: envelope.epoch,
            contentKey,
            inboxKey,
            random,
          });
          Object.assign(envelope, { content, suite, sealedKey });
        }
        return toBinary(ReceiveResponseSchema, page);
      };
      const first = honest();
      return {
        honest: first,
        async run(input) {
          if (++ran % DEVICE_FOR === 0) {
            closeDevices();
            now = await twoPeople();
          }
          const { anna, bobs } = now;
          const queues = new Map<string, Uint8Array[]>();
          anna.wire.fetch = answering(queues);
          setMailCursor(anna.store, { stored: 0, acknowledged: 0 }, true);
          const given = answersIn(input, 4);
          for (const { call, bytes } of given) {
            const name = CALLS[call];
            if (name === undefined || name === '') continue;
            queues.set(name, [...(queues.get(name) ?? []), call === 1 ? await seal(bytes) : bytes]);
          }
          let led = 'nothing';
          for (const { call } of given) {
            if (call === 1) led = (await receiveStep(anna.ctx)).waits ? 'received, waits' : 'received';
            else if (call === 2) {
              await refreshKeyring(anna.ctx);
              led = 'keyring';
            } else if (call === 3) {
              await lookUp(anna.ctx, { accountId: bobs.accountId });
              led = 'looked up';
            } else if (call === 4) {
              anna.store.run(
                'UPDATE blob SET failure = NULL, not_before_ms = 0, here = 0, got = 0, attempts = 0',
              );
              await downloadStep({ ...anna.ctx, ...zoneParts }, 'alone' as never);
              led = 'downloaded';
            }
          }
          check(getKeyring(anna.store).log.length >= 2, 'the keyring is gone');
          return led;
        },
        foreseen: failing,
        close: () => closeDevices(),
      };
    },
  },
  {
    name: 'poke-stream',
    reads: 'The frames of the poke stream',
    shape: 'bytes',
    inTest: 250,
    async open() {
      const poke = (value: Parameters<typeof create<typeof WatchResponseSchema>>[1]) =>
        framed(0, made(WatchResponseSchema, value));
      const end = framed(LAST_FRAME, utf8('{}'));
      const pokes = [
        poke({ poke: { case: 'zone', value: { zone: 2, generation: 1, head: 5n, purgeAtMs: 0n } } }),
        poke({ poke: { case: 'beat', value: { timeMs: BigInt(NOW) } } }),
        poke({ poke: { case: 'mailbox', value: { head: 5n } } }),
      ];
      return {
        honest: [
          Buffer.concat([...pokes, end]),
          Buffer.concat([
            pokes[0]!,
            framed(LAST_FRAME, utf8('{"error":{"code":"unavailable","details":[]}}')),
          ]),
          pokes[1]!,
        ].map((bytes) => copyBytes(bytes)),
        run(input) {
          // In two pieces, as a network cuts it.
          const at = input.length === 0 ? 0 : (input[0]! * 7) % input.length;
          const body = new ReadableStream({
            start(controller) {
              for (const piece of [input.subarray(0, at), input.subarray(at)])
                if (piece.length > 0) controller.enqueue(piece);
              controller.close();
            },
          });
          const cloud = createCloudClient({
            fetch: boundedAnswers(
              async () => new Response(body, { headers: { 'content-type': 'application/connect+proto' } }),
            ),
            url: 'http://cloud.example',
            token: 'token',
          });
          let came = 0;
          return new Promise<string>((resolve, reject) => {
            openPokeStream({
              cloud,
              carry: [Zone.MESSAGES],
              timers: { after: () => () => {}, elapsed: () => 0, breathe: async () => {} },
              onPoke: () => {
                came += 1;
              },
              onClosed: (error) => {
                if (error === null || error instanceof ConnectError) {
                  failureOf(error);
                  resolve(`${Math.min(came, 4)} pokes, ${error === null ? 'ended' : 'broken'}`);
                } else reject(error);
              },
            });
          });
        },
        foreseen: () => null,
      };
    },
  },
  {
    name: 'error-details',
    reads: 'A refusal, as a cloud or whatever stands in between gives it',
    shape: 'json',
    inTest: 400,
    async open() {
      const value = Buffer.from(
        made(LockstepErrorSchema, {
          code: ErrorCode.RATE_LIMITED,
          message: 'Wait.',
          retryAfterMs: 5_000,
          cloudTimeMs: BigInt(NOW),
        }),
      ).toString('base64');
      const details = `"details":[{"type":"lockstep.cloud.v1.LockstepError","value":"${value}"}]`;
      return {
        honest: [
          `{"code":"resource_exhausted","message":"Wait.",${details}}`,
          '{"code":"unavailable"}',
          `{"code":"not_found",${details.replace('LockstepError', 'Other')}}`,
          '<html>Sign in to the network</html>',
        ].map((text) => utf8(text)),
        async run(input) {
          const status = [400, 401, 404, 429, 500, 502, 503, 200, 302, 413][input.length % 10]!;
          const type = ['application/json', 'text/html', 'application/proto', 'application/json; charset=x'][
            (input[0] ?? 0) % 4
          ]!;
          const cloud = createCloudClient({
            fetch: async () =>
              new Response(input as Uint8Array<ArrayBuffer>, {
                status,
                headers: {
                  'content-type': input[0] === 0x7b ? 'application/json' : type,
                  'retry-after': String(input[1] ?? ''),
                },
              }),
            url: 'http://cloud.example',
            token: null,
          });
          const error = await cloud.accounts.getCloudInfo({}).then(
            () => null,
            (thrown: unknown) => thrown,
          );
          if (error === null) return 'answered';
          if (!(error instanceof ConnectError)) throw error;
          const { kind, retryAfterMs } = failureOf(error);
          check(Number.isFinite(retryAfterMs) && retryAfterMs >= 0, `wait ${retryAfterMs} ms`);
          toFailure(cloudFailure(error));
          return lockstepError(error) === null ? whyNoAnswer(error) : kind;
        },
        foreseen: () => null,
      };
    },
  },
];

const zoneParts = {
  timers: { after: () => () => {}, elapsed: () => 0, breathe: async () => {} },
  ahead: new Map(),
  carried: new Map(),
  askedKeysFor: new Set<string>(),
};

/** Anna's inbox key, out of her own statement. */
function inboxOf({ keyring }: Awaited<ReturnType<typeof twoPeople>>): Uint8Array {
  const newest = keyring.keyring?.epochs.at(-1);
  return newest === undefined ? new Uint8Array(32) : fromBinary(EpochStatementSchema, newest.body).inboxKey;
}
