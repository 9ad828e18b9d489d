/** What comes by mail from other accounts: sealed contents, and inside of them signed bodies that say things. */
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { writesOf } from '../../electron/sync/mail/apply.ts';
import { authorize } from '../../electron/sync/mail/authority.ts';
import { readBody } from '../../electron/sync/mail/body.ts';
import { Refused } from '../../electron/sync/mail/refused.ts';
import { Hlc } from '../../shared/clock/hlc.ts';
import { equalBytes, toHex } from '../../shared/crypto/bytes.ts';
import {
  openContent,
  openContentKey,
  sealContent,
  sealContentKey,
  signBody,
  verifyBody,
} from '../../shared/crypto/envelopes.ts';
import { SealError } from '../../shared/crypto/errors.ts';
import { sealKeyPair } from '../../shared/crypto/signing.ts';
import { fastSeal, sodiumReady } from '../../shared/crypto/sodium.ts';
import { encodeConversationCore, groupGuid } from '../../shared/model/conversation.ts';
import { mergePayloads } from '../../shared/model/merge.ts';
import { PayloadError } from '../../shared/model/payload.ts';
import { decodePayload, encodePayload } from '../../shared/model/payload-codec.ts';
import { BodySchema, ReceiptKind } from '../../shared/proto/gen/lockstep/envelope/v1/envelope_pb.js';
import { bounded, check, type Target } from '../target.ts';
import { ANNA, BOB, deviceKeys, direct, fixedRandom, id, messageBody, NOW } from './fixed.ts';
import { readKind } from './records.ts';

type Content = NonNullable<MessageInitShape<typeof BodySchema>['content']>;

/** One body for each thing that can be said; from Bob, to Anna. */
export function bodies(sender = BOB, deviceId = deviceKeys(2).deviceId): Uint8Array[] {
  const core = encodeConversationCore({ guid: direct(), kind: 'direct', members: [ANNA, BOB] });
  const groupCore = encodeConversationCore({
    guid: groupGuid(fixedRandom(5)),
    kind: 'group',
    members: [ANNA, BOB, id(0xc1)],
  });
  const ref = { senderAccountId: sender, guid: id(1) };
  const say = (content: Content, group = false): Uint8Array =>
    toBinary(
      BodySchema,
      create(BodySchema, {
        senderAccountId: sender,
        senderDeviceId: deviceId,
        addressees: [
          { accountId: ANNA, epoch: 1 },
          { accountId: BOB, epoch: 1 },
        ],
        conversation: group ? groupGuid(fixedRandom(5)) : direct(),
        guid: id(1),
        sentMs: BigInt(NOW),
        stamp: BigInt(NOW) << 16n,
        senderHandle: 'bob@example.org',
        senderName: 'Bob',
        conversationCore: group ? groupCore : core,
        conversationName: group ? 'Walking' : '',
        content,
      }),
    );
  return [
    say({ case: 'message', value: messageBody(sender, id(1), 'Good morning', 1) }),
    say({ case: 'edit', value: { message: ref, text: 'Good evening' } }),
    say({ case: 'unsend', value: { message: ref } }),
    say({ case: 'reaction', value: { message: { senderAccountId: ANNA, guid: id(4) }, emoji: '👍' } }),
    say({
      case: 'receipt',
      value: { kind: ReceiptKind.READ, upToAcceptedMs: BigInt(NOW), upToGuid: id(4) },
    }),
    say({ case: 'rename', value: { name: 'Hiking' } }, true),
  ];
}

const refusing = (error: unknown): string | null => (error instanceof Refused ? error.code : null);
const sealing = (error: unknown): string | null => (error instanceof SealError ? error.code : null);

export const envelopes: Target[] = [
  {
    name: 'envelope-content',
    reads: 'An envelope’s content as the cloud gives it, and its content key sealed to the account’s inbox',
    shape: 'bytes',
    inTest: 500,
    async open() {
      await sodiumReady();
      const random = fixedRandom();
      const inbox = sealKeyPair(new Uint8Array(32).fill(9));
      const device = deviceKeys(2);
      const all = await Promise.all(
        bodies().map(async (body) => {
          const { content, contentKey } = sealContent({ body, signature: signBody(body, device), random });
          const address = { content, senderAccountId: BOB, recipientAccountId: ANNA, epoch: 1 };
          const { sealedKey } = await sealContentKey({
            ...address,
            contentKey,
            inboxKey: inbox.publicKey,
            random,
          });
          return { body, content, contentKey, sealedKey };
        }),
      );
      const first = all[0]!;
      const known = new Map(all.map((one) => [toHex(one.content), one]));
      return {
        honest: [...all.map(({ content }) => content), ...all.map(({ sealedKey }) => sealedKey)],
        async run(input) {
          const one = known.get(toHex(input));
          if (input.length === first.sealedKey.length) {
            const address = {
              content: first.content,
              senderAccountId: BOB,
              recipientAccountId: ANNA,
              epoch: 1,
            };
            const key = await openContentKey({
              ...address,
              suite: 1,
              sealedKey: input,
              inboxSecret: inbox.secretKey,
            });
            check(equalBytes(key, first.contentKey), 'another content key came out');
            return 'key opened';
          }
          const { body } = openContent(input, one?.contentKey ?? first.contentKey);
          check(one !== undefined && equalBytes(body, one.body), 'it opened, and is not what was sealed');
          return 'opened';
        },
        foreseen: sealing,
      };
    },
  },
  {
    name: 'envelope-inside',
    reads: 'The padded inside of a content, under the right key: body and signature',
    shape: 'proto',
    inTest: 500,
    async open() {
      await sodiumReady();
      const random = fixedRandom();
      const device = deviceKeys(2);
      const { content: shell, contentKey } = sealContent({
        body: new Uint8Array(1),
        signature: new Uint8Array(64),
        random,
      });
      const ad = new TextEncoder().encode('lockstep/content/v1');
      const inside = bodies().map((body) => {
        const signature = signBody(body, device);
        return Uint8Array.from([10, ...lengthOf(body), ...body, 18, 64, ...signature, 0x80, 0, 0]);
      });
      return {
        honest: inside,
        run(input) {
          const nonce = random(24);
          const content = fastSeal(contentKey, nonce, ad, input, input.length, 57);
          content.set(shell.subarray(0, 33));
          content.set(nonce, 33);
          const { body, signature } = openContent(content, contentKey);
          bounded(body.length + signature.length, input, 1);
          const holds = verifyBody(body, signature, device.signKey.publicKey);
          try {
            readBody(body);
          } catch {
            return 'no body';
          }
          return holds ? 'signed' : 'not signed';
        },
        foreseen: sealing,
      };
    },
  },
  {
    name: 'envelope-body',
    reads: 'A signed body of another person’s device: who may say what, and the records that it writes',
    shape: 'proto',
    inTest: 1_250,
    async open() {
      await sodiumReady();
      const device = deviceKeys(2);
      const honest = bodies();
      const core = encodeConversationCore({ guid: direct(), kind: 'direct', members: [ANNA, BOB] });
      const hlc = new Hlc({ now: () => NOW });
      return {
        honest,
        run(input) {
          const turn = input.length + (input.at(-1) ?? 0);
          if (turn % 32 === 0)
            check(
              verifyBody(input, signBody(input, device), device.signKey.publicKey),
              'a signature does not hold',
            );
          let body: ReturnType<typeof readBody>;
          try {
            body = readBody(input);
          } catch {
            return 'no body';
          }
          // As open-envelope.ts has it by then: the sender and its device are those whose signature held.
          if (!equalBytes(body.senderAccountId, BOB)) throw new Refused('otherSender', '');
          if (!equalBytes(body.senderDeviceId, device.deviceId)) throw new Refused('unknownDevice', '');
          const known = turn % 2 === 0 ? null : core;
          const allowed = authorize(body, ANNA, known);
          hlc.observe(body.stamp);
          const writes = writesOf(body, allowed, NOW, known !== null);
          check(writes.length <= 2, 'one envelope writes more than two records');
          for (const { kind, name, payload } of writes) {
            check(
              name.every((part) => part.length === 16),
              'a record is named by something that is no id',
            );
            const read = decodePayload(encodePayload(payload));
            check(read.kind === kind, 'a record of another kind');
            readKind(read);
            mergePayloads(read, payload);
          }
          return `${allowed.said.kind}${known === null ? ' at first' : ''}`;
        },
        foreseen: (error) =>
          refusing(error) ??
          (error instanceof PayloadError && error.code === 'damaged' ? 'damaged payload' : null),
      };
    },
  },
];

function lengthOf(bytes: Uint8Array): number[] {
  const low = bytes.length & 0x7f;
  return bytes.length < 128 ? [low] : [low | 0x80, bytes.length >> 7];
}
