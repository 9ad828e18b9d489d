import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { setZoneState } from '../../store/zone-state.ts';
import { annaAndBob, closeDevices, fetchOf, type MailDevice, mailDevice } from '../testing/mail-device.ts';
import { answerLost } from '../testing/tamper.ts';
import { edit, markRead, react, retry } from './compose.ts';
import { receiveStep } from './receive-step.ts';
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

const messageIds = (device: MailDevice): Uint8Array[] =>
  device.store
    .all<{ id: Uint8Array }>('SELECT id FROM record WHERE zone = 2 AND kind = 1 ORDER BY rid')
    .map((row) => new Uint8Array(row.id));

test('OUT-4 two accounts write to each other both ways; OUT-8 delivered comes back', async () => {
  const id = await anna.start('bob@example.org');
  anna.write(id, 'Hello Bob');
  await anna.exchange();
  await bob.exchange();
  expect(bob.texts(id)).toEqual(['Hello Bob']);
  bob.write(id, 'Hello Anna');
  await bob.exchange();
  await anna.exchange();
  expect(anna.texts(id)).toEqual(['Hello Bob', 'Hello Anna']);
  expect(anna.states(id)).toEqual(['delivered', 'received']);
  expect(anna.notices()).toEqual([]);
  expect(bob.notices()).toEqual([]);
});

test('OUT-7 read is told while the setting is on', async () => {
  const id = await anna.start('bob@example.org');
  anna.write(id, 'Read me');
  await anna.exchange();
  await bob.exchange();
  bob.store.write(() => markRead(bob.ctx, { conversationId: id, upTo: null }));
  await bob.exchange();
  await anna.exchange();
  expect(anna.states(id)).toEqual(['read']);
});

test('OUT-7 a read mark that rises while the receipt of the one before it is being sealed is told too', async () => {
  const id = await anna.start('bob@example.org');
  anna.write(id, 'first');
  anna.write(id, 'second');
  await anna.exchange();
  await bob.exchange();
  const [first, second] = messageIds(bob).map((one) => Buffer.from(one).toString('hex'));
  const read = (message: string) =>
    bob.store.write(() => markRead(bob.ctx, { conversationId: id, upTo: { at: 0, id: message } }));
  // As on a device that has the conversation from its zone: nobody's keys are known yet.
  bob.store.run('DELETE FROM pin');
  read(first!);
  let lookUps = 0;
  bob.wire.fetch = (input, init) => {
    if (String(input).endsWith('/LookUp') && ++lookUps === 1) read(second!);
    return fetchOf(cloud)(input, init);
  };
  await bob.exchange();
  await anna.exchange();
  expect(lookUps).toBeGreaterThan(0);
  expect(anna.states(id)).toEqual(['read', 'read']);
});

test('OUT-6 sender, second device of the sender and receiver make the same record of a message', async () => {
  const second = mailDevice(cloud);
  await second.signIn('anna@example.org');
  const id = await anna.start('bob@example.org');
  anna.write(id, 'One record');
  await anna.exchange();
  await second.exchange();
  const [a] = messageIds(anna);
  const [b] = messageIds(second);
  expect(b).toEqual(a);
  expect(second.payload(b!)).toBe(anna.payload(a!));
  expect(second.texts(id)).toEqual(['One record']);
});

test('OUT-1 what is written without a connection goes out later, in order, also after a restart', async () => {
  const id = await anna.start('bob@example.org');
  anna.wire.fetch = async () => Promise.reject(new TypeError('no network'));
  for (const text of ['first', 'second', 'third']) anna.write(id, text);
  await expect(sendStep(anna.ctx)).rejects.toThrow();
  anna.restart();
  expect(anna.texts(id)).toEqual(['first', 'second', 'third']);
  anna.wire.fetch = fetchOf(cloud);
  await anna.exchange();
  await bob.exchange();
  expect(bob.texts(id)).toEqual(['first', 'second', 'third']);
});

test('OUT-2 a lost answer and a restart send nothing twice', async () => {
  const id = await anna.start('bob@example.org');
  anna.write(id, 'once');
  const real = fetchOf(cloud);
  anna.wire.fetch = answerLost(real, '/Send');
  await expect(sendStep(anna.ctx)).rejects.toThrow();
  await expect(sendStep(anna.ctx)).rejects.toThrow();
  anna.restart();
  anna.wire.fetch = real;
  await anna.exchange();
  const page = await bob.ctx.cloud.mailboxes.receive({ after: 0n, limit: 500 });
  expect(page.envelopes).toHaveLength(1);
  await bob.exchange();
  expect(bob.texts(id)).toEqual(['once']);
  expect(anna.texts(id)).toEqual(['once']);
  expect(messageIds(anna)).toHaveLength(1);
});

test('OUT-3 a recipient whose epoch moved on is looked up again, and the message sealed anew', async () => {
  const id = await anna.start('bob@example.org');
  const second = mailDevice(cloud);
  await second.signIn('bob@example.org');
  const { removeDevice } = await import('../account/devices.ts');
  await removeDevice(second.ctx, {
    id: Buffer.from(bob.ctx.keys.get()!.deviceId).toString('hex'),
    stolen: false,
    password: null,
  });
  anna.write(id, 'to the new epoch');
  await anna.exchange();
  await second.exchange();
  expect(second.texts(id)).toEqual(['to the new epoch']);
  expect(second.ctx.keys.get()?.current).toBe(2);
});

test('OUT-5 a full mailbox is said, and Try Again delivers later', async () => {
  await cloud.close();
  cloud = await createCloud({
    dataDir: ':memory:',
    registration: 'open',
    mailboxLimits: { mailboxEntries: 1 },
  });
  closeDevices();
  anna = mailDevice(cloud);
  bob = mailDevice(cloud);
  await anna.signUp('anna@example.org');
  await bob.signUp('bob@example.org');
  // Nobody waits for a zone before the mailbox is told.
  setZoneState(bob.store, 'messages', { switch: 'off' });
  const id = await anna.start('bob@example.org');
  anna.write(id, 'fills it');
  await sendStep(anna.ctx);
  await receiveStep(anna.ctx);
  anna.write(id, 'too much');
  await sendStep(anna.ctx);
  const failed = anna.store.get<{ failure: string }>('SELECT failure FROM outbox');
  expect(failed?.failure).toBe('mailboxFull');
  expect(anna.texts(id)).toEqual(['fills it', 'too much']);
  expect(anna.states(id)).toEqual(['sent', 'failed']);
  await receiveStep(bob.ctx);
  const shown = messageIds(anna).at(-1);
  anna.store.write(() => retry(anna.ctx, { id: Buffer.from(shown!).toString('hex') }));
  await sendStep(anna.ctx);
  await receiveStep(bob.ctx);
  expect(bob.texts(id)).toEqual(['fills it', 'too much']);
  expect(anna.store.get('SELECT 1 AS one FROM outbox WHERE kind = ?', 'message')).toBeUndefined();
  expect(anna.states(id)).toEqual(['sent', 'sent']);
});

test('OUT-11 edits and reactions reach everybody; only the author edits', async () => {
  const id = await anna.start('bob@example.org');
  anna.write(id, 'helo');
  await anna.exchange();
  await bob.exchange();
  const [mine] = messageIds(anna);
  const [theirs] = messageIds(bob);
  const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes!).toString('hex');
  anna.store.write(() => edit(anna.ctx, { id: hex(mine), text: 'hello' }));
  bob.store.write(() => react(bob.ctx, { id: hex(theirs), emoji: '👍' }));
  await anna.exchange();
  await bob.exchange();
  await anna.exchange();
  expect(bob.texts(id)).toEqual(['hello']);
  expect(anna.store.get<{ emoji: string }>('SELECT emoji FROM message_reaction')?.emoji).toBe('👍');
  expect(() => bob.store.write(() => edit(bob.ctx, { id: hex(theirs), text: 'mine' }))).toThrow(
    /Only who wrote/,
  );
});

test('OUT-17 a group of three: everybody has what everybody wrote, once', async () => {
  const carl = mailDevice(cloud);
  await carl.signUp('carl@example.org');
  const id = await anna.start('bob@example.org', 'carl@example.org');
  anna.write(id, 'to both');
  await anna.exchange();
  await bob.exchange();
  bob.write(id, 'from bob');
  await bob.exchange();
  await carl.exchange();
  carl.restart();
  await carl.exchange();
  await anna.exchange();
  expect(anna.texts(id)).toEqual(['to both', 'from bob']);
  expect(bob.texts(id)).toEqual(['to both', 'from bob']);
  expect(carl.texts(id)).toEqual(['to both', 'from bob']);
});
