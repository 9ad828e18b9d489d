import { expect, test } from 'vitest';
import { Asking } from './asking.ts';
import { LeanRequest } from './lean.ts';

const MINUTE = 60_000;
const ask = (call: string, place: number): Request => {
  const init = { method: 'POST', body: new Uint8Array([place]), signal: new AbortController().signal };
  return new LeanRequest(`http://localhost:1/${call}`, init) as unknown as Request;
};

test('SIM-17 with the app’s own sizes every request counts, in the minute in which it comes', () => {
  const asking = new Asking(MINUTE, false);
  for (let n = 0; n < 9; n += 1) asking.note(ask('Receive', n), 10 * MINUTE + n);
  asking.note(ask('Receive', 9), 11 * MINUTE);
  expect(asking.most).toBe(9);
});

test('SIM-17 a piece of a file counts from the second time on', () => {
  const asking = new Asking(MINUTE, false);
  for (const call of ['StatBlobs', 'PutBlob', 'GetBlob'])
    for (let n = 0; n < 9; n += 1) asking.note(ask(call, n), n);
  expect(asking.most).toBe(0);
  for (let n = 0; n < 3; n += 1) asking.note(ask('PutBlob', 4), 10);
  expect(asking.most).toBe(3);
});

test('SIM-17 with short pages a place counts from the second time on, and everything that is no page', () => {
  const asking = new Asking(MINUTE, true);
  for (let n = 0; n < 9; n += 1) asking.note(ask('Receive', n), n);
  expect(asking.most).toBe(0);
  // Another call at the same place is another place.
  asking.note(ask('Acknowledge', 3), 10);
  for (let n = 0; n < 4; n += 1) asking.note(ask('Receive', 3), 10);
  expect(asking.most).toBe(4);
  for (let n = 0; n < 5; n += 1) asking.note(ask('Push', n), 20);
  expect(asking.most).toBe(9);
  // Of a device that is killed and starts again it is new.
  asking.startsAnew();
  asking.note(ask('Receive', 3), 30);
  expect(asking.most).toBe(9);
  asking.note(ask('Receive', 3), 30);
  expect(asking.most).toBe(10);
  // A minute later too.
  asking.note(ask('Receive', 3), MINUTE);
  expect(asking.most).toBe(10);
});
