/** What stays in the outbox when a message, or a delete of it, was overtaken by its own echo; and what a person is told of it. */
import { create } from '@bufbuild/protobuf';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { fromHex, toHex } from '../../../shared/crypto/bytes.ts';
import {
  NotDeliveredReason,
  NotDeliveredSchema,
  SendResponseSchema,
} from '../../../shared/proto/gen/lockstep/cloud/v1/mailboxes_pb.js';
import { getConversation } from '../../store/conversations.ts';
import { listOutbox } from '../../store/outbox.ts';
import { getPin, setPin } from '../../store/pins.ts';
import { setZoneState } from '../../store/zone-state.ts';
import { deleteForGood } from '../commands/deletes.ts';
import { undoDelete } from '../commands/undo.ts';
import { counts } from '../run/remembered.ts';
import {
  annaWroteToBob,
  closeDevices,
  fetchOf,
  type MailDevice,
  mailDevice,
} from '../testing/mail-device.ts';
import { tamper } from '../testing/tamper.ts';
import { edit, markRead, renameConversation } from './compose.ts';
import { receiveStep } from './receive-step.ts';
import { sendStep } from './send-step.ts';
import { startConversation } from './start-conversation.ts';

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

const rows = () => listOutbox(anna.store).map(({ kind, state, failure }) => [kind, state, failure]);
const recordOf = (text: string): string =>
  toHex(anna.store.get<{ id: Uint8Array }>('SELECT id FROM message WHERE text = ?', text)!.id);

/** The cloud says so of Bob's mailbox from now on. */
function bobsMailboxIsFull(): void {
  const accountId = bob.ctx.keys.get()!.accountId;
  tamper(cloud, anna, '/Send', SendResponseSchema, ({ result }) => {
    if (result.case !== 'accepted') return;
    const reason = NotDeliveredReason.MAILBOX_FULL;
    result.value.notDelivered = [create(NotDeliveredSchema, { accountId, reason })];
  });
}

test('OUT-31 a delete on its way that is taken back does not hide whom the message did not reach', async () => {
  bobsMailboxIsFull();
  const answering = anna.wire.fetch;
  const sent = anna.write(id, 'for Bob');
  anna.wire.fetch = async (input, init) => {
    const answer = await fetchOf(cloud)(input, init);
    if (String(input).endsWith('/Send')) throw new TypeError('lost');
    return answer;
  };
  await expect(sendStep(anna.ctx)).rejects.toThrow();
  const { undo } = await anna.delete(sent);
  anna.wire.fetch = answering;
  // Its own echo comes before the answer.
  while ((await receiveStep(anna.ctx)).more);
  expect(anna.texts(id)).not.toContain('for Bob');
  await undoDelete(anna.deleting, { undo });
  expect(anna.texts(id)).toContain('for Bob');
  await sendStep(anna.ctx);
  expect(rows()).toEqual([['redelivery', 'failed', 'mailboxFull']]);
  expect(anna.states(id).at(-1)).toBe('failed');
});

test('SYN-62 a receipt that waits is no message that waits', () => {
  bob.write(id, 'hello');
  return bob
    .exchange()
    .then(() => anna.exchange())
    .then(() => {
      anna.store.write(() => markRead(anna.ctx, { conversationId: id, upTo: null }));
      expect(listOutbox(anna.store).map(({ kind }) => kind)).toEqual(['receipt']);
      expect(counts(anna.store, anna.clock.now()).outbox).toMatchObject({ ready: true, waiting: 0 });
      anna.write(id, 'one that waits');
      expect(counts(anna.store, anna.clock.now()).outbox).toMatchObject({ ready: true, waiting: 1 });
    });
});

test('the first rename of a group wins on the device that made it, too, whatever its clock said', async () => {
  const carol = mailDevice(cloud);
  await carol.signUp('carol@example.org');
  anna.clock.ahead = 4 * 60_000;
  const handles = ['bob@example.org', 'carol@example.org'];
  const { id: group } = await startConversation(anna.ctx, { handles, name: 'Old name' });
  anna.write(group, 'hello');
  await anna.exchange();
  await bob.exchange();
  bob.store.write(() => renameConversation(bob.ctx, { conversationId: group, name: 'New name' }));
  await bob.exchange();
  for (const device of [anna, carol]) await device.exchange();
  for (const { store } of [anna, bob, carol])
    expect(getConversation(store, fromHex(group))?.name).toBe('New name');
});

test.each(['on', 'off'] as const)(
  'DEL-3 an edit that waits goes with its message when that is deleted for good (switch %s)',
  async (value) => {
    setZoneState(anna.store, 'messages', { switch: value });
    anna.write(id, 'first');
    await anna.exchange();
    await bob.exchange();
    const account = bob.ctx.keys.get()!.accountId;
    setPin(anna.store, { ...getPin(anna.store, account)!, changed: true });
    anna.store.write(() => edit(anna.ctx, { id: recordOf('first'), text: 'secret edit' }));
    await sendStep(anna.ctx);
    expect(rows()).toEqual([['edit', 'failed', 'identityChanged']]);
    const ids = [recordOf('secret edit')];
    await anna.delete(...ids);
    await deleteForGood(anna.deleting, { ids });
    expect(listOutbox(anna.store)).toEqual([]);
  },
);
