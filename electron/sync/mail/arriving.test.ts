/** What happens to an envelope that is in order, but meets something here. */
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import {
  AcknowledgeRequestSchema,
  ReceiveResponseSchema,
} from '../../../shared/proto/gen/lockstep/cloud/v1/mailboxes_pb.js';
import { clean, dirtyBatch } from '../../store/dirty.ts';
import { addPending, getMailCursor, setMailCursor } from '../../store/mail.ts';
import { messagesHere, onlyHere } from '../../store/only-here.ts';
import { listOutbox } from '../../store/outbox.ts';
import { getPin, setPin } from '../../store/pins.ts';
import { deleteForGood } from '../../store/records.ts';
import { setZoneState } from '../../store/zone-state.ts';
import { annaAndBob, closeDevices, fetchOf, type MailDevice, mailDevice } from '../testing/mail-device.ts';
import { messageRecordId } from '../zones/names.ts';
import { clampStamp } from './apply.ts';
import { react } from './compose.ts';
import { acknowledgeMail, receiveStep } from './receive-step.ts';
import { sendStep } from './send-step.ts';

let cloud: Cloud;
let anna: MailDevice;
let bob: MailDevice;

beforeEach(async () => {
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  ({ anna, bob } = await annaAndBob(cloud));
});
afterEach(async () => {
  closeDevices();
  await cloud.close();
});

const accountOf = (device: MailDevice) => device.ctx.keys.get()!.accountId;

/** As after a push that the cloud accepted. */
function asPushed(device: MailDevice): void {
  for (const { id, change } of dirtyBatch(device.store, 'messages', 400, Number.MAX_SAFE_INTEGER)) {
    clean(device.store, 'messages', id, change);
  }
}

/** What Bob's device holds of somebody's identity. */
function identityOf(device: MailDevice, { changed }: { changed: boolean }): void {
  setPin(bob.store, { ...getPin(bob.store, accountOf(device))!, changed });
}

test('OUT-14 a message deleted for good here is acknowledged unseen', async () => {
  const id = await anna.start('bob@example.org');
  anna.write(id, 'gone before it came');
  await sendStep(anna.ctx);
  const row = anna.store.get<{ guid: Uint8Array }>('SELECT guid FROM message')!;
  const record = messageRecordId(bob.ctx, accountOf(anna), new Uint8Array(row.guid));
  deleteForGood(bob.store, 'messages', record, { push: false, byPerson: true, nowMs: 1 });
  await receiveStep(bob.ctx);
  expect(bob.texts(id)).toEqual([]);
  expect(listOutbox(bob.store)).toEqual([]);
  expect(getMailCursor(bob.store)).toMatchObject({ stored: 1, acknowledged: 1 });
  expect(bob.notices()).toEqual([]);
});

test('OUT-24 with the switch on, mail is acknowledged only when the zone has it too', async () => {
  setZoneState(bob.store, 'messages', { switch: 'on' });
  const id = await anna.start('bob@example.org');
  anna.write(id, 'keep me until I am safe');
  await sendStep(anna.ctx);
  await receiveStep(bob.ctx);
  expect(bob.texts(id)).toEqual(['keep me until I am safe']);
  expect(getMailCursor(bob.store)).toMatchObject({ stored: 1, acknowledged: 0 });
  await acknowledgeMail(bob.ctx);
  expect(getMailCursor(bob.store).acknowledged).toBe(0);
  asPushed(bob);
  await acknowledgeMail(bob.ctx);
  expect(getMailCursor(bob.store)).toMatchObject({ stored: 1, acknowledged: 1 });
});

test('OUT-24 with the switch on, mail that waits for a decision about an identity stays in the mailbox for the next device', async () => {
  setZoneState(bob.store, 'messages', { switch: 'on' });
  const id = await anna.start('bob@example.org');
  anna.write(id, 'from Anna');
  await sendStep(anna.ctx);
  await receiveStep(bob.ctx);
  asPushed(bob);
  identityOf(anna, { changed: true });
  anna.write(id, 'the only copy');
  await sendStep(anna.ctx);
  await receiveStep(bob.ctx);
  expect(bob.texts(id)).toEqual(['from Anna']);
  expect(getMailCursor(bob.store)).toMatchObject({ stored: 2, acknowledged: 1 });
  // The first message alone, which no push has taken anywhere: the one that waits is in the mailbox.
  expect(onlyHere(bob.store).messages).toBe(1);
  // Should this device's folder be lost, the next one has it.
  const second = mailDevice(cloud);
  await second.signIn('bob@example.org');
  await receiveStep(second.ctx);
  expect(second.texts(id)).toContain('the only copy');
  // Decided, and in the zone: the mailbox may forget it.
  identityOf(anna, { changed: false });
  await receiveStep(bob.ctx);
  expect(bob.texts(id)).toEqual(['from Anna', 'the only copy']);
  asPushed(bob);
  await acknowledgeMail(bob.ctx);
  expect(getMailCursor(bob.store)).toMatchObject({ stored: 2, acknowledged: 2 });
});

test('OUT-24 nobody holds up more than the newest entries of the mailbox; what is past them counts as only here', async () => {
  setZoneState(bob.store, 'messages', { switch: 'on' });
  const told: number[] = [];
  bob.wire.fetch = async (input, init) => {
    if (!String(input).endsWith('/Acknowledge')) return fetchOf(cloud)(input, init);
    const asked = new Uint8Array(await new Request(input, init).arrayBuffer());
    told.push(Number(fromBinary(AcknowledgeRequestSchema, asked).position));
    return new Response(new Uint8Array(), { headers: { 'content-type': 'application/proto' } });
  };
  for (const position of [3, 700, 1_400]) {
    addPending(bob.store, {
      position,
      acceptedMs: position,
      sender: accountOf(anna),
      sendId: new Uint8Array(16).fill(position),
      content: new Uint8Array(),
      epoch: 1,
      suite: 1,
      sealedKey: new Uint8Array(),
      reason: 'identityChanged',
      receivedMs: 1,
    });
  }
  for (const stored of [900, 1_500, 1_600, 1_701, 2_400]) {
    setMailCursor(bob.store, { stored });
    await acknowledgeMail(bob.ctx);
  }
  expect(told).toEqual([2, 699, 1_399, 2_400]);
  expect(onlyHere(bob.store)).toEqual({ messages: 3, changes: 0 });
  expect(messagesHere(bob.store)).toBe(3);
});

test('OUT-15 what a blocked person sends is acknowledged unseen and unanswered', async () => {
  const id = await anna.start('bob@example.org');
  bob.store.run('INSERT INTO blocked (account) VALUES (?)', accountOf(anna));
  anna.write(id, 'let me in');
  await sendStep(anna.ctx);
  await receiveStep(bob.ctx);
  expect(bob.texts(id)).toEqual([]);
  expect(listOutbox(bob.store)).toEqual([]);
  expect(getMailCursor(bob.store)).toMatchObject({ stored: 1, acknowledged: 1 });
});

test('OUT-16 a reaction that comes before its message waits for it', async () => {
  const carl = mailDevice(cloud);
  await carl.signUp('carl@example.org');
  const id = await anna.start('bob@example.org', 'carl@example.org');
  anna.write(id, 'like it?');
  await anna.exchange();
  await bob.exchange();
  const shown = bob.store.get<{ id: Uint8Array }>('SELECT id FROM message')!;
  bob.store.write(() => react(bob.ctx, { id: Buffer.from(shown.id).toString('hex'), emoji: '❤️' }));
  await bob.exchange();
  const real = fetchOf(cloud);
  carl.wire.fetch = async (input, init) => {
    const answer = await real(input, init);
    if (!String(input).endsWith('/Receive')) return answer;
    const page = fromBinary(ReceiveResponseSchema, new Uint8Array(await answer.arrayBuffer()));
    page.envelopes.reverse();
    const headers = new Headers(answer.headers);
    headers.delete('content-length');
    return new Response(new Uint8Array(toBinary(ReceiveResponseSchema, page)), { headers });
  };
  await receiveStep(carl.ctx);
  expect(carl.texts(id)).toEqual(['like it?']);
  expect(carl.store.get<{ emoji: string }>('SELECT emoji FROM message_reaction')?.emoji).toBe('❤️');
  expect(carl.notices()).toEqual([]);
});

test('OUT-17 a crash after the commit and before the acknowledgement loses and doubles nothing', async () => {
  setZoneState(bob.store, 'messages', { switch: 'off' });
  const id = await anna.start('bob@example.org');
  anna.write(id, 'kept');
  await sendStep(anna.ctx);
  const real = fetchOf(cloud);
  bob.wire.fetch = async (input, init) => {
    if (String(input).endsWith('/Acknowledge')) throw new TypeError('cut');
    return real(input, init);
  };
  await expect(receiveStep(bob.ctx)).rejects.toThrow();
  expect(bob.texts(id)).toEqual(['kept']);
  bob.restart();
  bob.wire.fetch = real;
  await receiveStep(bob.ctx);
  expect(bob.texts(id)).toEqual(['kept']);
  expect(getMailCursor(bob.store)).toMatchObject({ stored: 1, acknowledged: 1 });
});

test('OUT-18 a stamp from the future counts for five minutes after the acceptance at most', () => {
  const acceptedMs = 1_800_000_000_000;
  const near = BigInt(acceptedMs + 60_000) << 16n;
  const far = BigInt(acceptedMs + 365 * 24 * 3_600_000) << 16n;
  expect(clampStamp(near, acceptedMs)).toBe(near);
  expect(clampStamp(far, acceptedMs) >> 16n).toBe(BigInt(acceptedMs + 5 * 60_000));
  expect(clampStamp(far + 1n, acceptedMs)).toBe(clampStamp(far, acceptedMs));
});

test('OUT-7 a page of messages in order, answered by one receipt', async () => {
  const id = await anna.start('bob@example.org');
  for (let i = 0; i < 120; i++) anna.write(id, `message ${i}`);
  while ((await sendStep(anna.ctx)).nextAt !== Number.POSITIVE_INFINITY);
  expect(await receiveStep(bob.ctx)).toEqual({ more: false, waits: false, aside: false });
  expect(bob.texts(id)).toEqual(Array.from({ length: 120 }, (_, i) => `message ${i}`));
  // One receipt for all of them.
  expect(listOutbox(bob.store).map((entry) => entry.kind)).toEqual(['receipt']);
});
