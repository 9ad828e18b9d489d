/** Blobs as devices make and put them, for tests. */
import {
  blobIdOf,
  chunkHash,
  createBlobCipher,
  newBlobKey,
  rangeOfChunk,
} from '../../shared/crypto/blobs.ts';
import { concatBytes } from '../../shared/crypto/bytes.ts';
import { Zone } from '../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { random, type TestDevice } from './person.ts';

export type TestBlob = {
  id: Uint8Array;
  key: Uint8Array;
  file: Uint8Array;
  sealed: Uint8Array;
  size: number;
};

export const makeBlob = (file: Uint8Array, key = newBlobKey(random)): TestBlob => {
  const cipher = createBlobCipher({ key, size: file.length });
  const chunks = Array.from({ length: cipher.chunks }, (_, chunk) => {
    const { from, to } = rangeOfChunk(file.length, chunk);
    return cipher.seal(chunk, file.subarray(from, to));
  });
  const sealed = concatBytes(...chunks);
  return { id: blobIdOf(sealed.length, chunks.map(chunkHash)), key, file, sealed, size: sealed.length };
};

export const MIB = 1024 ** 2;

/** The piece of a blob that begins at `offset`, as PutBlob takes it. */
export const pieceOf = ({ id, sealed, size }: TestBlob, offset: number, length = MIB) => ({
  blobId: id,
  size: BigInt(size),
  offset: BigInt(offset),
  bytes: sealed.subarray(offset, offset + length),
});

export const putAll = async (who: Pick<TestDevice, 'blob'>, blob: TestBlob): Promise<void> => {
  for (let offset = 0; offset < blob.size; offset += MIB) await who.blob.putBlob(pieceOf(blob, offset));
};

export const getAll = async (
  who: Pick<TestDevice, 'blob'>,
  { id, size }: Pick<TestBlob, 'id' | 'size'>,
): Promise<Uint8Array> => {
  const pieces: Uint8Array[] = [];
  for (let offset = 0; offset < size; offset += MIB) {
    const { bytes } = await who.blob.getBlob({ blobId: id, offset: BigInt(offset), length: MIB });
    pieces.push(bytes);
  }
  return concatBytes(...pieces);
};

export const messages = Zone.MESSAGES;

/** A put of a record that names these blobs. */
export const naming = (
  blobs: Pick<TestBlob, 'id'>[],
  {
    id = random(16),
    baseRev = 0,
    ct = random(40),
  }: { id?: Uint8Array; baseRev?: number; ct?: Uint8Array } = {},
) => ({
  op: {
    case: 'put' as const,
    value: { id, baseRev, epoch: 1, hint: 7, ct, namesBlobs: true, blobs: blobs.map((blob) => blob.id) },
  },
});

export const deleting = (id: Uint8Array) => ({
  op: { case: 'delete' as const, value: { id, epoch: 1, proof: random(41) } },
});

export type Op = ReturnType<typeof naming> | ReturnType<typeof deleting>;

/** What became of each operation. */
export const push = async (
  who: Pick<TestDevice, 'zone'>,
  ...operations: Op[]
): Promise<(string | undefined)[]> =>
  (await who.zone.push({ zone: messages, generation: 1, operations })).results.map(
    ({ result }) => result.case,
  );

export const mail = (recipients: TestDevice[], blobs: Pick<TestBlob, 'id'>[]) => ({
  sendId: random(16),
  content: random(60),
  recipients: recipients.map(({ person }) => ({
    accountId: person.accountId,
    epoch: 1,
    suite: 1,
    sealedKey: random(80),
  })),
  blobs: blobs.map((blob) => blob.id),
});

export const send = async (who: TestDevice, recipients: TestDevice[], blobs: Pick<TestBlob, 'id'>[]) =>
  (await who.mailbox.send(mail(recipients, blobs))).result.case;

/** All of the mailbox, by this device. */
export const acknowledge = async (who: TestDevice): Promise<void> => {
  const { head } = await who.mailbox.receive({ after: 0n, limit: 1 });
  await who.mailbox.acknowledge({ position: head });
};

export const used = async (who: Pick<TestDevice, 'zone'>): Promise<number> =>
  Number((await who.zone.openZone({ zone: messages })).state?.bytesUsed);
