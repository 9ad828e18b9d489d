/** Whom a message did not reach: the registers that say so. */
import { expect, test } from 'vitest';
import { sodiumReady } from '../crypto/sodium.ts';
import { MessageField } from '../proto/gen/lockstep/record/v1/record_pb.js';
import { mergePayloads } from './merge.ts';
import { readDeliveries, withDelivered, withNotDelivered } from './not-delivered.ts';
import { newPayload, type Payload, setRegister } from './payload.ts';
import { decodePayload, encodePayload } from './payload-codec.ts';

await sodiumReady();
const bob = new Uint8Array(16).fill(1);
const carol = new Uint8Array(16).fill(2);
const none = newPayload(1);
const through = (payload: Payload) => readDeliveries(decodePayload(encodePayload(payload)));

test('OUT-36 a message without a word of it reached everybody; one person is said, and taken back, without the others', () => {
  expect(through(none)).toEqual([]);
  const full = withNotDelivered(withNotDelivered(none, carol, 'noAccount'), bob, 'mailboxFull');
  expect(through(full)).toEqual([
    { account: bob, why: 'mailboxFull' },
    { account: carol, why: 'noAccount' },
  ]);
  expect(through(withDelivered(full, bob))).toEqual([
    { account: bob, why: null },
    { account: carol, why: 'noAccount' },
  ]);
});

test('OUT-36 whoever has got it has it: whatever is said later, in whichever order devices hear it', () => {
  const missed = withNotDelivered(none, bob, 'mailboxFull');
  const reached = withDelivered(missed, bob);
  const late = withNotDelivered(none, bob, 'noAccount');
  for (const [a, b] of [
    [reached, late],
    [late, reached],
    [missed, reached],
  ] as const)
    expect(readDeliveries(mergePayloads(a, b))).toEqual([{ account: bob, why: null }]);
  expect(readDeliveries(withNotDelivered(reached, bob, 'noAccount'))).toEqual([{ account: bob, why: null }]);
  // That there is no account any more is the last word on why.
  expect(readDeliveries(mergePayloads(late, missed))).toEqual([{ account: bob, why: 'noAccount' }]);
  // Two devices that find out the same write the same bytes.
  expect(encodePayload(withDelivered(late, bob))).toEqual(encodePayload(reached));
});

test('OUT-36 REC-22 a reason of a newer app is one all the same; what is damaged, or of nobody, counts as absent', () => {
  const said = (key: Uint8Array, value: number[]) =>
    readDeliveries(
      setRegister(none, MessageField.NOT_DELIVERED, key, 1n, new Uint8Array(), Uint8Array.from(value)),
    );
  expect(said(bob, [8, 77])).toEqual([{ account: bob, why: 'refused' }]);
  expect(said(bob, [8])).toEqual([]);
  expect(said(Uint8Array.of(1), [8, 2])).toEqual([]);
});
