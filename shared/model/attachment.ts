/**
 * Attachments: the parts of a message that are files (SPEC BLB-6 to BLB-9). What others wrote is cleaned as it is read: a name is
 * never a path, a type never more than a type, a thumbnail never anything but a small picture. A part that is damaged is
 * counted and costs nothing else of its message.
 */
import { create } from '@bufbuild/protobuf';
import { BLOB_ID_BYTES, BLOB_KEY_BYTES, BLOB_SUITE, LARGEST_FILE } from '../crypto/blobs.ts';
import { equalBytes, utf8 } from '../crypto/bytes.ts';
import {
  AttachmentSchema,
  type Part,
  type Attachment as WireAttachment,
} from '../proto/gen/lockstep/envelope/v1/envelope_pb.js';
import { PayloadError } from './payload.ts';

export type Attachment = {
  blobId: Uint8Array;
  key: Uint8Array;
  /** Another than BLOB_SUITE was written by a newer app: shown, not opened. */
  suite: number;
  /** Of the file, in bytes. */
  size: number;
  /** A file's name, without any folder: `safeName`. */
  name: string;
  mediaType: string;
  /** In pixels; 0: not known. */
  width: number;
  height: number;
  /** 0: not known. */
  durationMs: number;
  /** JPEG, PNG or WebP; of no bytes: none. */
  thumbnail: Uint8Array;
};

export const MOST_ATTACHMENTS = 20;
export const LONGEST_NAME = 255;
export const LARGEST_THUMBNAIL = 8 * 1024;
/** Text and attachments of one message together, so that an edit of the text still fits into its record. */
export const LARGEST_PARTS = 120_000;
const UNKNOWN_TYPE = 'application/octet-stream';
const LARGEST_SIDE = 100_000;
/** Far above what `LARGEST_FILE` is; a newer suite may take larger ones. */
const LARGEST_UNKNOWN = 2 ** 48;

/** Control characters, and those that change a text's direction or cannot be seen. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;
/** What separates folders or means something to a file system. */
const MEANS_MORE = /[/\\:*?"<>|]/g;
const RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;

/**
 * [Note: composed last] What cannot be seen goes before letters and their accents are put together, or two that it had kept apart would be put
 * together when the name is read, which then is not the name that was written.
 */

/** A name under which a file can be kept in any folder of any system: never empty, a path, hidden, or a device's. */
export function safeName(name: string): string {
  let safe = name.replace(UNSEEN, '').normalize('NFC').replace(MEANS_MORE, '_').replace(/\s+/g, ' ').trim();
  safe = endedWell(safe.replace(/^\.+/, (dots) => '_'.repeat(dots.length)));
  if (RESERVED.test(safe)) safe = `_${safe}`;
  return safe === '' ? 'file' : shortened(safe);
}

/** Without dots and spaces at its end. No expression: one that looks for an end begins anew at every dot of 100,000. */
function endedWell(name: string): string {
  let end = name.length;
  while (end > 0 && (name[end - 1] === '.' || name[end - 1] === ' ')) end -= 1;
  return name.slice(0, end);
}

/** The end of a name says what it is, so what is too long is cut before it. Counts UTF-8, which is what file systems limit. */
function shortened(name: string): string {
  if (name.length <= LONGEST_NAME && utf8(name).length <= LONGEST_NAME) return name;
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 && utf8(name.slice(dot)).length <= 32 ? name.slice(dot) : '';
  let left = LONGEST_NAME - utf8(extension).length;
  let kept = '';
  for (const character of name.slice(0, name.length - extension.length)) {
    left -= utf8(character).length;
    if (left < 0) break;
    kept += character;
  }
  return endedWell(kept) + extension;
}

/** `type/subtype` in lower case, or what stands for any bytes. */
export function safeMediaType(type: string): string {
  const plain = (type.split(';')[0] ?? '').trim().toLowerCase();
  return /^[a-z0-9][a-z0-9!#$&^_.+-]{0,63}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/.test(plain)
    ? plain
    : UNKNOWN_TYPE;
}

const begins = (bytes: Uint8Array, at: number, ...expected: number[]): boolean =>
  expected.every((byte, i) => bytes[at + i] === byte);

/** Whether these bytes begin as a JPEG, PNG or WebP does and are not too many. */
export function isThumbnail(bytes: Uint8Array): boolean {
  if (bytes.length < 12 || bytes.length > LARGEST_THUMBNAIL) return false;
  return (
    begins(bytes, 0, 0xff, 0xd8, 0xff) ||
    begins(bytes, 0, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a) ||
    (begins(bytes, 0, 0x52, 0x49, 0x46, 0x46) && begins(bytes, 8, 0x57, 0x45, 0x42, 0x50))
  );
}

/** One attachment as others wrote it, or null when it names no blob that could be opened. */
export function readAttachment(wire: WireAttachment): Attachment | null {
  if (wire.blobId.length !== BLOB_ID_BYTES || wire.key.length !== BLOB_KEY_BYTES || wire.suite === 0)
    return null;
  const size = Number(wire.size);
  if (size > (wire.suite === BLOB_SUITE ? LARGEST_FILE : LARGEST_UNKNOWN)) return null;
  const pictured = wire.width > 0 && wire.height > 0 && Math.max(wire.width, wire.height) <= LARGEST_SIDE;
  return {
    blobId: wire.blobId,
    key: wire.key,
    suite: wire.suite,
    size,
    name: safeName(wire.name),
    mediaType: safeMediaType(wire.mediaType),
    width: pictured ? wire.width : 0,
    height: pictured ? wire.height : 0,
    durationMs: wire.durationMs,
    thumbnail: isThumbnail(wire.thumbnail) ? wire.thumbnail : new Uint8Array(0),
  };
}

/** Throws PayloadError('invalid') for what would not be read as it is written. */
export function writeAttachment(attachment: Attachment): WireAttachment {
  const { size, ...rest } = attachment;
  if (!Number.isSafeInteger(size) || size < 0)
    throw new PayloadError('invalid', `Not a file's size: ${size}.`);
  const wire = create(AttachmentSchema, { ...rest, size: BigInt(size) });
  const read = readAttachment(wire);
  const differs =
    read === null ||
    read.name !== attachment.name ||
    read.mediaType !== attachment.mediaType ||
    read.width !== attachment.width ||
    read.height !== attachment.height ||
    !equalBytes(read.thumbnail, attachment.thumbnail);
  if (differs) throw new PayloadError('invalid', 'An attachment would not be read as it is written.');
  return wire;
}

/** What a message's parts hold. `damaged`: parts that cannot be read; `unknown`: parts of a kind that a newer app wrote. */
export function readParts(parts: readonly Part[]): {
  text: string;
  attachments: Attachment[];
  damaged: number;
  unknown: number;
} {
  const read = { text: '', attachments: [] as Attachment[], damaged: 0, unknown: 0 };
  for (const { part } of parts) {
    if (part.case === 'text') read.text += part.value;
    else if (part.case === undefined) read.unknown += 1;
    else {
      const attachment = read.attachments.length < MOST_ATTACHMENTS ? readAttachment(part.value) : null;
      if (attachment === null) read.damaged += 1;
      else read.attachments.push(attachment);
    }
  }
  return read;
}

/** The blobs that a message uses, each once: what a put of its record and a send of its envelope name. */
export function blobsOf(attachments: readonly Pick<Attachment, 'blobId'>[]): Uint8Array[] {
  const blobs: Uint8Array[] = [];
  for (const { blobId } of attachments)
    if (!blobs.some((other) => equalBytes(other, blobId))) blobs.push(blobId);
  return blobs;
}
