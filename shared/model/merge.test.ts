import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { toHex } from '../crypto/bytes.ts';
import { hash256 } from '../crypto/hash.ts';
import { sodiumReady } from '../crypto/sodium.ts';
import { PayloadSchema, RegisterSchema } from '../proto/gen/lockstep/record/v1/record_pb.js';
import { mergePayloads } from './merge.ts';
import {
  clearRegister,
  compareSlots,
  equalPayloads,
  getRegister,
  newPayload,
  type Payload,
  PayloadError,
  setRegister,
} from './payload.ts';
import { decodePayload, encodePayload } from './payload-codec.ts';

beforeAll(sodiumReady);

const small = (max: number) => fc.uint8Array({ maxLength: max });
// Few values of each, so that slots and stamps collide often; fields and kinds no version knows among them.
const register = fc.record({
  field: fc.constantFrom(1, 2, 3, 99, 0x1fffffff),
  key: fc.constantFrom(
    new Uint8Array(0),
    new Uint8Array([1]),
    new Uint8Array([1, 2]),
    new Uint8Array(16).fill(3),
  ),
  stamp: fc.constantFrom(0n, 1n, 127n, 128n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 57n + 5n, 2n ** 64n - 1n),
  device: fc.constantFrom(new Uint8Array(0), new Uint8Array(16).fill(1), new Uint8Array(16).fill(2)),
  value: small(2),
});
const known = fc
  .record({
    kind: fc.constantFrom(1, 2, 77, 70_000),
    core: fc.constantFrom(
      new Uint8Array(0),
      new Uint8Array([1]),
      new Uint8Array([2]),
      new Uint8Array([3, 4]),
    ),
    registers: fc.array(register, { maxLength: 6 }),
  })
  .map(({ kind, core, registers }) =>
    decodePayload(toBinary(PayloadSchema, create(PayloadSchema, { schema: 1, kind, core, registers }))),
  );
const newer = fc
  .record({ schema: fc.constantFrom(2, 3), kind: fc.constantFrom(1, 2), core: small(2) })
  .map(({ schema, kind, core }) =>
    decodePayload(toBinary(PayloadSchema, create(PayloadSchema, { schema, kind, core }))),
  );
const payload = fc.oneof({ weight: 5, arbitrary: known }, { weight: 1, arbitrary: newer });
const hex = (value: Payload) => toHex(encodePayload(value));

describe('merging', () => {
  test('REC-12 merging is commutative, associative and idempotent, to the byte', () => {
    fc.assert(
      fc.property(payload, payload, payload, (a, b, c) => {
        const ab = mergePayloads(a, b);
        expect(hex(mergePayloads(b, a))).toBe(hex(ab));
        expect(hex(mergePayloads(ab, c))).toBe(hex(mergePayloads(a, mergePayloads(b, c))));
        expect(hex(mergePayloads(a, a))).toBe(hex(a));
        expect(hex(mergePayloads(ab, b))).toBe(hex(ab));
        expect(equalPayloads(mergePayloads(b, a), ab)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('REC-13 of a register the later stamp wins, then the higher device, then the higher value', () => {
    const device = (fill: number) => new Uint8Array(16).fill(fill);
    const write = (stamp: bigint, by: number, value: number) =>
      setRegister(newPayload(1), 4, new Uint8Array(0), stamp, device(by), new Uint8Array([value]));
    const value = (a: Payload, b: Payload) => getRegister(mergePayloads(a, b), 4)?.value[0];
    expect(value(write(2n, 1, 1), write(1n, 9, 9))).toBe(1);
    expect(value(write(1n, 2, 1), write(1n, 1, 9))).toBe(1);
    expect(value(write(1n, 1, 1), write(1n, 1, 2))).toBe(2);
    const cleared = clearRegister(write(1n, 1, 1), 4, new Uint8Array(0), 2n, device(1));
    expect(getRegister(mergePayloads(cleared, write(1n, 9, 9)), 4)?.value).toHaveLength(0);
  });

  test('REC-14 of two cores the lower hash wins and the oddity is said; an absent core loses silently', () => {
    const [a, b] = [newPayload(1, new Uint8Array([1])), newPayload(1, new Uint8Array([2]))];
    const lower = [a, b].sort((x, y) => Buffer.compare(hash256(x.core), hash256(y.core)))[0]!;
    expect(mergePayloads(a, b)).toMatchObject({ core: lower.core, coreConflict: true });
    expect(mergePayloads(b, a)).toMatchObject({ core: lower.core, coreConflict: true });
    expect(mergePayloads(a, newPayload(1))).toMatchObject({ core: a.core, coreConflict: false });
    expect(mergePayloads(a, a).coreConflict).toBe(false);
  });

  test('REC-15 kinds and fields of a newer app merge and are written like any other', () => {
    const device = new Uint8Array(16).fill(1);
    const ours = setRegister(newPayload(500), 900, new Uint8Array([1]), 1n, device, new Uint8Array([1]));
    const theirs = setRegister(newPayload(500), 901, new Uint8Array(0), 1n, device, new Uint8Array([2]));
    const merged = decodePayload(encodePayload(mergePayloads(ours, theirs)));
    expect(merged.kind).toBe(500);
    expect(merged.registers.map((entry) => entry.field)).toEqual([900, 901]);
  });

  test('REC-16 a payload of a newer schema stays as it came, beats an older one, and is not written to', () => {
    const bytes = new Uint8Array([8, 2, 16, 1, 0xfa, 0x3f, 1, 7]);
    const later = decodePayload(bytes);
    expect(encodePayload(later)).toEqual(bytes);
    expect(hex(mergePayloads(newPayload(1, new Uint8Array([1])), later))).toBe(toHex(bytes));
    const write = () => setRegister(later, 1, new Uint8Array(0), 1n, new Uint8Array(16), new Uint8Array(0));
    expect(write).toThrow(PayloadError);
    expect(write).toThrow(/Update/);
  });

  test('REC-17 the same content gives the same bytes: those of protobuf, sorted, without what is unknown', () => {
    fc.assert(
      fc.property(known, fc.array(fc.nat()), (value, order) => {
        const bytes = encodePayload(value);
        const generated = create(PayloadSchema, {
          schema: value.schema,
          kind: value.kind,
          core: value.core,
          registers: value.registers,
        });
        expect(toHex(bytes)).toBe(toHex(toBinary(PayloadSchema, generated)));
        expect(equalPayloads(decodePayload(bytes), value)).toBe(true);
        const shuffled = value.registers
          .map((entry, i) => ({ entry, key: order[i] ?? i }))
          .sort((a, b) => a.key - b.key)
          .map(({ entry }) => create(RegisterSchema, entry));
        const strange = create(PayloadSchema, { ...generated, registers: shuffled });
        strange.$unknown = [{ no: 500, wireType: 2, data: new Uint8Array([1, 7]) }];
        for (const entry of strange.registers)
          entry.$unknown = [{ no: 60, wireType: 0, data: new Uint8Array([5]) }];
        expect(toHex(encodePayload(decodePayload(toBinary(PayloadSchema, strange))))).toBe(toHex(bytes));
      }),
      { numRuns: 500 },
    );
  });

  test('REC-18 bytes that are no payload are refused as damaged, and never read as one by accident', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        let ours: Payload | undefined;
        try {
          ours = decodePayload(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(PayloadError);
          return;
        }
        // Of a newer schema: kept as it came, whatever is in it.
        if (ours.raw !== undefined) return;
        const theirs = fromBinary(PayloadSchema, bytes);
        expect(ours.schema).toBe(theirs.schema);
        expect(ours.kind).toBe(theirs.kind);
      }),
      { numRuns: 3000 },
    );
    const damaged = [[], [16, 1], [8, 1, 26, 5, 1], [8, 1, 34, 2, 8], [8], [8, 0x80], [8, 1, 7]];
    // A core, a kind, a register's field that come as something else: readers would not agree.
    damaged.push([29, 0, 0, 0, 0, 8, 1], [18, 1, 1, 8, 1], [8, 1, 34, 3, 10, 1, 7]);
    for (const bytes of damaged) expect(() => decodePayload(new Uint8Array(bytes))).toThrow(PayloadError);
  });

  test('REC-19 setting a register is merging it: an earlier stamp changes nothing, and the argument stays', () => {
    const device = new Uint8Array(16).fill(1);
    fc.assert(
      fc.property(known, register, (before, written) => {
        const copy = hex(before);
        const { field, key, stamp, value } = written;
        const after = setRegister(before, field, key, stamp, device, value);
        const alone = setRegister(newPayload(before.kind), field, key, stamp, device, value);
        expect(hex(after)).toBe(hex(mergePayloads(before, alone)));
        expect(hex(before)).toBe(copy);
        for (let i = 1; i < after.registers.length; i++) {
          expect(compareSlots(after.registers[i - 1]!, after.registers[i]!)).toBeLessThan(0);
        }
      }),
    );
    const target = newPayload(1);
    const nothing = new Uint8Array(0);
    expect(() => setRegister(target, 0, nothing, 1n, device, nothing)).toThrow(/field/);
    expect(() => setRegister(target, 1, nothing, -1n, device, nothing)).toThrow(/stamp/);
    expect(() => setRegister(target, 1, nothing, 1n, device.subarray(1), nothing)).toThrow(/16 bytes/);
  });
});
