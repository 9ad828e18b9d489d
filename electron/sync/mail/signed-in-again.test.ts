/**
 * What waits to be sent while a device signs out and in again: it has another name and other keys then, and nobody takes what was signed with the old
 * ones (SPEC OUT-33). Two people and a real cloud.
 */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { fromHex, toHex } from '../../../shared/crypto/bytes.ts';
import { messagePage } from '../../store/message-pages.ts';
import { listOutbox } from '../../store/outbox.ts';
import { removeEndedDevices, signOut } from '../account/devices.ts';
import { annaWroteToBob, closeDevices, type MailDevice } from '../testing/mail-device.ts';
import { answerLost } from '../testing/tamper.ts';
import { edit } from './compose.ts';
import { sendStep } from './send-step.ts';

const clock = { ahead: 0, now: () => Date.now() + clock.ahead };
let cloud: Cloud;
let anna: MailDevice;
let bob: MailDevice;
let id: string;
beforeEach(async () => {
  clock.ahead = 0;
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open', clock });
  ({ anna, bob, id } = await annaWroteToBob(cloud));
});
afterEach(async () => {
  closeDevices();
  await cloud.close();
});

const again = async () => {
  await signOut(anna.ctx, { wipe: false, evenUnsent: true });
  await anna.signIn('anna@example.org');
};

test('OUT-33 written, signed out, signed in again: it reaches the other', async () => {
  anna.write(id, 'waits');
  await again();
  await anna.exchange();
  await bob.exchange();
  expect(anna.texts(id)).toEqual(['from Anna', 'waits']);
  expect([bob.notices(), bob.texts(id)]).toEqual([[], ['from Anna', 'waits']]);
});

test('OUT-33 an edit that waits reaches the other, too', async () => {
  const [m] = messagePage(anna.store, {
    conversation: fromHex(id),
    anchor: null,
    direction: 'older',
    limit: 10,
  }).messages;
  anna.store.write(() => edit(anna.ctx, { id: toHex(m!.id), text: 'edited' }));
  await again();
  await anna.exchange();
  await bob.exchange();
  expect(anna.texts(id)).toEqual(['edited']);
  expect([bob.notices(), bob.texts(id)]).toEqual([[], ['edited']]);
});

test('OUT-33 OUT-26 asked for and never arrived, signed out, signed in again ten minutes later: it reaches the other', async () => {
  anna.write(id, 'waits');
  const real = anna.wire.fetch;
  anna.wire.fetch = async (input, init) => {
    if (String(input).endsWith('/Send')) throw new TypeError('no connection');
    return real(input, init);
  };
  await expect(sendStep(anna.ctx)).rejects.toThrow();
  anna.wire.fetch = real;
  await again();
  await removeEndedDevices(anna.ctx);
  for (const one of [clock, anna.clock, bob.clock]) one.ahead = 10 * 60_000;
  await anna.exchange();
  await bob.exchange();
  expect(anna.texts(id)).toEqual(['from Anna', 'waits']);
  expect([bob.notices(), bob.texts(id)]).toEqual([[], ['from Anna', 'waits']]);
});

test('OUT-33 OUT-26 accepted, its answer lost, signed out, signed in again: once', async () => {
  anna.write(id, 'waits');
  const real = anna.wire.fetch;
  anna.wire.fetch = answerLost(real, '/Send');
  await expect(sendStep(anna.ctx)).rejects.toThrow();
  anna.wire.fetch = real;
  await again();
  for (let i = 0; i < 3; i += 1) {
    await anna.exchange();
    await bob.exchange();
  }
  expect([anna.texts(id), listOutbox(anna.store).filter(({ kind }) => kind === 'message')]).toEqual([
    ['from Anna', 'waits'],
    [],
  ]);
  expect([anna.notices(), bob.notices(), bob.texts(id)]).toEqual([[], [], ['from Anna', 'waits']]);
});
