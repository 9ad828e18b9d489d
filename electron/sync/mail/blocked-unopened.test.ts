/** What a blocked person sends is not even opened: nothing is asked, set aside, said or answered (SPEC OUT-15). */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { toHex } from '../../../shared/crypto/bytes.ts';
import { LookUpResponseSchema } from '../../../shared/proto/gen/lockstep/cloud/v1/accounts_pb.js';
import { ReceiveResponseSchema } from '../../../shared/proto/gen/lockstep/cloud/v1/mailboxes_pb.js';
import { listPending } from '../../store/mail.ts';
import { listOutbox } from '../../store/outbox.ts';
import { setSettings } from '../commands/settings.ts';
import { impostor } from '../testing/impostor.ts';
import { annaWroteToBob, closeDevices, type MailDevice } from '../testing/mail-device.ts';
import { tamper } from '../testing/tamper.ts';
import { receiveStep } from './receive-step.ts';
import { sendStep } from './send-step.ts';

let cloud: Cloud;
let anna: MailDevice;
let bob: MailDevice;
let id: string;
beforeEach(async () => {
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  ({ anna, bob, id } = await annaWroteToBob(cloud));
  await anna.exchange();
});
afterEach(async () => {
  closeDevices();
  await cloud.close();
});
const accountOf = (device: MailDevice) => device.ctx.keys.get()!.accountId;

test('OUT-15 a blocked person whose identity has changed: nothing is set aside for them', async () => {
  setSettings(anna.ctx, { block: { account: toHex(accountOf(bob)), on: true } });
  tamper(cloud, anna, '/LookUp', LookUpResponseSchema, await impostor(accountOf(bob)));
  await anna.start('bob@example.org');
  bob.write(id, 'unseen');
  await bob.exchange();
  const { waits } = await receiveStep(anna.ctx);
  expect([waits, listPending(anna.store, 'identityChanged').length]).toEqual([false, 0]);
});

test('OUT-15 what a blocked person sends and does not open: nothing is said of it', async () => {
  setSettings(anna.ctx, { block: { account: toHex(accountOf(bob)), on: true } });
  bob.write(id, 'unseen');
  await bob.exchange();
  tamper(cloud, anna, '/Receive', ReceiveResponseSchema, ({ envelopes }) => {
    for (const one of envelopes) one.content[one.content.length - 1]! ^= 1;
  });
  await receiveStep(anna.ctx);
  expect(anna.notices()).toEqual([]);
});

test('OUT-15 a receipt that was waiting when somebody was blocked is not sent', async () => {
  bob.write(id, 'from Bob');
  await sendStep(bob.ctx);
  // Received, and its receipt not sent yet.
  await receiveStep(anna.ctx);
  expect(listOutbox(anna.store).map(({ kind }) => kind)).toEqual(['receipt']);
  setSettings(anna.ctx, { block: { account: toHex(accountOf(bob)), on: true } });
  await sendStep(anna.ctx);
  await receiveStep(bob.ctx);
  expect(bob.states(id).at(-1)).toBe('sent');
});
