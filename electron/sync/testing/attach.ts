/** Files for devices without threads: staged as the device's main thread does, and opened again. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  BLOB_CHUNK,
  blobIdOf,
  chunkHash,
  createBlobCipher,
  newBlobKey,
  rangeOfChunk,
} from '../../../shared/crypto/blobs.ts';
import { concatBytes, fromHex, toHex } from '../../../shared/crypto/bytes.ts';
import { systemRandom } from '../../../shared/crypto/random.ts';
import type { Attachment } from '../../../shared/model/attachment.ts';
import { attachmentsFolder, blobPath, readRange, STAGING } from '../../store/blob-files.ts';
import { messagePage } from '../../store/message-pages.ts';
import type { CommandInput } from '../protocol.ts';
import type { CoreDevice } from './core-device.ts';

/** Bytes that do not repeat: another place is another content. */
export function bytesOf(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let at = 0; at < length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

/** Sealed into the staging folder beside a database: what `addAttachment` is told of it. */
export function sealedBeside(
  databasePath: string,
  conversationId: string,
  file: Uint8Array,
  random: (length: number) => Uint8Array = systemRandom,
): CommandInput<'addAttachment'> {
  const key = newBlobKey(random);
  const cipher = createBlobCipher({ key, size: file.length });
  const chunks = Array.from({ length: cipher.chunks }, (_, chunk) => {
    const { from, to } = rangeOfChunk(file.length, chunk);
    return cipher.seal(chunk, file.subarray(from, to));
  });
  const folder = join(attachmentsFolder(databasePath), STAGING);
  mkdirSync(folder, { recursive: true });
  const name = toHex(random(16));
  writeFileSync(join(folder, name), concatBytes(...chunks));
  return {
    id: toHex(random(16)),
    conversationId,
    staged: name,
    blobId: blobIdOf(cipher.sealedLength, chunks.map(chunkHash)),
    key,
    size: file.length,
    name: 'file.bin',
    mediaType: 'application/octet-stream',
    width: 0,
    height: 0,
    durationMs: 0,
    thumbnail: new Uint8Array(0),
  };
}

/** Beside the text of a conversation; gives the draft's id. */
export async function staged(device: CoreDevice, conversationId: string, file: Uint8Array): Promise<string> {
  const input = sealedBeside(device.store.path, conversationId, file);
  const { id } = await device.core.execute({ name: 'addAttachment', input });
  return id;
}

/** The first file of the conversation's message at `index`, opened from this device's folder. */
export function openedFile(device: CoreDevice, conversationId: string, index: number): Uint8Array {
  const { messages } = messagePage(device.store, {
    conversation: fromHex(conversationId),
    anchor: null,
    direction: 'older',
    limit: 100,
  });
  const attachment = messages[index]?.attachments[0];
  if (attachment === undefined) throw new Error('This message has no file.');
  return openedBeside(device.store.path, attachment);
}

/** A whole file in the folder beside a database, opened. */
export function openedBeside(databasePath: string, attachment: Attachment): Uint8Array {
  const cipher = createBlobCipher(attachment);
  const path = blobPath(attachmentsFolder(databasePath), attachment.blobId);
  return concatBytes(
    ...Array.from({ length: cipher.chunks }, (_, chunk) =>
      cipher.open(chunk, readRange(path, chunk * BLOB_CHUNK, cipher.lengthOf(chunk))),
    ),
  );
}
