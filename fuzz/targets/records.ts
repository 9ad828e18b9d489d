/** What lies in a zone: sealed records, what is inside of them, tombstones' proofs. Read by the account's other devices. */
import { equalBytes, toHex } from '../../shared/crypto/bytes.ts';
import { SealError } from '../../shared/crypto/errors.ts';
import {
  openRecord,
  openTombstone,
  type RecordPlace,
  sealRecord,
  sealTombstone,
} from '../../shared/crypto/records.ts';
import { fastSeal, sodiumReady } from '../../shared/crypto/sodium.ts';
import { readConversation, readConversationRegisters } from '../../shared/model/conversation.ts';
import { readDevice } from '../../shared/model/device.ts';
import { mergePayloads } from '../../shared/model/merge.ts';
import { readMessage, readMessageRegisters } from '../../shared/model/message.ts';
import { equalPayloads, type Payload, PayloadError } from '../../shared/model/payload.ts';
import { decodePayload, encodePayload } from '../../shared/model/payload-codec.ts';
import { readReading } from '../../shared/model/reading.ts';
import { readSettings } from '../../shared/model/settings.ts';
import { bounded, check, type Target } from '../target.ts';
import { fixedRandom, id, payloads } from './fixed.ts';

const PLACE: RecordPlace = {
  zoneKey: new Uint8Array(32).fill(5),
  zone: 2,
  generation: 1,
  id: id(1),
  rev: 1,
  epoch: 1,
};

const sealing = (error: unknown): string | null => (error instanceof SealError ? error.code : null);
const reading = (error: unknown): string | null =>
  error instanceof PayloadError ? error.code : sealing(error);

/** As the store reads each kind; a payload is read as whatever it says it is. */
export function readKind(payload: Payload): string {
  if (payload.raw !== undefined) return 'newer schema';
  switch (payload.kind) {
    case 1:
      readMessageRegisters(payload);
      return readMessage(payload) === null ? 'message without core' : 'message';
    case 2:
      readConversationRegisters(payload);
      return readConversation(payload) === null ? 'conversation without core' : 'conversation';
    case 3:
      return readReading(payload) === null ? 'reading without core' : 'reading';
    case 4:
      return readDevice(payload) === null ? 'device without core' : 'device';
    case 5:
      readSettings(payload);
      return 'settings';
    default:
      return 'unknown kind';
  }
}

const same = (a: Payload, b: Payload, says: string): void =>
  check(equalPayloads(a, b) && equalBytes(encodePayload(a), encodePayload(b)), says);

function laws(a: Payload, b: Payload, c: Payload): void {
  same(mergePayloads(a, a), a, 'a with itself is not a');
  const ab = mergePayloads(a, b);
  same(ab, mergePayloads(b, a), 'the order of two changes what they give');
  same(mergePayloads(ab, b), ab, 'merged once more it changes');
  same(
    mergePayloads(ab, c),
    mergePayloads(a, mergePayloads(b, c)),
    'the order of three changes what they give',
  );
}

export const records: Target[] = [
  {
    name: 'record-sealed',
    reads: 'A record as the cloud gives it: suite, schema, nonce, ciphertext',
    shape: 'bytes',
    inTest: 1_000,
    async open() {
      await sodiumReady();
      const random = fixedRandom();
      const plain = payloads().map(encodePayload);
      const opened = new Map(
        plain.map((plaintext) => {
          const ct = sealRecord({ ...PLACE, plaintext, random });
          return [toHex(ct), plaintext] as const;
        }),
      );
      return {
        honest: [...opened.keys()].map((hex) => Uint8Array.from(Buffer.from(hex, 'hex'))),
        run(input) {
          const plaintext = openRecord({ ...PLACE, ct: input });
          const expected = opened.get(toHex(input));
          check(
            expected !== undefined && equalBytes(plaintext, expected),
            'it opened, and is not what was sealed',
          );
          return 'opened';
        },
        foreseen: sealing,
      };
    },
  },
  {
    name: 'record-inside',
    reads:
      'A record’s padded plaintext, sealed under the right key: padding, payload, every kind’s core and values, merging',
    shape: 'proto',
    inTest: 1_250,
    async open() {
      await sodiumReady();
      const random = fixedRandom();
      const others = payloads();
      const ad = new Uint8Array(34);
      return {
        honest: others.map(encodePayload),
        run(input) {
          // One in eight brings its own padding, or none.
          const turn = input.length + (input.at(-1) ?? 0);
          const padded = turn % 8 !== 0;
          let plaintext: Uint8Array;
          if (padded) {
            const ct = sealRecord({ ...PLACE, plaintext: input, random });
            plaintext = openRecord({ ...PLACE, ct });
            check(equalBytes(plaintext, input), 'another plaintext came out');
          } else {
            const view = new DataView(ad.buffer);
            ad.set([1, PLACE.zone]);
            view.setUint32(2, 1);
            ad.set(PLACE.id, 6);
            view.setUint32(22, 1);
            view.setUint32(26, 1);
            view.setUint32(30, 1);
            const nonce = random(24);
            const ct = fastSeal(PLACE.zoneKey, nonce, ad, input, input.length, 26);
            ct.set([1, 1]);
            ct.set(nonce, 2);
            plaintext = openRecord({ ...PLACE, ct });
          }
          const payload = decodePayload(plaintext);
          bounded(payload.registers.length, input, 1);
          const bytes = encodePayload(payload);
          bounded(bytes.length, input, 1);
          same(decodePayload(bytes), payload, 'written and read again it is another');
          const b = others[turn % others.length]!;
          laws(payload, b, others[(turn >> 3) % others.length]!);
          const kind = readKind(payload);
          readKind(mergePayloads(payload, b));
          return kind;
        },
        foreseen: reading,
      };
    },
  },
  {
    name: 'tombstone',
    reads: 'The proof of a tombstone',
    shape: 'bytes',
    inTest: 500,
    async open() {
      await sodiumReady();
      const place = { zoneKey: PLACE.zoneKey, zone: 2, id: id(1), epoch: 1 };
      const honest = [1, 2, 3].map((seed) => sealTombstone({ ...place, random: fixedRandom(seed) }));
      const known = new Set(honest.map(toHex));
      return {
        honest,
        run(input) {
          openTombstone({ ...place, proof: input });
          check(known.has(toHex(input)), 'a proof holds that nobody made');
          return 'proven';
        },
        foreseen: sealing,
      };
    },
  },
];
