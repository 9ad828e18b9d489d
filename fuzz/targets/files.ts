/** Files in messages: what describes them, their names, and their sealed chunks. */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { contentDisposition, isShown } from '../../electron/device/attachments/media-types.ts';
import { rangeOf } from '../../electron/device/attachments/range.ts';
import { blobIdOf, chunkHash, createBlobCipher, LARGEST_FILE } from '../../shared/crypto/blobs.ts';
import { equalBytes, utf8 } from '../../shared/crypto/bytes.ts';
import { SealError } from '../../shared/crypto/errors.ts';
import { deriveKey } from '../../shared/crypto/hash.ts';
import { padmeLength } from '../../shared/crypto/padme.ts';
import { fastSeal, sodiumReady } from '../../shared/crypto/sodium.ts';
import {
  LONGEST_NAME,
  readAttachment,
  readParts,
  safeMediaType,
  safeName,
  writeAttachment,
} from '../../shared/model/attachment.ts';
import {
  AttachmentSchema,
  MessageBodySchema,
} from '../../shared/proto/gen/lockstep/envelope/v1/envelope_pb.js';
import { bounded, check, type Target } from '../target.ts';
import { ANNA, id, messageBody, THUMBNAIL } from './fixed.ts';

const decoder = new TextDecoder();

/** A name that any file system keeps as a file in the folder that one meant. */
export function checkName(name: string): void {
  check(name !== '' && name !== '.' && name !== '..', `not a file’s name: ${JSON.stringify(name)}`);
  check(!/[/\\:*?"<>|\p{Cc}\p{Cs}]/u.test(name), `a name that means more: ${JSON.stringify(name)}`);
  check(
    !name.startsWith('.') && !/[. ]$/.test(name),
    `hidden, or ends as no name does: ${JSON.stringify(name)}`,
  );
  check(utf8(name).length <= LONGEST_NAME, 'a name that is too long');
  check(safeName(name) === name, `cleaned again it is another: ${JSON.stringify(name)}`);
}

export const files: Target[] = [
  {
    name: 'attachment',
    reads: 'The parts of a message: texts, and what describes a file',
    shape: 'proto',
    inTest: 1_000,
    async open() {
      await sodiumReady();
      const attachment = (suite: number) =>
        toBinary(
          AttachmentSchema,
          create(AttachmentSchema, {
            blobId: new Uint8Array(32).fill(1),
            key: new Uint8Array(32).fill(2),
            suite,
            size: 70_000n,
            name: 'Holiday.jpg',
            mediaType: 'image/jpeg',
            width: 640,
            height: 480,
            durationMs: 1,
            thumbnail: THUMBNAIL,
          }),
        );
      return {
        honest: [messageBody(ANNA, id(1), 'With files', 3), attachment(1), attachment(2)],
        run(input) {
          let led = 'none';
          const look = (one: NonNullable<ReturnType<typeof readAttachment>>) => {
            checkName(one.name);
            check(Number.isSafeInteger(one.size) && one.size >= 0, 'not a size');
            check(one.suite !== 1 || one.size <= LARGEST_FILE, 'a file that is too large');
            check(one.thumbnail.length <= 8_192, 'a thumbnail that is too large');
            check(safeMediaType(one.mediaType) === one.mediaType, 'a type that changes');
            const read = readAttachment(writeAttachment(one));
            check(read !== null && read.name === one.name, 'written and read again it is another');
            const header = contentDisposition(one.name, isShown(one.mediaType));
            new Headers({ 'content-disposition': header, 'content-type': one.mediaType });
            if (one.suite === 1) createBlobCipher(one);
          };
          try {
            const one = readAttachment(fromBinary(AttachmentSchema, input));
            if (one !== null) {
              look(one);
              led = 'attachment';
            }
          } catch (error) {
            if (error instanceof Error && error.name === 'Wrong') throw error;
            if (!isProtobuf(error)) throw error;
          }
          try {
            const body = fromBinary(MessageBodySchema, input);
            const parts = readParts(body.parts);
            bounded(parts.text.length, input, 1);
            check(parts.attachments.length <= 20, 'more than twenty attachments');
            parts.attachments.forEach(look);
            led =
              parts.attachments.length > 0
                ? 'parts with files'
                : parts.damaged > 0
                  ? 'damaged parts'
                  : 'parts';
          } catch (error) {
            if (!isProtobuf(error)) throw error;
          }
          return led;
        },
        foreseen: () => null,
      };
    },
  },
  {
    name: 'file-name',
    reads: 'A file’s name and type as somebody else wrote them, and the header of HTTP that they become',
    shape: 'text',
    inTest: 1_000,
    async open() {
      return {
        honest: [
          'Holiday.jpg',
          'Report (final) v2.pdf',
          'image/png',
          'text/plain; charset=utf-8',
          '.profile',
          'a/b\\c:d',
          'con.txt',
          `${'x'.repeat(300)}.jpeg`,
          'Ünïcödé 東京 👩‍👩‍👧.txt',
        ].map((text) => utf8(text)),
        run(input) {
          const text = decoder.decode(input);
          const name = safeName(text);
          checkName(name);
          const type = safeMediaType(text);
          check(/^[^\s/]+\/[^\s/]+$/.test(type), `not a type: ${type}`);
          const header = contentDisposition(name, false);
          new Headers({ 'content-disposition': header });
          check(/^attachment; filename="[^"\\]*"; filename\*=UTF-8''[\w!#$&+.^`|~%-]*$/.test(header), header);
          return type === 'application/octet-stream' ? 'a name' : 'a type';
        },
        foreseen: () => null,
      };
    },
  },
  {
    name: 'range',
    reads: 'The Range header with which a window asks for a part of a file',
    shape: 'text',
    inTest: 750,
    async open() {
      return {
        honest: [
          'bytes=0-',
          'bytes=0-0',
          'bytes=-500',
          'bytes=9500-',
          'bytes=500-999',
          'bytes=0-0,-1',
          'BYTES = 1-2',
          'bytes=99999999999999999999-',
        ].map((text) => utf8(text)),
        run(input) {
          const text = decoder.decode(input);
          for (const size of [0, 1, 10_000, LARGEST_FILE]) {
            const range = rangeOf(text, size);
            if (range === null || range === 'none') continue;
            const { from, to } = range;
            check(
              Number.isSafeInteger(from) && Number.isSafeInteger(to) && from >= 0 && from < to && to <= size,
              `${from} to ${to} of ${size}`,
            );
          }
          const range = rangeOf(text, 10_000);
          return range === null ? 'whole' : range === 'none' ? 'none' : 'range';
        },
        foreseen: () => null,
      };
    },
  },
  {
    name: 'blob-chunk',
    reads: 'Sealed chunks of a file as the cloud gives them, whole or sealed again with another padding',
    shape: 'bytes',
    inTest: 500,
    async open() {
      await sodiumReady();
      const key = new Uint8Array(32).fill(8);
      const size = 1_000;
      const cipher = createBlobCipher({ key, size });
      const piece = Uint8Array.from({ length: size }, (_, i) => (i * 7) & 255);
      const sealed = cipher.seal(0, piece);
      const sealKey = deriveKey(key, 'lockstep/blob-key/v1');
      const padded = padmeLength(size);
      const ad = Uint8Array.from([
        1,
        0,
        0,
        0,
        0,
        0,
        0,
        size >> 8,
        size & 255,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        1,
        1,
        ...utf8('blob'),
      ]);
      const filled = new Uint8Array(padded);
      filled.set(piece);
      return {
        honest: [sealed, filled],
        run(input) {
          let chunk = input;
          if (input.length === padded) {
            const nonce = new Uint8Array(24).fill(input[0] ?? 0);
            chunk = fastSeal(sealKey, nonce, ad, input, padded, 24);
            chunk.set(nonce);
          }
          const opened = cipher.open(0, chunk);
          check(opened.length === size, 'another length came out');
          if (chunk === input) check(equalBytes(opened, piece), 'it opened, and is not what was sealed');
          check(blobIdOf(chunk.length, [chunkHash(chunk)]).length === 32, 'no id');
          return chunk === input ? 'opened' : 'opened inside';
        },
        foreseen: (error) => (error instanceof SealError ? error.code : null),
      };
    },
  },
];

/** protobuf-es throws plain errors of its own for what is no message. */
function isProtobuf(error: unknown): boolean {
  return (
    error instanceof Error && (error.stack ?? '').includes('@bufbuild/protobuf') && !(error.name === 'Wrong')
  );
}
