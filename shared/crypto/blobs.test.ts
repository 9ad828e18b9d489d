import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  BLOB_CHUNK,
  BLOB_PIECE,
  type BlobCipher,
  blobChunks,
  blobIdOf,
  chunkHash,
  chunksOfRange,
  createBlobCipher,
  LARGEST_FILE,
  newBlobKey,
  rangeOfChunk,
  sealedBlobLength,
} from './blobs.ts';
import { concatBytes, fromHex, toHex, utf8 } from './bytes.ts';
import { SealError } from './errors.ts';
import { deriveKey } from './hash.ts';
import { padmeLength } from './padme.ts';
import { systemRandom } from './random.ts';
import { fastSeal, sodiumReady } from './sodium.ts';

beforeAll(sodiumReady);

const key = new Uint8Array(32).fill(7);

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof SealError) return error.code;
    throw error;
  }
  return 'opened';
}

const cipherOf = (file: Uint8Array, withKey: Uint8Array = key) =>
  createBlobCipher({ key: withKey, size: file.length });

function sealAll(file: Uint8Array, withKey: Uint8Array = key): Uint8Array[] {
  const cipher = cipherOf(file, withKey);
  return Array.from({ length: cipher.chunks }, (_, chunk) => {
    const { from, to } = rangeOfChunk(file.length, chunk);
    return cipher.seal(chunk, file.subarray(from, to));
  });
}

const openAll = (cipher: BlobCipher, sealed: readonly Uint8Array[]): Uint8Array =>
  concatBytes(...sealed.map((bytes, chunk) => cipher.open(chunk, bytes)));

describe('blobs', () => {
  test('BLB-1 a file opens as it was sealed, whatever its length; each chunk but the last has 64 KiB', () => {
    const edges = [0, 1, 31, 32, 33, BLOB_PIECE - 1, BLOB_PIECE, BLOB_PIECE + 1, 2 * BLOB_PIECE, 300_001];
    for (const length of edges) {
      const file = systemRandom(length);
      const sealed = sealAll(file);
      expect(toHex(openAll(cipherOf(file), sealed))).toBe(toHex(file));
      expect(sealed.slice(0, -1).every((chunk) => chunk.length === BLOB_CHUNK)).toBe(true);
      expect(sealed.map((chunk) => chunk.length)).toEqual(
        sealed.map((_, chunk) => cipherOf(file).lengthOf(chunk)),
      );
      expect(concatBytes(...sealed).length).toBe(sealedBlobLength(length));
    }
  });

  test('BLB-1 a Buffer opens as bytes do', () => {
    const file = systemRandom(100);
    const [sealed] = sealAll(Buffer.from(file));
    const opened = cipherOf(file).open(0, Buffer.from(sealed!));
    expect(opened.constructor).toBe(Uint8Array);
    expect(opened).toEqual(file);
  });

  test('BLB-1 any range opens by its own chunks alone', () => {
    const file = systemRandom(5 * BLOB_PIECE + 1_000);
    const sealed = sealAll(file);
    const cipher = cipherOf(file);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: file.length - 1 }),
        fc.integer({ min: 1, max: file.length }),
        (from, length) => {
          const to = Math.min(file.length, from + length);
          const { first, last } = chunksOfRange(from, to);
          const opened: Uint8Array[] = [];
          for (let chunk = first; chunk <= last; chunk++) opened.push(cipher.open(chunk, sealed[chunk]!));
          const start = from - rangeOfChunk(file.length, first).from;
          expect(
            Buffer.compare(
              concatBytes(...opened).subarray(start, start + to - from),
              file.subarray(from, to),
            ),
          ).toBe(0);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('BLB-2 a chunk opens only with its blob’s key, size and place: swapped, moved, cut or changed it is refused', () => {
    const file = systemRandom(3 * BLOB_PIECE);
    const sealed = sealAll(file);
    const cipher = cipherOf(file);
    const full = cipher.lengthOf(0);
    expect(cipher.chunks).toBeGreaterThan(3);
    expect(codeOf(() => cipher.open(0, sealed[1]!))).toBe('not_authentic');
    expect(codeOf(() => cipher.open(1, sealed[0]!))).toBe('not_authentic');
    expect(codeOf(() => cipherOf(file, new Uint8Array(32).fill(8)).open(0, sealed[0]!))).toBe(
      'not_authentic',
    );
    const other = sealAll(systemRandom(file.length), systemRandom(32));
    expect(codeOf(() => cipher.open(1, other[1]!))).toBe('not_authentic');
    // A size that pads to the same length, and one that ends a chunk earlier.
    expect(padmeLength(file.length - 1)).toBe(padmeLength(file.length));
    expect(codeOf(() => createBlobCipher({ key, size: file.length - 1 }).open(0, sealed[0]!))).toBe(
      'not_authentic',
    );
    expect(
      codeOf(() => createBlobCipher({ key, size: BLOB_PIECE }).open(0, sealed[0]!.subarray(0, full))),
    ).toBe('not_authentic');
    for (const length of [0, 1, 39, 40, full - 1]) {
      expect(codeOf(() => cipher.open(0, sealed[0]!.subarray(0, length)))).toBe('malformed');
    }
    for (const at of [0, 23, 24, 30_000, full - 17, full - 1]) {
      const changed = sealed[0]!.slice();
      changed[at] = changed[at]! ^ 1;
      expect(codeOf(() => cipher.open(0, changed))).toBe('not_authentic');
    }
  });

  test('BLB-2 a missing end shows: what is not the last chunk does not open as the last', () => {
    const file = new Uint8Array(2 * BLOB_PIECE).fill(1);
    const cut = file.subarray(0, BLOB_PIECE);
    // Same bytes in the first chunk, but there more had to follow.
    const [first] = sealAll(file);
    expect(cipherOf(cut).lengthOf(0)).toBe(first!.length);
    expect(codeOf(() => cipherOf(cut).open(0, first!))).toBe('not_authentic');
    expect(() => cipherOf(cut).open(2, first!)).toThrow(/no chunk 2/);
    // And nothing before the end passes for the end.
    const sealed = sealAll(file);
    const before = sealed[sealed.length - 2]!;
    const end = cipherOf(file).lengthOf(sealed.length - 1);
    expect(codeOf(() => cipherOf(file).open(sealed.length - 1, before))).toBe('malformed');
    expect(codeOf(() => cipherOf(file).open(sealed.length - 1, before.subarray(0, end)))).toBe(
      'not_authentic',
    );
  });

  test('BLB-2 padding that is not zeros, and a suite of a newer app, are refused as such', () => {
    expect(padmeLength(33)).toBe(36);
    const honest = createBlobCipher({ key, size: 33 });
    // What somebody who has the key can make: the form that the header of blobs.ts describes, with something in the padding.
    const ad = new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0, 33, 0, 0, 0, 0, 0, 0, 0, 1, 1, ...utf8('blob')]);
    const nonce = new Uint8Array(24).fill(3);
    const made = (inPadding: number) => {
      const filled = new Uint8Array(36).fill(1, 0, 33);
      filled[35] = inPadding;
      const sealed = fastSeal(deriveKey(key, 'lockstep/blob-key/v1'), nonce, ad, filled, 36, 24);
      sealed.set(nonce);
      return sealed;
    };
    expect(honest.open(0, made(0))).toEqual(new Uint8Array(33).fill(1));
    expect(codeOf(() => honest.open(0, made(5)))).toBe('bad_padding');
    expect(codeOf(() => createBlobCipher({ key, size: 33, suite: 2 }))).toBe('unknown_suite');
  });

  test('BLB-3 the sealed form is fixed: known bytes in, known bytes out', () => {
    const file = Uint8Array.from({ length: 40 }, (_, i) => i);
    const [sealed] = sealAll(file);
    expect(toHex(sealed!)).toBe(GOLDEN_CHUNK);
    expect(cipherOf(file).open(0, fromHex(GOLDEN_CHUNK))).toEqual(file);
    expect(toHex(blobIdOf(sealed!.length, [chunkHash(sealed!)]))).toBe(GOLDEN_ID);
    const long = sealAll(new Uint8Array(200_000).fill(5));
    expect(toHex(blobIdOf(sealedBlobLength(200_000), long.map(chunkHash)))).toBe(GOLDEN_LONG_ID);
  });

  test('BLB-3 the same file under the same key is the same blob; another byte has another nonce, and no two chunks share one', () => {
    const file = systemRandom(2 * BLOB_PIECE + 5);
    const sealed = sealAll(file);
    expect(sealAll(file.slice()).map(toHex)).toEqual(sealed.map(toHex));
    const changed = file.slice();
    changed[10] = changed[10]! ^ 1;
    const nonces = [...sealed, sealAll(changed)[0]!].map((chunk) => toHex(chunk.subarray(0, 24)));
    expect(new Set(nonces).size).toBe(nonces.length);
    const zeros = sealAll(new Uint8Array(4 * BLOB_PIECE)).map((chunk) => toHex(chunk.subarray(0, 24)));
    expect(new Set(zeros).size).toBe(zeros.length);
  });

  test('BLB-4 the cloud sees a padded size: files of nearly one size have blobs of one size', () => {
    expect(sealedBlobLength(1_000_001)).toBe(sealedBlobLength(1_010_000));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: LARGEST_FILE }), (size) => {
        const chunks = blobChunks(size);
        expect(sealedBlobLength(size)).toBe(padmeLength(size) + 40 * chunks);
        expect(sealedBlobLength(size)).toBeGreaterThan((chunks - 1) * BLOB_CHUNK + 40);
        expect(sealedBlobLength(size)).toBeLessThanOrEqual(chunks * BLOB_CHUNK);
        const end = rangeOfChunk(size, chunks - 1).to;
        expect(end).toBe(size);
      }),
    );
  });

  test('BLB-5 an id is of these bytes in this order and length, and of nothing else', () => {
    const sealed = sealAll(systemRandom(3 * BLOB_PIECE));
    const hashes = sealed.map(chunkHash);
    const size = concatBytes(...sealed).length;
    const id = blobIdOf(size, hashes);
    expect(id.length).toBe(32);
    expect(blobIdOf(size, hashes)).toEqual(id);
    const others = [
      blobIdOf(size + 1, hashes),
      blobIdOf(size, hashes.slice(0, -1)),
      blobIdOf(size, [...hashes].reverse()),
      blobIdOf(size, []),
    ];
    for (const other of others) expect(other).not.toEqual(id);
  });

  test('BLB-2 whatever bytes come for a chunk, it is refused with a SealError', () => {
    const cipher = createBlobCipher({ key, size: 70_000 });
    const chunk = cipher.seal(1, new Uint8Array(70_000 - BLOB_PIECE).fill(9));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(chunk.length), (noise, at) => {
        const changed = chunk.slice();
        changed.set(noise.subarray(0, chunk.length - at), at);
        const same = Buffer.compare(changed, chunk) === 0;
        expect(codeOf(() => cipher.open(1, changed))).toBe(same ? 'opened' : 'not_authentic');
        expect(codeOf(() => cipher.open(1, noise))).toBe('malformed');
      }),
      { numRuns: 300 },
    );
  });

  test('BLB-2 keys, sizes, chunks and ranges of the wrong form are refused before anything is sealed', () => {
    expect(() => createBlobCipher({ key: new Uint8Array(31), size: 1 })).toThrow(/blob key must be 32/);
    for (const size of [-1, 1.5, Number.NaN, LARGEST_FILE + 1])
      expect(() => createBlobCipher({ key, size })).toThrow(/A file has/);
    const cipher = createBlobCipher({ key, size: 100 });
    for (const chunk of [-1, 1, 0.5]) {
      expect(() => cipher.seal(chunk, new Uint8Array(100))).toThrow(/no chunk/);
      expect(() => cipher.open(chunk, new Uint8Array(100))).toThrow(/no chunk/);
      expect(() => cipher.lengthOf(chunk)).toThrow(/no chunk/);
    }
    expect(() => cipher.seal(0, new Uint8Array(99))).toThrow(/Piece 0 must be 100/);
    expect(() => chunksOfRange(5, 5)).toThrow(/range/);
    expect(() => blobIdOf(1, [new Uint8Array(31)])).toThrow(/hash must be 32/);
    expect(() => newBlobKey(() => new Uint8Array(16))).toThrow(/32/);
    expect(newBlobKey(systemRandom).length).toBe(32);
  });
});

const GOLDEN_CHUNK =
  'd9e8de69b5e4b39c8c2ce43e36212ef3a9e7d452d528e0bd84ca181e65ce5208e26559205f9c54332f0cebf6ecf37750179753b0112ecb6f38b27f3fa851afba61f45ebdb46c2a4f3bd7dffb41724745';
const GOLDEN_ID = '4e82d0c15e1436ac995bee7a8cf87aa41c1fe2784ce03315748310868e5f9436';
const GOLDEN_LONG_ID = '79ac2d7be62abeba1dbbfa612bcc9db3c926d4233bbba4efa20590967edc06f9';
