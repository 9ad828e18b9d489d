import { expect, test } from 'vitest';
import { seeded } from '../sim/random.ts';
import { CloudIds } from './cloud-ids.ts';

/** Many begin alike: their first bytes are few. */
function idsFrom(seed: number, count: number): Uint8Array[] {
  const random = seeded(seed);
  const ids = Array.from({ length: count }, () => {
    const id = random.bytes(16);
    return random.chance(0.5) ? id.fill(0, 1, 8) : id;
  });
  return ids.sort(Buffer.compare);
}

test('SYN-64 the list finds each id that is in it and no other, also ids that begin alike', () => {
  const ids = idsFrom(1, 25_000);
  const list = new CloudIds();
  for (const [i, id] of ids.entries()) list.add(id, i, i % 3 === 0);
  expect([list.count, list.live]).toEqual([25_000, 16_666]);
  for (const [i, id] of ids.entries()) {
    const at = list.find(id);
    if (at !== i || list.revOf(at) !== i || list.isTombstone(at) !== (i % 3 === 0)) throw new Error(`${i}`);
  }
  expect(idsFrom(2, 1000).filter((id) => list.find(id) !== -1)).toEqual([]);
  expect(new CloudIds().find(new Uint8Array(16))).toBe(-1);
  expect([list.meet(7), list.meet(7), list.isTombstone(7), list.isTombstone(6)]).toEqual([
    true,
    false,
    false,
    true,
  ]);
});

test('SYN-64 a list out of order, or with one id twice, is refused', () => {
  const list = new CloudIds();
  const id = new Uint8Array(16).fill(5);
  list.add(id, 1, false);
  for (const next of [id, new Uint8Array(16).fill(4), new Uint8Array(15).fill(9)])
    expect(() => list.add(next, 1, false)).toThrow('did not list');
});
