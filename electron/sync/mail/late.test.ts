/** Messages that come after their conversation was deleted, and belong before that: by mail that had lain, or by an answer that was late. Real devices. */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import {
  NotDeliveredReason,
  NotDeliveredSchema,
  ReceiveResponseSchema,
  SendResponseSchema,
} from '../../../shared/proto/gen/lockstep/cloud/v1/mailboxes_pb.js';
import { getIdentity } from '../../store/identity.ts';
import { listNotices } from '../../store/notices.ts';
import { listRecentlyDeleted } from '../../store/recently-deleted.ts';
import type { SyncStatus } from '../status-types.ts';
import { type CoreDevice, coreDevice } from '../testing/core-device.ts';
import { fetchOf, removeFolders } from '../testing/zone-device.ts';

afterAll(removeFolders);
await sodiumReady();
const DAY = 86_400_000;

let cloud: Cloud;
let days: number;
const clock = { now: () => Date.now() + days * DAY };
const devices: CoreDevice[] = [];

beforeEach(async () => {
  days = 0;
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open', clock });
});
afterEach(async () => {
  for (const device of devices.splice(0)) await device.stop();
  await cloud.close();
});

type Line = { holdsMail: boolean; holdsAnswer: Promise<void> | null };
/** A device to which the cloud may show an empty mailbox, and whose answers to a send may be late; the own mailbox is full then. */
function device(): CoreDevice & { line: Line } {
  const line: Line = { holdsMail: false, holdsAnswer: null };
  const it = coreDevice(cloud, {
    clock,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const answer = await fetchOf(cloud)(request);
      const again = async (change: (bytes: Uint8Array) => Uint8Array) =>
        new Response(change(new Uint8Array(await answer.arrayBuffer())) as Uint8Array<ArrayBuffer>, answer);
      if (request.url.endsWith('/Receive') && line.holdsMail)
        return again((bytes) => {
          const page = fromBinary(ReceiveResponseSchema, bytes);
          return toBinary(ReceiveResponseSchema, { ...page, envelopes: [], more: false });
        });
      if (request.url.endsWith('/Send') && line.holdsAnswer !== null) {
        await line.holdsAnswer;
        return again((bytes) => {
          const { result } = fromBinary(SendResponseSchema, bytes);
          if (result.case === 'accepted') {
            const accountId = getIdentity(it.store)!.accountId;
            const full = { accountId, reason: NotDeliveredReason.MAILBOX_FULL };
            result.value.notDelivered = [create(NotDeliveredSchema, full)];
          }
          return toBinary(SendResponseSchema, create(SendResponseSchema, { result }));
        });
      }
      return answer;
    },
  });
  devices.push(it);
  return Object.assign(it, { line });
}

const idle = ({ phase }: SyncStatus): boolean => phase === 'idle';
const send = (from: CoreDevice, conversationId: string, text: string) =>
  from.core.execute({ name: 'send', input: { conversationId, text, replyTo: null } });
const shows = (it: CoreDevice, wish: string[]) =>
  expect.poll(() => it.texts(), { timeout: 20_000, interval: 10 }).toEqual(wish);
const deletes = (from: CoreDevice, conversationId: string) =>
  from.core.execute({ name: 'deleteConversation', input: { conversationId } });
/** What is in Recently Deleted, each with the days that it has left. */
const deleted = (it: CoreDevice): [string, number][] =>
  listRecentlyDeleted(it.store, 10).map(({ message, goesMs }) => [
    message.text,
    Math.round((goesMs - clock.now()) / DAY),
  ]);
const hasDeleted = (it: CoreDevice, wish: [string, number][]) =>
  expect.poll(() => deleted(it), { timeout: 20_000, interval: 10 }).toEqual(wish);
const said = (it: CoreDevice) =>
  listNotices(it.store).filter(({ code }) => code === 'onlyHereDeleted').length;
const pass = async (more: number): Promise<void> => {
  days += more;
  for (const it of devices) await it.core.execute({ name: 'syncNow', input: null });
  for (const it of devices) await it.until(idle, 'rest');
};

/** Two devices of Anna's and one of Bob's, with a conversation in which "Hello" is everywhere. */
async function three() {
  const anna = device();
  const bob = device();
  await anna.signUp('anna@example.org');
  await bob.signUp('bob@example.org');
  const second = device();
  await second.signIn('anna@example.org');
  const { id } = await anna.core.execute({
    name: 'startConversation',
    input: { handles: ['bob@example.org'], name: null },
  });
  await send(anna, id, 'Hello');
  for (const it of [anna, bob, second]) await shows(it, ['Hello']);
  for (const it of [anna, bob, second]) await it.until(idle, 'rest');
  return { anna, bob, second, id };
}

test.each([3, 31])(
  'DEL-32 what comes by mail under a delete of its conversation that was made %i days ago has thirty days from when it comes',
  async (ago) => {
    const { anna, bob, second, id } = await three();
    for (const it of [anna, second]) it.line.holdsMail = true;
    await send(bob, id, 'Late');
    await expect.poll(() => bob.texts()).toEqual(['Hello', 'Late']);
    await send(anna, id, 'Newest');
    await shows(second, ['Hello', 'Newest']);
    await deletes(second, id);
    await shows(anna, []);
    await pass(ago);
    const before = ago < 30 ? 2 : 0;
    for (const it of [anna, second])
      await expect.poll(() => deleted(it).length, { timeout: 10_000 }).toBe(before);
    anna.line.holdsMail = false;
    await anna.core.execute({ name: 'syncNow', input: null });
    for (const it of [anna, second])
      await expect
        .poll(() => deleted(it).filter(([text]) => text === 'Late'), { timeout: 20_000 })
        .toEqual([['Late', 30]]);
    expect([said(anna), said(second)]).toEqual([1, 0]);
    second.line.holdsMail = false;
    await pass(28);
    for (const it of [anna, second]) await hasDeleted(it, [['Late', 2]]);
    await pass(3);
    for (const it of [anna, second]) await hasDeleted(it, []);
  },
  120_000,
);

test('DEL-32 so has what was accepted before the delete, and hears of it long after, where nobody else of the account got it', async () => {
  const { anna, second, id } = await three();
  for (const it of [anna, second]) it.line.holdsMail = true;
  let answer = () => {};
  anna.line.holdsAnswer = new Promise((resolve) => {
    answer = resolve;
  });
  await send(anna, id, 'Late');
  await new Promise((resolve) => setTimeout(resolve, 200));
  await send(second, id, 'Newest');
  await expect.poll(() => anna.texts(), { timeout: 20_000 }).toEqual(['Hello', 'Newest']);
  await deletes(second, id);
  await shows(anna, []);
  days = 31;
  await second.core.execute({ name: 'syncNow', input: null });
  await hasDeleted(second, []);
  answer();
  for (const it of [anna, second]) await hasDeleted(it, [['Late', 30]]);
}, 120_000);

test('DEL-32 so has what comes under a delete on this device alone, and what comes under one that is a moment old goes with that', async () => {
  const { anna, bob, id } = await three();
  await anna.core.execute({ name: 'setSwitch', input: { on: false } });
  await anna.until((status) => idle(status) && status.switch === 'off', 'off');
  for (const ago of [31, 0]) {
    anna.line.holdsMail = true;
    await send(bob, id, `Late ${ago}`);
    await expect.poll(() => bob.texts()).toContain(`Late ${ago}`);
    await send(anna, id, `Newest ${ago}`);
    await expect.poll(() => anna.texts()).toContain(`Newest ${ago}`);
    await deletes(anna, id);
    await pass(ago);
    anna.line.holdsMail = false;
    await anna.core.execute({ name: 'syncNow', input: null });
    await expect
      .poll(() => deleted(anna).find(([text]) => text === `Late ${ago}`), { timeout: 20_000 })
      .toEqual([`Late ${ago}`, 30]);
  }
  expect(said(anna)).toBe(1);
  expect(
    listRecentlyDeleted(anna.store, 10)
      .filter(({ withConversation }) => withConversation)
      .map(({ message }) => message.text),
  ).toEqual(['Newest 0', 'Late 0']);
}, 120_000);
