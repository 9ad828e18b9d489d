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
import { listOutbox } from '../../store/outbox.ts';
import { setZoneState } from '../../store/zone-state.ts';
import { deleteForGood, discard, recoverMessages } from '../commands/deletes.ts';
import { annaWroteToBob, closeDevices, type MailDevice } from '../testing/mail-device.ts';
import { tamper } from '../testing/tamper.ts';
import { retry } from './compose.ts';
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
