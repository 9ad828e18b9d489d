/** A message that was accepted and that somebody did not get: it is tried again, or given up. */
import { create } from '@bufbuild/protobuf';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { toHex } from '../../../shared/crypto/bytes.ts';
import {
  NotDeliveredReason,
  NotDeliveredSchema,
  SendResponseSchema,
} from '../../../shared/proto/gen/lockstep/cloud/v1/mailboxes_pb.js';
import { listConversations } from '../../store/conversations.ts';
import { getMessage } from '../../store/messages.ts';
import { onlyHere } from '../../store/only-here.ts';
import { listOutbox } from '../../store/outbox.ts';
import { setZoneState } from '../../store/zone-state.ts';
import { deleteForGood, discard, recoverMessages } from '../commands/deletes.ts';
import { annaWroteToBob, closeDevices, fetchOf, type MailDevice } from '../testing/mail-device.ts';
import { tamper } from '../testing/tamper.ts';
import { markRead, retry } from './compose.ts';
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

/** Anna's device hears of all that it sends that Bob's mailbox was full. */
function bobsMailboxIsFull(): void {
  const accountId = bob.ctx.keys.get()!.accountId;
  tamper(cloud, anna, '/Send', SendResponseSchema, ({ result }) => {
    if (result.case !== 'accepted') return;
    const missed = { accountId, reason: NotDeliveredReason.MAILBOX_FULL };
    result.value.notDelivered = [create(NotDeliveredSchema, missed)];
  });
}

/** In the moment before its device hears the answer to a send. */
function beforeTheAnswer(act: () => unknown): void {
  const { fetch } = anna.wire;
  anna.wire.fetch = async (input, init) => {
    const answer = await fetch(input, init);
    if (String(input).endsWith('/Send')) await act();
    return answer;
  };
}

/** Of a message in Anna's store. */
const idOf = (text: string): string =>
  toHex(
    new Uint8Array(anna.store.get<{ id: Uint8Array }>('SELECT id FROM message WHERE text = ?', text)!.id),
  );
const tryAgain = (text: string) => anna.store.write(() => retry(anna.ctx, { id: idOf(text) }));
const rows = () =>
  listOutbox(anna.store).map(({ kind, state, failure, text }) => [kind, state, failure, text]);
/** Records and what waits, as they are on the disk. */
const isKept = (text: string): boolean =>
  anna.store
    .all<{ payload: Uint8Array | null }>('SELECT payload FROM record')
    .some(({ payload }) => payload !== null && Buffer.from(payload).includes(text)) ||
  listOutbox(anna.store).some((entry) => Buffer.from(entry.body).includes(text));

for (const on of [true, false]) {
  test(`DEL-3 Delete Now while it is tried again, or sent: its text does not come back into the outbox (switch ${on ? 'on' : 'off'})`, async () => {
    setZoneState(anna.store, 'messages', { switch: on ? 'on' : 'off' });
    const deleteNow = async (text: string): Promise<void> => {
      const ids = [idOf(text)];
      await anna.delete(...ids);
      await deleteForGood(anna.deleting, { ids });
    };
    bobsMailboxIsFull();
    anna.write(id, 'secret');
    await sendStep(anna.ctx);
    expect(rows()).toEqual([['redelivery', 'failed', 'mailboxFull', 'secret']]);
    tryAgain('secret');
    beforeTheAnswer(() => deleteNow('secret'));
    expect(isKept('secret')).toBe(true);
    await sendStep(anna.ctx);
    expect([anna.texts(id), rows(), isKept('secret')]).toEqual([['from Anna'], [], false]);
    // Its own echo brings the message before the answer to its first send.
    bobsMailboxIsFull();
    anna.write(id, 'another secret');
    beforeTheAnswer(async () => {
      while ((await receiveStep(anna.ctx)).more);
      await deleteNow('another secret');
    });
    await sendStep(anna.ctx);
    expect([anna.texts(id), rows(), isKept('another secret')]).toEqual([['from Anna'], [], false]);
  });
}

test('OUT-5 a retry that is discarded while it is on its way does not come back; one that is not stays and says why', async () => {
  bobsMailboxIsFull();
  anna.write(id, 'given up');
  await sendStep(anna.ctx);
  tryAgain('given up');
  await sendStep(anna.ctx);
  expect(rows()).toEqual([['redelivery', 'failed', 'mailboxFull', 'given up']]);
  tryAgain('given up');
  beforeTheAnswer(() => {
    discard(anna.deleting, { id: idOf('given up') });
  });
  await sendStep(anna.ctx);
  expect([anna.texts(id), rows()]).toEqual([['from Anna', 'given up'], []]);
});

test('OUT-5 SYN-72 deleted while it is on its way, and somebody did not get it: recovered, it can be tried again', async () => {
  bobsMailboxIsFull();
  const sent = anna.write(id, 'after all');
  beforeTheAnswer(() => anna.delete(sent));
  await sendStep(anna.ctx);
  expect([anna.texts(id), rows()]).toEqual([
    ['from Anna'],
    [['redelivery', 'failed', 'mailboxFull', 'after all']],
  ]);
  await recoverMessages(anna.deleting, { ids: 'all' });
  expect(anna.states(id)).toEqual(['delivered', 'failed']);
});

test('OUT-32 while it waits to be tried again it is shown as waiting, not as sent or read with a later one, and counted as only here', async () => {
  bobsMailboxIsFull();
  anna.write(id, 'not there');
  await sendStep(anna.ctx);
  anna.wire.fetch = fetchOf(cloud);
  anna.write(id, 'there');
  await anna.exchange();
  // Whoever did not get it, did not: the tampered answer took nothing out of Bob's mailbox, but he reads a later one.
  await bob.exchange();
  bob.store.write(() => markRead(bob.ctx, { conversationId: id, upTo: null }));
  await bob.exchange();
  await anna.exchange();
  const record = Uint8Array.from(Buffer.from(idOf('not there'), 'hex'));
  const seen = () => {
    const item = getMessage(anna.store, record);
    return [anna.states(id), item?.state, item?.failure];
  };
  expect(seen()).toEqual([['read', 'failed', 'read'], 'failed', 'mailboxFull']);
  // The zone has all of them, but not yet whom it did not reach: then only this device tries again.
  anna.store.run('UPDATE record SET rev = 1 WHERE zone = 2');
  expect(onlyHere(anna.store).messages).toBe(1);
  anna.store.run('DELETE FROM dirty');
  expect(onlyHere(anna.store)).toEqual({ messages: 0, changes: 0 });
  tryAgain('not there');
  expect(seen()).toEqual([['read', 'waiting', 'read'], 'waiting', null]);
  expect(onlyHere(anna.store)).toEqual({ messages: 1, changes: 0 });
  anna.wire.fetch = () => Promise.reject(new TypeError('no network'));
  await expect(sendStep(anna.ctx)).rejects.toThrow();
  expect(seen()).toEqual([['read', 'sending', 'read'], 'sending', null]);
  anna.wire.fetch = fetchOf(cloud);
  await anna.exchange();
  expect(seen()).toEqual([['read', 'read', 'read'], 'read', null]);
  // That he has got it is to be told to the account's other devices.
  expect(onlyHere(anna.store)).toEqual({ messages: 0, changes: 1 });
});

test('OUT-32 the list of conversations says of its last message that it waits to be tried again; a deleted one is nobody’s loss', async () => {
  bobsMailboxIsFull();
  anna.write(id, 'last');
  await sendStep(anna.ctx);
  anna.store.run('UPDATE record SET rev = 1 WHERE zone = 2');
  anna.store.run('DELETE FROM dirty');
  const last = () => listConversations(anna.store).map((one) => one.last?.state);
  expect(last()).toEqual(['failed']);
  tryAgain('last');
  expect(last()).toEqual(['waiting']);
  expect(onlyHere(anna.store).messages).toBe(1);
  await anna.delete(idOf('last'));
  expect(onlyHere(anna.store).messages).toBe(0);
});
