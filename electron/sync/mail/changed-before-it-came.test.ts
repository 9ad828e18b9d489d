/** A mailbox that is full while somebody sleeps: what becomes of a message that is changed before it comes there. Real devices, a real cloud. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { fromHex, toHex } from '../../../shared/crypto/bytes.ts';
import { decodePayload } from '../../../shared/model/payload-codec.ts';
import { addLocalDelete } from '../../store/local-deletes.ts';
import { messagePage } from '../../store/message-pages.ts';
import { listOutbox } from '../../store/outbox.ts';
import { deleteForGood, putMerged } from '../../store/records.ts';
import { setZoneState } from '../../store/zone-state.ts';
import { annaWroteToBob, closeDevices, type MailDevice, mailDevice } from '../testing/mail-device.ts';
import { edit, retry, unsend } from './compose.ts';
import { receiveStep } from './receive-step.ts';
import { sendStep } from './send-step.ts';

let cloud: Cloud;
let anna: MailDevice;
let bob: MailDevice;
let id: string;
beforeEach(async () => {
  cloud = await createCloud({
    dataDir: ':memory:',
    registration: 'open',
    mailboxLimits: { mailboxEntries: 4, mailboxBytes: 1024 ** 3 },
  });
  ({ anna, bob, id } = await annaWroteToBob(cloud));
});
afterEach(async () => {
  closeDevices();
  await cloud.close();
});

const reads = async (...devices: MailDevice[]): Promise<void> => {
  for (const device of devices) while ((await receiveStep(device.ctx)).more);
};
const rows = () => listOutbox(anna.store).map(({ kind, state, failure }) => `${kind} ${state} ${failure}`);
const last = ({ store }: MailDevice) =>
  messagePage(store, { conversation: fromHex(id), anchor: null, direction: 'older', limit: 100 }).messages.at(
    -1,
  )!;

/** Bob sleeps, and his mailbox fills. Gives the message that he did not get. */
async function oneTooMany(...more: MailDevice[]): Promise<{ message: string; text: string }> {
  for (const one of [anna, bob, ...more]) setZoneState(one.store, 'messages', { switch: 'off' });
  await anna.exchange();
  await bob.exchange();
  for (let i = 0; i < 8 && rows().length === 0; i += 1) {
    anna.write(id, `m${i}`);
    await sendStep(anna.ctx);
    await reads(anna, ...more);
  }
  expect(rows()).toEqual(['redelivery failed mailboxFull']);
  const { id: message, text } = last(anna);
  return { message: toHex(message), text };
}

test('OUT-34 what was unsent before it reached somebody does not go there afterwards', async () => {
  const { message, text } = await oneTooMany();
  anna.store.write(() => unsend(anna.ctx, { id: message }));
  await sendStep(anna.ctx);
  // He reads, and there is room again.
  await bob.exchange();
  expect(() => anna.store.write(() => retry(anna.ctx, { id: message }))).toThrow('not waiting any more');
  await anna.exchange();
  await bob.exchange();
  expect(bob.texts(id)).not.toContain(text);
});

test('OUT-34 nor when it was unsent while it was being tried again', async () => {
  const { message, text } = await oneTooMany();
  await bob.exchange();
  anna.store.write(() => retry(anna.ctx, { id: message }));
  // On another device: its word comes by mail or zone before this one sends.
  const rid = 'SELECT rid FROM message WHERE id = ?';
  anna.store.run(`UPDATE message SET unsent_ms = 5 WHERE rid = (${rid})`, fromHex(message));
  await anna.exchange();
  await bob.exchange();
  expect([bob.texts(id).includes(text), rows()]).toEqual([false, []]);
});

test('OUT-34 where another device has unsent it nothing is left to deliver, and nothing to try again', async () => {
  const second = mailDevice(cloud);
  await second.signIn('anna@example.org');
  const { message } = await oneTooMany(second);
  expect(last(anna).failure).toBe('mailboxFull');
  second.store.write(() => unsend(second.ctx, { id: message }));
  await sendStep(second.ctx);
  await reads(anna);
  expect(last(anna).unsentMs).not.toBeNull();
  expect([rows(), last(anna).state, last(anna).failure]).toEqual([[], 'sent', null]);
});

test.each<[string, (id: Uint8Array) => void]>([
  [
    'for all devices',
    (id) => deleteForGood(anna.store, 'messages', id, { push: false, byPerson: false, nowMs: 5 }),
  ],
  ['by Keep Messages of this device', (id) => addLocalDelete(anna.store, id, 5, true, true)],
])('OUT-34 of what is deleted for good %s nothing is left to deliver, nor its text', async (_, gone) => {
  const { message, text } = await oneTooMany();
  gone(fromHex(message));
  expect(rows()).toEqual([]);
  await bob.exchange();
  await anna.exchange();
  await bob.exchange();
  expect(bob.texts(id)).not.toContain(text);
});

/** What happens to the message of that id, here, while its request is under way. */
const GOES: [string, (id: Uint8Array, second: MailDevice) => void][] = [
  [
    'unsent on another device, by zone',
    (id, second) => {
      second.store.write(() => unsend(second.ctx, { id: toHex(id) }));
      const payload = decodePayload(fromHex(second.payload(id)));
      putMerged(anna.store, 'messages', id, payload, { dirty: false });
    },
  ],
  [
    'deleted for good for all devices',
    (id) => deleteForGood(anna.store, 'messages', id, { push: false, byPerson: false, nowMs: 5 }),
  ],
  ['deleted for good by Keep Messages of this device', (id) => addLocalDelete(anna.store, id, 5, true, true)],
];
test.each(
  GOES.flatMap(([name, act]) =>
    (['he gets it', 'his mailbox is still full', 'no answer is heard'] as const).map(
      (answer) => [name, answer, act] as const,
    ),
  ),
)('OUT-34 %s while it is on its way, and %s: nothing is left to deliver', async (_, answer, act) => {
  const second = mailDevice(cloud);
  await second.signIn('anna@example.org');
  const { message, text } = await oneTooMany(second);
  const room = answer !== 'his mailbox is still full';
  if (room) await bob.exchange();
  anna.store.write(() => retry(anna.ctx, { id: message }));
  const { fetch } = anna.wire;
  let sends = 0;
  anna.wire.fetch = async (input, init) => {
    const given = await fetch(input, init);
    if (!String(input).endsWith('/Send')) return given;
    sends += 1;
    expect(rows()).toEqual(['redelivery sending null']);
    act(fromHex(message), second);
    expect(rows()).toEqual([]);
    if (answer === 'no answer is heard') throw new TypeError('The connection is gone.');
    return given;
  };
  await sendStep(anna.ctx).catch((error) => expect(error.message).toContain('connection'));
  expect([rows(), sends]).toEqual([[], 1]);
  // After a restart, too.
  anna.wire.fetch = fetch;
  anna.restart();
  await anna.exchange();
  expect(rows()).toEqual([]);
  expect(() => anna.store.write(() => retry(anna.ctx, { id: message }))).toThrow('not waiting any more');
  await bob.exchange();
  await anna.exchange();
  await bob.exchange();
  // What had left before that had left.
  expect(bob.texts(id).includes(text)).toBe(room);
});

test('OUT-34 one that is in Recently Deleted is still to be delivered', async () => {
  const { message } = await oneTooMany();
  addLocalDelete(anna.store, fromHex(message), 5);
  expect(rows()).toEqual(['redelivery failed mailboxFull']);
});

test('OUT-34 what was edited before it reached somebody is there as it is, not as it was', async () => {
  const { message } = await oneTooMany();
  anna.store.write(() => edit(anna.ctx, { id: message, text: 'edited' }));
  await sendStep(anna.ctx);
  await bob.exchange();
  anna.store.write(() => retry(anna.ctx, { id: message }));
  await anna.exchange();
  await bob.exchange();
  expect([bob.texts(id).at(-1), last(bob).editedMs]).toEqual(['edited', last(anna).editedMs]);
  expect(rows()).toEqual([]);
});

test('OUT-35 a mailbox of one’s own that is full is said', async () => {
  const second = mailDevice(cloud);
  await second.signIn('anna@example.org');
  for (const one of [anna, second, bob]) setZoneState(one.store, 'messages', { switch: 'off' });
  await anna.exchange();
  await bob.exchange();
  await reads(second);
  const said = () => anna.notices().filter((one) => JSON.stringify(one).includes('ownMailboxFull')).length;
  // The second device sleeps, and the account's mailbox fills.
  for (let i = 0; i < 6; i += 1) {
    anna.write(id, `m${i}`);
    await sendStep(anna.ctx);
    await reads(anna, bob);
  }
  expect(said()).toBe(1);
  expect(bob.texts(id)).toEqual(anna.texts(id));
});
