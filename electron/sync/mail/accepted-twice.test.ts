/**
 * A message that the cloud has accepted a second time (its sender was put back to before it was sent, say) may stand later from then on: past the
 * delete that took it with its conversation. It stays deleted (SPEC DEL-31; of deletes for all devices see also attacks.test.ts).
 */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import {
  type Envelope,
  ReceiveResponseSchema,
  SendResponseSchema,
} from '../../../shared/proto/gen/lockstep/cloud/v1/mailboxes_pb.js';
import { listLocalDeletes } from '../../store/local-deletes.ts';
import { listRecentlyDeleted } from '../../store/recently-deleted.ts';
import { setZoneState } from '../../store/zone-state.ts';
import { answerDeletedHere } from '../commands/deleted-here.ts';
import { deleteConversation } from '../commands/deletes.ts';
import type { DeletedHere } from '../status-types.ts';
import { annaWroteToBob, closeDevices, fetchOf, type MailDevice } from '../testing/mail-device.ts';
import { answerLost, tamper } from '../testing/tamper.ts';
import { receiveStep } from './receive-step.ts';
import { sendStep } from './send-step.ts';

let cloud: Cloud;
let anna: MailDevice;
let bob: MailDevice;
let id: string;

beforeEach(async () => {
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  ({ anna, bob, id } = await annaWroteToBob(cloud));
});
afterEach(async () => {
  closeDevices();
  await cloud.close();
});

/** After everything that was sent before. */
const NOW = Date.now() + 60_000;
/** Of two cores the one with the lower hash stays: some of as many get the later time. */
const MANY = Array.from({ length: 16 }, (_, i) => `once ${i}`);

/** What Bob has written, as the mailbox brings it. */
async function written(texts: readonly string[]): Promise<Envelope[]> {
  for (const text of texts) {
    bob.write(id, text);
    await sendStep(bob.ctx);
  }
  const envelopes: Envelope[] = [];
  tamper(cloud, anna, '/Receive', ReceiveResponseSchema, (page) => {
    envelopes.push(...page.envelopes.splice(0));
  });
  while ((await receiveStep(anna.ctx)).more);
  // A receipt went before them.
  return envelopes.slice(-texts.length);
}

/** Behind all that the mailbox has. */
let position = 1000;

/** All of them, accepted at that moment one after the other. */
async function deliver(envelopes: readonly Envelope[], ms: number): Promise<void> {
  const from = position;
  position += envelopes.length + 1;
  tamper(cloud, anna, '/Receive', ReceiveResponseSchema, (page) => {
    page.envelopes = envelopes.map((one, i) => ({
      ...one,
      acceptedMs: BigInt(NOW + ms + i),
      position: BigInt(from + i),
    }));
    page.head = BigInt(position - 1);
    page.more = false;
  });
  // What it acknowledges the real cloud has never had.
  await receiveStep(anna.ctx).catch(() => {});
}

const turnOff = (): void => setZoneState(anna.store, 'messages', { switch: 'off' });
function turnOn(answer: DeletedHere): void {
  anna.store.write(() => answerDeletedHere(anna.ctx, answer));
  setZoneState(anna.store, 'messages', { switch: 'on' });
}
const deleteAll = () => deleteConversation(anna.deleting, { conversationId: id });
const movedTo = (ms: number): number =>
  anna.store.get<{ n: number }>('SELECT count(*) AS n FROM message WHERE accepted_ms >= ?', NOW + ms)!.n;

test.each(['everywhere', 'bringBack'] as const)(
  'DEL-31 what was deleted with its conversation on this device alone stays deleted there, and after that as its person answers (%s)',
  async (answer) => {
    const envelopes = await written(MANY);
    await deliver(envelopes, 0);
    turnOff();
    await deleteAll();
    const deletedMs = listRecentlyDeleted(anna.store, 1)[0]!.deletedMs;
    await deliver(envelopes, 60_000);
    const moved = movedTo(60_000);
    expect(moved).toBeGreaterThan(0);
    expect(anna.texts(id)).toEqual([]);
    expect(listLocalDeletes(anna.store).map((one) => one.deletedMs)).toEqual(Array(moved).fill(deletedMs));
    turnOn(answer);
    if (answer === 'everywhere') expect(anna.texts(id)).toEqual([]);
    else expect(anna.texts(id).toSorted()).toEqual(['from Anna', ...MANY].sort());
    expect(listLocalDeletes(anna.store)).toEqual([]);
  },
);

test('DEL-31 what was deleted for all devices stays deleted also where a later delete on this device alone is taken back', async () => {
  const all = await written([...MANY, 'the last one']);
  const envelopes = all.slice(0, -1);
  await deliver(envelopes, 0);
  await deleteAll();
  await deliver(all.slice(-1), 120_000);
  turnOff();
  await deleteAll();
  await deliver(envelopes, 60_000);
  expect(movedTo(60_000)).toBeGreaterThan(1);
  expect(anna.texts(id)).toEqual([]);
  turnOn('bringBack');
  expect(anna.texts(id)).toEqual(['the last one']);
});

test('DEL-31 also where it is the answer to its sending that says the later time', async () => {
  for (const text of MANY) {
    anna.write(id, text);
    // It comes by mail first.
    anna.wire.fetch = answerLost(fetchOf(cloud), '/Send');
    await expect(sendStep(anna.ctx)).rejects.toThrow();
    while ((await receiveStep(anna.ctx)).more);
    expect(anna.texts(id)).toContain(text);
    await deleteAll();
    tamper(cloud, anna, '/Send', SendResponseSchema, (answer) => {
      if (answer.result.case === 'accepted') answer.result.value.acceptedMs = BigInt(NOW);
    });
    await sendStep(anna.ctx);
    expect(anna.texts(id)).toEqual([]);
  }
  expect(movedTo(0)).toBeGreaterThan(0);
});
