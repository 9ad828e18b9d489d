import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { toHex } from './bytes.ts';
import { sodiumReady } from './sodium.ts';
import { recordHash, tombstoneHash, ZoneDigest } from './zone-digest.ts';

beforeAll(sodiumReady);

const items = fc.array(
  fc.record({
    id: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    rev: fc.nat(),
    hash: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  }),
  { maxLength: 30 },
);

describe('zone digest', () => {
  test('REC-10 the digest does not mind the order, and what is taken away leaves no trace', () => {
    fc.assert(
      fc.property(items, items, fc.infiniteStream(fc.nat()), (kept, gone, numbers) => {
        const straight = new ZoneDigest();
        for (const { id, rev, hash } of kept) straight.add(id, rev, hash);
        const mixed = new ZoneDigest();
        const shuffled = [...kept, ...gone]
          .map((item) => ({ item, key: numbers.next().value! }))
          .sort((a, b) => a.key - b.key);
        for (const { item } of shuffled) mixed.add(item.id, item.rev, item.hash);
        for (const { id, rev, hash } of gone) mixed.remove(id, rev, hash);
        expect(mixed.toBytes()).toEqual(straight.toBytes());
      }),
    );
  });

  test('REC-10 removing before adding comes out the same: the sum wraps around', () => {
    const digest = new ZoneDigest();
    digest.remove(new Uint8Array(16), 1, tombstoneHash());
    expect(toHex(digest.toBytes())).not.toBe('00'.repeat(32));
    digest.add(new Uint8Array(16), 1, tombstoneHash());
    expect(toHex(digest.toBytes())).toBe('00'.repeat(32));
  });

  test('REC-11 id, rev and hash each change the digest; it is kept in 32 bytes', () => {
    const one = (fill: number, rev: number, hash: Uint8Array) => {
      const digest = new ZoneDigest();
      digest.add(new Uint8Array(16).fill(fill), rev, hash);
      return toHex(digest.toBytes());
    };
    const hash = recordHash(new Uint8Array([1]));
    const all = [one(1, 1, hash), one(2, 1, hash), one(1, 2, hash), one(1, 1, tombstoneHash())];
    expect(new Set(all).size).toBe(4);
    expect(all[0]).toBe('c192c8896c5065123214ab46151539c49e7110d7db90fa3ffe2e73e37fd6cf4f');
    const digest = new ZoneDigest();
    digest.add(new Uint8Array(16).fill(1), 1, hash);
    const resumed = new ZoneDigest(Buffer.from(digest.toBytes()));
    resumed.add(new Uint8Array(16).fill(2), 1, hash);
    digest.add(new Uint8Array(16).fill(2), 1, hash);
    expect(resumed.toBytes()).toEqual(digest.toBytes());
    expect(() => new ZoneDigest(new Uint8Array(31))).toThrow(/32 bytes/);
    expect(() => digest.add(new Uint8Array(15), 1, hash)).toThrow(/16 bytes/);
    expect(() => digest.add(new Uint8Array(16), -1, hash)).toThrow(/revision/);
  });

  test('REC-11 the sum is the sum: held against big integers', () => {
    fc.assert(
      fc.property(items, (list) => {
        const digest = new ZoneDigest();
        let sum = 0n;
        for (const { id, rev, hash } of list) {
          const single = new ZoneDigest();
          single.add(id, rev, hash);
          digest.add(id, rev, hash);
          sum = (sum + number(single.toBytes())) % 2n ** 256n;
        }
        expect(number(digest.toBytes())).toBe(sum);
      }),
    );
  });
});

function number(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes.toReversed())}`);
}
