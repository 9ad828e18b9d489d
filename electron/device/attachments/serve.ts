/**
 * `GET /attachments/<message>/<place>` and `/attachments/drafts/<draft>`: the decrypted bytes of a file that is on this device, whole or a
 * range, opened chunk by chunk as they are read (SPEC ATT-6 to ATT-8). Nothing decrypted is written anywhere, and nothing may be kept by
 * the browser. `?save` gives it as a file to save, whatever its type.
 *
 * 200, 206 the bytes; 304; 416; 404 with a reason when there is no such file here (and none on its way), 202 with a reason while it comes.
 */
import { open } from 'node:fs/promises';
import {
  BLOB_CHUNK,
  type BlobCipher,
  chunksOfRange,
  createBlobCipher,
  rangeOfChunk,
} from '../../../shared/crypto/blobs.ts';
import { SealError } from '../../../shared/crypto/errors.ts';
import { failureOf } from '../../api/failure.ts';
import { type AttachmentItem, attachmentsOf, draftsOf, getDraft } from '../../store/attachments.ts';
import { attachmentsFolder, blobPath } from '../../store/blob-files.ts';
import { messageRow } from '../../store/messages.ts';
import type { Store } from '../../store/open.ts';
import { hex, unhex } from '../../store/values.ts';
import { accountStoreOf, type CallContext, findOfMessage, read, run } from '../calls/context.ts';
import { contentDisposition, isShown } from './media-types.ts';
import { type Range, rangeOf } from './range.ts';

const ID = /^[0-9a-f]{32}$/;
const NEVER_KEPT = { 'cache-control': 'no-store' };

type Found = Pick<
  AttachmentItem,
  'blobId' | 'key' | 'suite' | 'size' | 'name' | 'mediaType' | 'here' | 'wanted' | 'failure'
>;

export async function serveAttachment(context: CallContext, request: Request): Promise<Response> {
  const url = new URL(request.url);
  const [, , first = '', second = ''] = url.pathname.split('/');
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return new Response(null, { status: 405, headers: { allow: 'GET, HEAD, POST', ...NEVER_KEPT } });
  let found: Found | undefined;
  let store: Store;
  try {
    store = accountStoreOf(context);
    found = await find(context, first, second);
  } catch (error) {
    const failure = failureOf(error);
    if (failure === null) throw error;
    return answer(failure.reason === 'signedOut' ? 401 : 503, failure.reason);
  }
  if (found === undefined) return answer(404, 'notFound');
  if (found.failure === 'newer') return answer(404, 'newer');
  if (!found.here)
    return found.wanted && found.failure === null
      ? answer(202, 'coming')
      : answer(404, found.failure ?? 'notHere');
  return bytesOf(context, store, found, request, url.searchParams.has('save'));
}

async function find(context: CallContext, first: string, second: string): Promise<Found | undefined> {
  if (first === 'drafts')
    return ID.test(second) ? read(context, (store) => draftOf(store, second)) : undefined;
  if (!ID.test(first) || !/^\d{1,2}$/.test(second)) return undefined;
  return findOfMessage(context, first, (store, id) => filesOf(store, id)[Number(second)]);
}

function draftOf(store: Store, id: string): Found | undefined {
  const draft = getDraft(store, unhex(id));
  return draft && { ...draft, here: true, wanted: true, failure: null };
}

function filesOf(store: Store, id: Uint8Array): Found[] {
  const row = messageRow(store, id);
  return row === undefined ? draftsOf(store, id) : attachmentsOf(store, row.rid);
}

async function bytesOf(
  context: CallContext,
  store: Store,
  found: Found,
  request: Request,
  save: boolean,
): Promise<Response> {
  const { size, name, mediaType } = found;
  const etag = `"${hex(found.blobId).slice(0, 32)}"`;
  const shown = isShown(mediaType) && !save;
  const headers: Record<string, string> = {
    ...NEVER_KEPT,
    etag,
    'accept-ranges': 'bytes',
    'content-type': shown ? mediaType : 'application/octet-stream',
    'content-disposition': contentDisposition(name, shown),
  };
  if (request.headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers });
  const condition = request.headers.get('if-range');
  const asked = condition === null || condition === etag ? rangeOf(request.headers.get('range'), size) : null;
  if (asked === 'none')
    return new Response(null, { status: 416, headers: { ...headers, 'content-range': `bytes */${size}` } });
  const range = asked ?? { from: 0, to: size };
  headers['content-length'] = String(range.to - range.from);
  if (asked !== null) headers['content-range'] = `bytes ${range.from}-${range.to - 1}/${size}`;
  const status = asked === null ? 200 : 206;
  if (request.method === 'HEAD' || range.from === range.to) return new Response(null, { status, headers });
  const reader = new ChunkReader(attachmentsPath(store, found), createBlobCipher(found), size, range);
  try {
    // The first bytes before the answer: a file that is not what it was is said, not cut off.
    const beginning = await reader.next();
    return new Response(
      streamOf(reader, beginning, () => broken(context, found)),
      { status, headers },
    );
  } catch (error) {
    await reader.close();
    if (!isDamage(error)) throw error;
    return (await broken(context, found)) ? answer(202, 'coming') : answer(404, 'damaged');
  }
}

const attachmentsPath = (store: Store, found: Found): string =>
  blobPath(attachmentsFolder(store.path), found.blobId);

/** The file is not here, or it does not open as its message says. */
const isDamage = (error: unknown): boolean =>
  error instanceof SealError || (error as NodeJS.ErrnoException | null)?.code === 'ENOENT';

/** Whether it is the file: it is fetched again. Otherwise it is what the message says of it (ATT-8), and no other file would open either. */
async function broken(context: CallContext, found: Found): Promise<boolean> {
  const { good } = await run(context, 'attachmentBroken', { blobId: hex(found.blobId) }).catch(() => ({
    good: false,
  }));
  return !good;
}

/** Opens the chunks of a range one after the other. */
class ChunkReader {
  readonly #path: string;
  readonly #cipher: BlobCipher;
  readonly #size: number;
  readonly #range: Range;
  #file: Awaited<ReturnType<typeof open>> | null = null;
  #chunk: number;
  readonly #last: number;

  constructor(path: string, cipher: BlobCipher, size: number, range: Range) {
    this.#path = path;
    this.#cipher = cipher;
    this.#size = size;
    this.#range = range;
    const { first, last } = chunksOfRange(range.from, range.to);
    this.#chunk = first;
    this.#last = last;
  }

  /** null: that was all. */
  async next(): Promise<Uint8Array | null> {
    if (this.#chunk > this.#last) return null;
    this.#file ??= await open(this.#path, 'r');
    const chunk = this.#chunk++;
    const sealed = new Uint8Array(this.#cipher.lengthOf(chunk));
    let got = 0;
    while (got < sealed.length) {
      const { bytesRead } = await this.#file.read(sealed, got, sealed.length - got, chunk * BLOB_CHUNK + got);
      if (bytesRead === 0) break;
      got += bytesRead;
    }
    // An answer whose bytes nobody takes is never heard of again: most have one chunk, and leave no file open.
    if (chunk === this.#last) await this.close();
    const piece = this.#cipher.open(chunk, sealed.subarray(0, got));
    const { from } = rangeOfChunk(this.#size, chunk);
    return piece.subarray(Math.max(0, this.#range.from - from), Math.max(0, this.#range.to - from));
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = null;
  }
}

/** Reads on as the browser takes it, and no faster. */
function streamOf(
  reader: ChunkReader,
  beginning: Uint8Array | null,
  onDamage: () => Promise<unknown>,
): ReadableStream<Uint8Array> {
  let first = beginning;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const piece = first ?? (await reader.next());
          first = null;
          if (piece !== null) {
            controller.enqueue(piece);
            return;
          }
          await reader.close();
          controller.close();
        } catch (error) {
          await reader.close();
          if (isDamage(error)) await onDamage();
          controller.error(error);
        }
      },
      cancel: () => reader.close(),
    },
    { highWaterMark: 1 },
  );
}

function answer(status: number, reason: string): Response {
  return Response.json({ reason }, { status, headers: NEVER_KEPT });
}
