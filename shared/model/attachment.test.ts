import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LARGEST_FILE } from '../crypto/blobs.ts';
import { toHex, utf8 } from '../crypto/bytes.ts';
import { MessageBodySchema, PartSchema } from '../proto/gen/lockstep/envelope/v1/envelope_pb.js';
import {
  type Attachment,
  blobsOf,
  isThumbnail,
  LARGEST_THUMBNAIL,
  MOST_ATTACHMENTS,
  safeMediaType,
  safeName,
} from './attachment.ts';
import {
  decodeMessageBody,
  encodeMessageBody,
  type MessageDraft,
  newMessage,
  readMessage,
} from './message.ts';
import { PayloadError } from './payload.ts';
import { decodePayload, encodePayload } from './payload-codec.ts';

const id = (fill: number) => new Uint8Array(16).fill(fill);
const JPEG = Uint8Array.from({ length: 64 }, (_, i) => [0xff, 0xd8, 0xff][i] ?? i);

const attachment = (change: Partial<Attachment> = {}): Attachment => ({
  blobId: new Uint8Array(32).fill(1),
  key: new Uint8Array(32).fill(2),
  suite: 1,
  size: 12_345,
  name: 'Été à la mer.jpg',
  mediaType: 'image/jpeg',
  width: 4_032,
  height: 3_024,
  durationMs: 0,
  thumbnail: JPEG,
  ...change,
});

const draft = (change: Partial<MessageDraft> = {}): MessageDraft => ({
  guid: id(1),
  conversation: id(2),
  sender: id(3),
  sentMs: 1_700_000_000_000,
  service: 'lockstep',
  text: 'Look',
  replyTo: null,
  ...change,
});

/** The body as somebody else's app might have written it. */
const foreign = (change: (parts: { part: unknown }[]) => void): Uint8Array => {
  const body = fromBinary(MessageBodySchema, encodeMessageBody(draft({ attachments: [attachment()] })));
  change(body.parts as { part: unknown }[]);
  return toBinary(MessageBodySchema, create(MessageBodySchema, body));
};
const written = (change: Record<string, unknown>): Attachment | undefined =>
  decodeMessageBody(foreign((parts) => Object.assign((parts[0]!.part as { value: object }).value, change)))
    .attachments[0];

test('BLB-6 a message with attachments reads as it was written, with and without a text', () => {
  const film = attachment({
    name: 'clip.mp4',
    mediaType: 'video/mp4',
    durationMs: 61_000,
    size: LARGEST_FILE,
  });
  const bare = attachment({ width: 0, height: 0, thumbnail: new Uint8Array(0), size: 0, name: 'notes' });
  for (const text of ['Look', '']) {
    const sent = draft({ text, attachments: [attachment(), film, bare] });
    const payload = decodePayload(encodePayload(newMessage(encodeMessageBody(sent), 5)));
    expect(readMessage(payload)).toMatchObject({ ...sent, damagedParts: 0, unknownParts: 0, acceptedMs: 5 });
  }
});

test('BLB-6 text alone is written as before: its bytes are those of the versions without attachments', () => {
  expect(toHex(encodeMessageBody(draft()))).toBe(BEFORE_ATTACHMENTS);
  expect(toHex(encodeMessageBody(draft({ attachments: [] })))).toBe(toHex(encodeMessageBody(draft())));
});

test('BLB-7 what would not be read as it is written is not written', () => {
  const refused: Partial<Attachment>[] = [
    { name: '../x' },
    { name: '' },
    { mediaType: 'Image/JPEG' },
    { blobId: id(1) },
    { key: id(1) },
    { suite: 0 },
    { size: -1 },
    { size: 0.5 },
    { size: LARGEST_FILE + 1 },
    { width: 5, height: 0 },
    { thumbnail: utf8('<svg onload=alert(1)>') },
    { thumbnail: Uint8Array.from({ length: LARGEST_THUMBNAIL + 1 }, (_, i) => JPEG[i] ?? 0) },
  ];
  for (const change of refused)
    expect(() => encodeMessageBody(draft({ attachments: [attachment(change)] }))).toThrow(PayloadError);
  const many = Array.from({ length: MOST_ATTACHMENTS + 1 }, () => attachment());
  expect(() => encodeMessageBody(draft({ attachments: many }))).toThrow(/at most 20/);
  const large = attachment({
    thumbnail: Uint8Array.from({ length: LARGEST_THUMBNAIL }, (_, i) => JPEG[i] ?? 0),
  });
  expect(() => encodeMessageBody(draft({ attachments: Array(MOST_ATTACHMENTS).fill(large) }))).toThrow(
    /at most 120000 bytes/,
  );
});

test('BLB-7 a damaged part is counted and costs nothing else; what a newer app added is counted apart', () => {
  const body = foreign((parts) => {
    parts.push(structuredClone(parts[0]!));
    Object.assign((parts[0]!.part as { value: object }).value, { key: id(1) });
    parts.push(create(PartSchema));
  });
  expect(decodeMessageBody(body)).toMatchObject({
    text: 'Look',
    attachments: [attachment()],
    damagedParts: 1,
    unknownParts: 1,
  });
  const crowd = foreign((parts) => {
    for (let i = 0; i < 30; i++) parts.push(structuredClone(parts[0]!));
  });
  expect(decodeMessageBody(crowd)).toMatchObject({ text: 'Look', damagedParts: 31 - MOST_ATTACHMENTS });
  expect(decodeMessageBody(crowd).attachments).toHaveLength(MOST_ATTACHMENTS);
});

test('BLB-7 an attachment of a newer suite is read and keeps its suite', () => {
  expect(written({ suite: 9, size: 5n * 1024n ** 3n })).toMatchObject({ suite: 9, size: 5 * 1024 ** 3 });
  expect(written({ size: 5n * 1024n ** 3n })).toBeUndefined();
});

test('BLB-8 a name that others wrote is a file’s name on every system, whatever it was', () => {
  const names: [string, string][] = [
    ['/etc/passwd', '_etc_passwd'],
    ['..\\..\\boot.ini', '___.._boot.ini'],
    ['..', '__'],
    ['', 'file'],
    [' \u0000\n ', 'file'],
    ['.bashrc', '_bashrc'],
    ['CON', '_CON'],
    ['nul.txt', '_nul.txt'],
    ['invoice\u202Efdp.exe', 'invoicefdp.exe'],
    ['a\u200Bb.txt', 'ab.txt'],
    ['trailing. . ', 'trailing'],
    ['a:b*c?.txt', 'a_b_c_.txt'],
    ['Cafe\u0301.pdf', 'Café.pdf'],
    ['ok name (1).tar.gz', 'ok name (1).tar.gz'],
  ];
  for (const [name, safe] of names) expect([name, safeName(name)]).toEqual([name, safe]);
  expect(written({ name: '/etc/passwd' })?.name).toBe('_etc_passwd');
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'binary', maxLength: 400 }), fc.string({ maxLength: 400 })),
      (name) => {
        const safe = safeName(name);
        expect(safe).toMatch(/^[^/\\:*?"<>|\p{Cc}\p{Cf}]+$/u);
        expect(safe).not.toMatch(/^[. ]|[. ]$/);
        expect(utf8(safe).length).toBeLessThanOrEqual(255);
        expect(safeName(safe)).toBe(safe);
      },
    ),
    { numRuns: 500 },
  );
});

test('BLB-8 a name that is too long is cut before its ending, between characters', () => {
  expect(safeName(`${'a'.repeat(300)}.jpeg`)).toBe(`${'a'.repeat(250)}.jpeg`);
  expect(safeName(`${'👋'.repeat(100)}.jpeg`)).toBe(`${'👋'.repeat(62)}.jpeg`);
  expect(safeName(`a.${'b'.repeat(300)}`)).toBe(`a.${'b'.repeat(253)}`);
});

test('BLB-8 a type is a plain type, a thumbnail a small picture, a size in pixels a possible one: else it counts as not given', () => {
  expect(
    [
      'image/PNG',
      'text/html; charset=utf-8',
      'image/svg+xml',
      '',
      'text',
      'a/b/c',
      'text/ht\nml',
      '../x',
    ].map(safeMediaType),
  ).toEqual(['image/png', 'text/html', 'image/svg+xml', ...Array(5).fill('application/octet-stream')]);
  expect(written({ mediaType: 'text/html\r\nX: y' })?.mediaType).toBe('application/octet-stream');
  const webp = Uint8Array.from([...utf8('RIFF'), 1, 2, 3, 4, ...utf8('WEBP')]);
  const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0]);
  expect(
    [JPEG, webp, png, utf8('GIF89a......'), new Uint8Array(0), JPEG.subarray(0, 3)].map(isThumbnail),
  ).toEqual([true, true, true, false, false, false]);
  expect(written({ thumbnail: utf8('<svg/>......') })?.thumbnail).toEqual(new Uint8Array(0));
  expect(written({ width: 4_000_000_000, height: 1 })).toMatchObject({ width: 0, height: 0 });
});

test('BLB-7 whatever bytes come for a message, it is refused or reads with nothing unsafe in it', () => {
  const honest = encodeMessageBody(draft({ attachments: [attachment(), attachment({ name: 'a' })] }));
  const change = fc.record({ at: fc.nat(), byte: fc.nat(255), cut: fc.boolean() });
  let read = 0;
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      let bytes = honest.slice();
      for (const { at, byte, cut } of changes) {
        const place = at % bytes.length;
        if (cut && bytes.length > 50)
          bytes = Uint8Array.from([...bytes.slice(0, place), ...bytes.slice(place + 1)]);
        else bytes[place] = byte;
      }
      let message: ReturnType<typeof decodeMessageBody>;
      try {
        message = decodeMessageBody(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(PayloadError);
        return;
      }
      read += message.attachments.length;
      for (const one of message.attachments) {
        expect([one.blobId.length, one.key.length]).toEqual([32, 32]);
        expect([safeName(one.name), safeMediaType(one.mediaType)]).toEqual([one.name, one.mediaType]);
        expect(one.thumbnail.length === 0 || isThumbnail(one.thumbnail)).toBe(true);
        expect(Number.isSafeInteger(one.size) && one.size >= 0).toBe(true);
        expect((one.width === 0) === (one.height === 0)).toBe(true);
      }
    }),
    { numRuns: 3_000 },
  );
  // About 1,100, whatever chance has chosen.
  expect(read).toBeGreaterThan(500);
});

test('BLB-9 a message’s blobs are named once each', () => {
  const other = attachment({ blobId: new Uint8Array(32).fill(9) });
  expect(blobsOf([attachment(), other, attachment()])).toEqual([attachment().blobId, other.blobId]);
  expect(blobsOf([])).toEqual([]);
});

/** By the version before attachments. */
const BEFORE_ATTACHMENTS =
  '0a10010101010101010101010101010101011210020202020202020202020202020202021a10030303030303030303030303030303032080d095ffbc31280132060a044c6f6f6b';

test('FUZ-6 BLB-8 a name of 100,000 dots or spaces is cleaned at once', () => {
  const began = process.cpuUsage();
  for (const name of [
    `a${'.'.repeat(100_000)}x`,
    `a${'. '.repeat(50_000)}x`,
    `${'.'.repeat(100_000)}`,
    `a${' .'.repeat(50_000)}`,
  ])
    expect(safeName(safeName(name))).toBe(safeName(name));
  // Each of them took more than seven seconds.
  expect(process.cpuUsage(began).user / 1000).toBeLessThan(2_000);
});
