import { create, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { expect, test } from 'vitest';
import { WatchRequestSchema } from '../../shared/proto/gen/lockstep/cloud/v1/events_pb.js';
import { PushRequestSchema, Zone } from '../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { moreFieldsThan, moreValuesThan } from './fields.ts';

/** Operation, put, id, two blobs: five fields each. */
const pushOf = (count: number) =>
  create(PushRequestSchema, {
    operations: Array.from({ length: count }, () => ({
      op: {
        case: 'put' as const,
        value: { id: new Uint8Array(16), blobs: [new Uint8Array(32), new Uint8Array(32)] },
      },
    })),
  });

test('ERR-14 fields are counted at every depth, to the last one', () => {
  const body = toBinary(PushRequestSchema, pushOf(10));
  expect(moreFieldsThan(49, PushRequestSchema, body)).toBe(true);
  expect(moreFieldsThan(50, PushRequestSchema, body)).toBe(false);
});

test('ERR-14 a message that says it is something else is no way around the count', () => {
  const inner = toBinary(PushRequestSchema, pushOf(10));
  // The decoder takes a known field for what it is: an operation under a number's tag is read as one all the same.
  const body = new BinaryWriter().tag(3, WireType.Varint).bytes(inner).finish();
  expect(() => moreFieldsThan(5, PushRequestSchema, body)).toThrow();
});

test('ERR-14 numbers one behind the other in one field are not taken for something else', () => {
  const carry = Array.from({ length: 100 }, () => Zone.MESSAGES);
  const body = toBinary(WatchRequestSchema, create(WatchRequestSchema, { carry }));
  expect(moreFieldsThan(10, WatchRequestSchema, body)).toBe(false);
});

test('ERR-14 the values of JSON are counted before it is parsed', () => {
  const body = new TextEncoder().encode(JSON.stringify({ operations: [{}, {}, {}], zone: 1 }));
  expect(moreValuesThan(7, body)).toBe(true);
  expect(moreValuesThan(8, body)).toBe(false);
});
