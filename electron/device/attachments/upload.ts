/**
 * `POST /attachments`: the window gives its own device a file (SPEC ATT-2, ATT-3). The body is the thumbnail, if there is one, and then the
 * file; the query says what it is: conversation, name, type, size, thumbnail (bytes), width, height, duration. It is sealed as it comes and
 * never in the clear on the disk; the answer, 201 with the draft's id, comes once it is whole, on the disk and in the database.
 * (Who writes which files: store/blob-files.ts.)
 */
import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import {
  BLOB_PIECE,
  blobIdOf,
  chunkHash,
  createBlobCipher,
  LARGEST_FILE,
  newBlobKey,
  sealedBlobLength,
} from '../../../shared/crypto/blobs.ts';
import { systemRandom } from '../../../shared/crypto/random.ts';
import { isThumbnail, LARGEST_THUMBNAIL, safeMediaType, safeName } from '../../../shared/model/attachment.ts';
import { Failure, failureOf } from '../../api/failure.ts';
import { attachmentsFolder, STAGING } from '../../store/blob-files.ts';
import { troubleOf } from '../../store/damage/signs.ts';
import { freeBytesAt } from '../../sync/run/free-bytes.ts';
import { accountStoreOf, type CallContext, run } from '../calls/context.ts';
import { largestAttachment } from './limits.ts';

/** Left free on the disk for everything else. */
const RESERVE_BYTES = 64 * 1024 * 1024;
const LARGEST_SIDE = 100_000;

const count = (most: number) => z.coerce.number().int().min(0).max(most);
const query = z.object({
  conversation: z.string().regex(/^[0-9a-f]{32}$/),
  name: z.string().min(1).max(4096),
  type: z.string().max(255).default(''),
  size: count(Number.MAX_SAFE_INTEGER),
  thumbnail: count(LARGEST_THUMBNAIL).default(0),
  width: count(LARGEST_SIDE).default(0),
  height: count(LARGEST_SIDE).default(0),
  duration: count(2 ** 31).default(0),
});

const STATUS: Record<string, number> = {
  invalidInput: 400,
  fileChanged: 400,
  signedOut: 401,
  tooLarge: 413,
  diskFull: 507,
  noAttachments: 422,
};

export async function takeAttachment(context: CallContext, request: Request): Promise<Response> {
  try {
    const id = await take(context, request);
    return Response.json({ id }, { status: 201, headers: { 'cache-control': 'no-store' } });
  } catch (error) {
    await request.body?.cancel().catch(() => undefined);
    const failure = failureOf(diskFull(error));
    if (failure === null) throw error;
    const { reason, message, retryAfterMs } = failure;
    return Response.json(
      { reason, message, retryAfterMs, about: null },
      { status: STATUS[reason] ?? 503, headers: { 'cache-control': 'no-store' } },
    );
  }
}

function diskFull(error: unknown): unknown {
  return troubleOf(error) === 'diskFull'
    ? new Failure('diskFull', 'There is no room left on the disk.')
    : error;
}

async function take(context: CallContext, request: Request): Promise<string> {
  const store = accountStoreOf(context);
  const given = query.safeParse(Object.fromEntries(new URL(request.url).searchParams));
  if (!given.success) throw new Failure('invalidInput', 'Say which file it is, and for which conversation.');
  const { size, conversation, name, type, width, height, duration } = given.data;
  const largest = largestAttachment(store);
  if (largest === 0) throw new Failure('noAttachments', 'This cloud keeps no attachments.');
  if (size > LARGEST_FILE || sealedBlobLength(size) > largest)
    throw new Failure('tooLarge', `An attachment has at most ${largest} bytes here.`);
  const folder = attachmentsFolder(store.path);
  const staging = join(folder, STAGING);
  await mkdir(staging, { recursive: true, mode: 0o700 });
  const free = freeBytesAt(folder);
  if (free !== null && free - RESERVE_BYTES < sealedBlobLength(size))
    throw new Failure('diskFull', 'There is no room left on the disk for this file.');

  const staged = randomBytes(16).toString('hex');
  const path = join(staging, staged);
  try {
    const body = new Body(request);
    const thumbnail = await body.take(given.data.thumbnail);
    const key = newBlobKey(systemRandom);
    const file = await open(path, 'wx', 0o600);
    let blobId: Uint8Array;
    try {
      blobId = await sealInto(file, body, key, size);
      await file.sync();
    } finally {
      await file.close();
    }
    const pictured = width > 0 && height > 0;
    const id = randomBytes(16).toString('hex');
    await run(context, 'addAttachment', {
      id,
      conversationId: conversation,
      staged,
      blobId,
      key,
      size,
      name: safeName(name),
      mediaType: safeMediaType(type),
      width: pictured ? width : 0,
      height: pictured ? height : 0,
      durationMs: duration,
      thumbnail: isThumbnail(thumbnail) ? thumbnail : new Uint8Array(0),
    });
    return id;
  } finally {
    // Taken over, it is not there any more.
    await rm(path, { force: true });
  }
}

async function sealInto(file: FileHandle, body: Body, key: Uint8Array, size: number): Promise<Uint8Array> {
  const cipher = createBlobCipher({ key, size });
  const hashes: Uint8Array[] = [];
  let left = size;
  for (let chunk = 0; chunk < cipher.chunks; chunk += 1) {
    const piece = await body.take(Math.min(left, BLOB_PIECE));
    left -= piece.length;
    const sealed = cipher.seal(chunk, piece);
    hashes.push(chunkHash(sealed));
    await file.writeFile(sealed);
  }
  if (!(await body.ended())) throw changed();
  return blobIdOf(cipher.sealedLength, hashes);
}

const changed = (): Failure =>
  new Failure(
    'fileChanged',
    'The file changed while it was read, or was not read to its end. Attach it again.',
  );

/** A request's body by exact lengths. */
class Body {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(request: Request) {
    this.#reader = request.body?.getReader();
  }

  /** So many bytes, or `fileChanged` when it ends before. */
  async take(length: number): Promise<Uint8Array> {
    const taken = new Uint8Array(length);
    for (let at = 0; at < length; ) {
      if (this.#rest.length === 0 && !(await this.#more())) throw changed();
      const some = this.#rest.subarray(0, length - at);
      taken.set(some, at);
      at += some.length;
      this.#rest = this.#rest.subarray(some.length);
    }
    return taken;
  }

  async ended(): Promise<boolean> {
    return this.#rest.length === 0 && !(await this.#more());
  }

  async #more(): Promise<boolean> {
    for (;;) {
      const next = await this.#reader?.read().catch(() => {
        throw changed();
      });
      if (next === undefined || next.done) return false;
      if (next.value.length > 0) {
        this.#rest = next.value;
        return true;
      }
    }
  }
}
