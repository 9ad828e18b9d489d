/** A message whose answer was lost, on a device that sleeps until the cloud has forgotten that it accepted it. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { enqueue, nextOutbox, type OutboxEntry } from '../../store/outbox.ts';
import { listRecentlyDeleted } from '../../store/recently-deleted.ts';
import { annaAndBob, closeDevices, fetchOf, type MailDevice } from '../testing/mail-device.ts';
import { receiveStep } from './receive-step.ts';
import { sendStep } from './send-step.ts';

const DAY = 24 * 3_600_000;
const clock = { ahead: 0, now: () => Date.now() + clock.ahead };
let cloud: Cloud;
let anna: MailDevice;
let bob: MailDevice;
let id: string;
/** Sends that the cloud was asked for. */
let sends = 0;

beforeEach(async () => {
  clock.ahead = 0;
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open', clock });
  ({ anna, bob } = await annaAndBob(cloud));
  id = await anna.start('bob@example.org');
});
afterEach(async () => {
  closeDevices();
  await cloud.close();
});

/** Asks, and hears nothing. */
async function asks(reaches: boolean): Promise<void> {
  const real = fetchOf(cloud);
  anna.wire.fetch = async (input, init) => {
    if (!String(input).endsWith('/Send')) return real(input, init);
    if (reaches) await real(input, init);
    throw new TypeError('the answer was lost');
  };
  await expect(sendStep(anna.ctx)).rejects.toThrow();
  countSends();
}

/** From here on, and all of them arrive. */
function countSends(): void {
  const real = fetchOf(cloud);
  sends = 0;
  anna.wire.fetch = async (input, init) => {
    if (String(input).endsWith('/Send')) sends += 1;
    return real(input, init);
  };
}

/** And somebody sends something: with that the cloud forgets. */
async function daysPass(days: number): Promise<void> {
  for (const one of [clock, anna.clock, bob.clock]) one.ahead = days * DAY;
  const other = await bob.start('anna@example.org');
  bob.write(other, 'from Bob');
  await sendStep(bob.ctx);
}

test('OUT-26 accepted 32 days ago and never heard of: it is found in the own mailbox, and sent no second time', async () => {
  anna.write(id, 'once');
  await asks(true);
  await daysPass(32);
  const again = await sendStep(anna.ctx);
  expect([sends, again.nextAt > anna.clock.now()]).toEqual([0, true]);
  expect(anna.texts(id)).toEqual(['once']);
  await receiveStep(anna.ctx);
  // In one moment out of the outbox and into the messages.
  expect(anna.texts(id)).toEqual(['once', 'from Bob']);
  expect(nextOutbox(anna.store)?.kind).not.toBe('message');
  await anna.exchange();
  await bob.exchange();
  expect([anna.texts(id), bob.texts(id)]).toEqual([
    ['once', 'from Bob'],
    ['once', 'from Bob'],
  ]);
  expect([anna.notices(), bob.notices()]).toEqual([[], []]);
});

test('OUT-26 OUT-1 never accepted: after however long it goes, once', async () => {
  anna.write(id, 'late');
  await asks(false);
  await daysPass(400);
  // Bob's has come, and Anna's is not there.
  await sendStep(anna.ctx);
  while ((await receiveStep(anna.ctx)).more);
  await sendStep(anna.ctx);
  expect(sends).toBeGreaterThan(0);
  await bob.exchange();
  expect(bob.texts(id)).toEqual(['from Bob', 'late']);
  await anna.exchange();
  expect([anna.texts(id), anna.notices(), bob.notices()]).toEqual([['from Bob', 'late'], [], []]);
});

test('OUT-26 SYN-72 deleted on its way 32 days ago: a deleted message where it was accepted, and otherwise never sent', async () => {
  const accepted = anna.write(id, 'accepted');
  await asks(true);
  await anna.delete(accepted);
  anna.restart();
  await daysPass(32);
  await anna.exchange();
  expect(anna.texts(id)).toEqual(['from Bob']);
  expect(listRecentlyDeleted(anna.store, 10).map(({ message }) => message.text)).toEqual(['accepted']);
  const lost = anna.write(id, 'not accepted');
  await asks(false);
  await anna.delete(lost);
  anna.restart();
  clock.ahead = 80 * DAY;
  anna.clock.ahead = clock.ahead;
  bob.clock.ahead = clock.ahead;
  await anna.exchange();
  await bob.exchange();
  expect([anna.texts(id), bob.texts(id)]).toEqual([['from Bob'], ['accepted', 'from Bob']]);
  expect(nextOutbox(anna.store)).toBeUndefined();
});

test('OUT-26 OUT-2 asked for a moment ago it is simply asked for again', async () => {
  anna.write(id, 'once');
  await asks(true);
  await daysPass(20);
  await sendStep(anna.ctx);
  expect(sends).toBe(1);
  await anna.exchange();
  await bob.exchange();
  expect([bob.texts(id), anna.notices(), bob.notices()]).toEqual([['once', 'from Bob'], [], []]);
});

test('OUT-30 sent before this folder was put back to a copy, and here again by the zone: it is sent no second time', async () => {
  anna.write(id, 'once');
  const entry = nextOutbox(anna.store) as OutboxEntry;
  await sendStep(anna.ctx);
  enqueue(anna.store, entry);
  countSends();
  await sendStep(anna.ctx);
  expect([sends, anna.texts(id)]).toEqual([0, ['once']]);
  // What is new goes as ever.
  anna.write(id, 'another');
  await sendStep(anna.ctx);
  expect(sends).toBe(1);
  await anna.exchange();
  await bob.exchange();
  expect([anna.texts(id), bob.texts(id)]).toEqual([
    ['once', 'another'],
    ['once', 'another'],
  ]);
  expect([anna.notices(), bob.notices()]).toEqual([[], []]);
});
