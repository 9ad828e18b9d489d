import { create } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { DeleteSchema, PutSchema } from '../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { decideDelete, decidePut, type Stored, type Surroundings } from './decide.ts';

const id = new Uint8Array(16).fill(1);
const hash = (n: number) => new Uint8Array(32).fill(n);
const put = (baseRev: number, size = 100, epoch = 1) =>
  create(PutSchema, { id, baseRev, epoch, ct: new Uint8Array(size) });
const del = (baseRev: number | undefined, epoch = 1) =>
  create(DeleteSchema, {
    id,
    epoch,
    proof: new Uint8Array(41),
    ...(baseRev === undefined ? {} : { baseRev }),
  });
const live = (rev: number, n = 1, size = 100): Stored => ({
  seq: 7,
  rev,
  size,
  hash: hash(n),
  tombstone: false,
});
const tombstone = (rev: number): Stored => ({ seq: 9, rev, size: 0, hash: hash(0), tombstone: true });
const around = (over: Partial<Surroundings> = {}): Surroundings => ({
  epoch: 1,
  bytesUsed: 0,
  quotaBytes: 10_000,
  rows: 0,
  mostRows: 100,
  ...over,
});

test('ZON-3 a put is accepted on exactly the revision it was made for', () => {
  expect(decidePut(put(0), hash(1), undefined, around())).toEqual({ kind: 'write', rev: 1 });
  expect(decidePut(put(4), hash(2), live(4), around())).toEqual({ kind: 'write', rev: 5 });
  for (const [base, stored] of [
    [0, live(1)],
    [3, live(4)],
    [5, live(4)],
    [1, undefined],
  ] as const) {
    expect(decidePut(put(base), hash(2), stored, around())).toEqual({ kind: 'conflict' });
  }
});

test('ZON-4 a put that is stored already gets its first answer, whatever has changed around it', () => {
  const crowded = around({ epoch: 2, bytesUsed: 99_999 });
  expect(decidePut(put(3), hash(1), live(4), crowded)).toEqual({ kind: 'done', seq: 7, rev: 4 });
  expect(decidePut(put(3), hash(2), live(4), around())).toEqual({ kind: 'conflict' });
  expect(decidePut(put(2), hash(1), live(4), around())).toEqual({ kind: 'conflict' });
});

test('ZON-4 a delete of a tombstone is ok again', () => {
  expect(decideDelete(del(undefined), tombstone(3), around())).toEqual({ kind: 'done', seq: 9, rev: 3 });
  expect(decideDelete(del(1), tombstone(3), around())).toEqual({ kind: 'done', seq: 9, rev: 3 });
});

test('ZON-6 nothing comes back after a tombstone', () => {
  for (const base of [0, 2, 3])
    expect(decidePut(put(base), hash(1), tombstone(3), around())).toEqual({ kind: 'gone' });
});

test('ZON-6 a delete without base_rev is unconditional, with one it is compared', () => {
  expect(decideDelete(del(undefined), live(4), around())).toEqual({ kind: 'write', rev: 5 });
  expect(decideDelete(del(undefined), undefined, around())).toEqual({ kind: 'write', rev: 1 });
  expect(decideDelete(del(4), live(4), around())).toEqual({ kind: 'write', rev: 5 });
  expect(decideDelete(del(3), live(4), around())).toEqual({ kind: 'conflict' });
  expect(decideDelete(del(0), live(4), around())).toEqual({ kind: 'conflict' });
  expect(decideDelete(del(1), undefined, around())).toEqual({ kind: 'conflict' });
});

test('ZON-5 over quota only small growth, shrinking and deletes are accepted', () => {
  const full = around({ bytesUsed: 10_000 });
  expect(decidePut(put(0), hash(1), undefined, full)).toEqual({ kind: 'quota' });
  expect(decidePut(put(1, 100 + 1_023), hash(2), live(1), full)).toEqual({ kind: 'write', rev: 2 });
  expect(decidePut(put(1, 100 + 1_024), hash(2), live(1), full)).toEqual({ kind: 'quota' });
  expect(decidePut(put(1, 10), hash(2), live(1), full)).toEqual({ kind: 'write', rev: 2 });
  expect(decideDelete(del(undefined), live(1), full)).toEqual({ kind: 'write', rev: 2 });
  expect(decidePut(put(0, 100), hash(1), undefined, around({ bytesUsed: 9_900 }))).toEqual({
    kind: 'write',
    rev: 1,
  });
  expect(decidePut(put(0, 101), hash(1), undefined, around({ bytesUsed: 9_900 }))).toEqual({ kind: 'quota' });
});

test('ZON-5 over quota all that grows a little comes to an end, later the more records there are', () => {
  const small = put(1, 100 + 1_000);
  const after = (bytesUsed: number, rows = 1) =>
    decidePut(small, hash(2), live(1), around({ bytesUsed, rows, mostRows: 1_000_000 })).kind;
  const end = 10_000 + 1024 ** 2 - 1_000;
  expect([after(end), after(end + 1)]).toEqual(['write', 'quota']);
  const later = 10_000 + 100_000 * 128 - 1_000;
  expect([after(later, 100_000), after(later + 1, 100_000)]).toEqual(['write', 'quota']);
  // What does not grow, and deletes, have no end.
  const beyond = around({ bytesUsed: 1e9 });
  expect(decidePut(put(1, 100), hash(2), live(1), beyond)).toEqual({ kind: 'write', rev: 2 });
  expect(decideDelete(del(undefined), live(1), beyond)).toEqual({ kind: 'write', rev: 2 });
});

test('ZON-5 a put of another epoch is stale; a conflict is told first, since it is merged anyway', () => {
  expect(decidePut(put(0, 100, 1), hash(1), undefined, around({ epoch: 2 }))).toEqual({
    kind: 'epoch_stale',
  });
  expect(decidePut(put(0, 100, 3), hash(1), undefined, around({ epoch: 2 }))).toEqual({
    kind: 'epoch_stale',
  });
  expect(decidePut(put(0, 100, 1), hash(2), live(1), around({ epoch: 2 }))).toEqual({ kind: 'conflict' });
});

test('ZON-6 a tombstone may be proven under an older epoch, never under one that is not there', () => {
  expect(decideDelete(del(undefined, 1), live(1), around({ epoch: 2 }))).toEqual({ kind: 'write', rev: 2 });
  expect(decideDelete(del(undefined, 3), live(1), around({ epoch: 2 }))).toEqual({ kind: 'epoch_stale' });
});

test('ZON-2 a record above 256 KiB is too large, one of 256 KiB is not', () => {
  const roomy = around({ quotaBytes: 1e9 });
  expect(decidePut(put(0, 256 * 1024), hash(1), undefined, roomy)).toEqual({ kind: 'write', rev: 1 });
  expect(decidePut(put(0, 256 * 1024 + 1), hash(1), undefined, roomy)).toEqual({ kind: 'too_large' });
});

test('ZON-17 what makes a new row is limited; a delete of what is there never is', () => {
  const full = around({ rows: 100 });
  expect(decidePut(put(0), hash(1), undefined, full)).toEqual({ kind: 'quota' });
  expect(decideDelete(del(undefined), undefined, full)).toEqual({ kind: 'quota' });
  expect(decideDelete(del(0), undefined, full)).toEqual({ kind: 'quota' });
  expect(decidePut(put(4), hash(2), live(4), full)).toEqual({ kind: 'write', rev: 5 });
  for (const delete_ of [del(undefined), del(4)])
    expect(decideDelete(delete_, live(4), full)).toEqual({ kind: 'write', rev: 5 });
  expect(decideDelete(del(undefined), tombstone(5), full)).toEqual({ kind: 'done', seq: 9, rev: 5 });
  expect(decideDelete(del(undefined), undefined, around({ rows: 99 }))).toEqual({ kind: 'write', rev: 1 });
});
