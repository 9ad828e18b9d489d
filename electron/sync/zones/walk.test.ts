import { create } from '@bufbuild/protobuf';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { recordId } from '../../../shared/crypto/records.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { newConversation } from '../../../shared/model/conversation.ts';
import {
  type Record as CloudRecord,
  RecordSchema,
  ZoneStateSchema,
} from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { listNotices } from '../../store/notices.ts';
import { putMerged } from '../../store/records.ts';
import { KIND } from '../../store/values.ts';
import { NO_WALK } from '../engine/state.ts';
import type { Fetch } from '../network/cloud-client.ts';
import { fetchOf, firstDevice, nextDevice, removeFolders, type ZoneDevice } from '../testing/zone-device.ts';
import { CONVERSATION_HINT, OTHER_HINT } from './hint.ts';
import { begunWalk, walkedOn } from './walk.ts';

await sodiumReady();
afterAll(removeFolders);

let cloud: Cloud;
const devices: ZoneDevice[] = [];
beforeEach(async () => {
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
});
afterEach(async () => {
  for (const device of devices.splice(0)) await device.stop();
  await cloud.close();
});

const record = (hint: number, tombstone = false): CloudRecord => create(RecordSchema, { hint, tombstone });

test('SYN-61 each page counts by kind, and a kind that is over has all it will get', () => {
  const begun = begunWalk(
    create(ZoneStateSchema, { records: 10n, conversations: 3n, readings: 2n, tombstones: 4n }),
  );
  expect(begun).toEqual({ conversations: { done: 0, total: 3 }, messages: { done: 0, total: 5 } });
  const first = walkedOn(begun, [record(CONVERSATION_HINT)], true);
  expect(first).toEqual({ conversations: { done: 1, total: 3 }, messages: { done: 0, total: 5 } });
  // The third moved above the head meanwhile; reading states are neither.
  const second = walkedOn(first, [record(CONVERSATION_HINT), record(OTHER_HINT)], true);
  expect(second).toEqual({ conversations: { done: 2, total: 2 }, messages: { done: 0, total: 5 } });
  const third = walkedOn(second, [record(20_000), record(19_999), record(0, true)], true);
  expect(third).toEqual({ conversations: { done: 2, total: 2 }, messages: { done: 2, total: 5 } });
  expect(walkedOn(third, [record(1), record(0, true)], false).messages).toEqual({ done: 3, total: 3 });
  // An older version began it: only what is done is known.
  expect(walkedOn(NO_WALK, [record(20_000)], true).messages).toEqual({ done: 1, total: null });
});

test('FUZ-4 an empty answer is neither the end of a first sync nor a list of nothing: it is asked for again', async () => {
  const one = await firstDevice(cloud, 'anna@example.org');
  devices.push(one);
  one.message('kept', 1_500_000_000_000);
  one.core.start();
  await one.settled();
  let emptied: string | null = '/Backfill';
  let asked: string[] = [];
  const emptying: Fetch = async (input, init) => {
    const request = new Request(input, init);
    asked.push(request.url.slice(request.url.lastIndexOf('/')));
    const response = await fetchOf(cloud)(request);
    if (emptied === null || !request.url.endsWith(emptied)) return response;
    emptied = null;
    return new Response(new Uint8Array(), { headers: { 'content-type': 'application/proto' } });
  };
  const two = await nextDevice(cloud, one.person, { fetch: emptying });
  devices.push(two);
  two.core.start();
  await two.settled();
  expect(two.texts()).toEqual(['kept']);
  expect(asked).not.toContain('/Inventory');

  asked = [];
  emptied = '/Inventory';
  await two.core.execute({ name: 'repair', input: null });
  const listed = () => asked.filter((one) => one === '/Inventory').length;
  // At rest, before or after it, Sync Now is offered.
  await two.until(({ action }) => listed() > 1 || action === 'repair', 'the second list');
  expect(two.core.status().action).not.toBe('repair');
  await two.settled();
  expect(listNotices(two.store)).toEqual([]);
});

test('SYN-61, SYN-90 the first page brings all conversations and the newest messages; a first sync says how many, and the same after a restart', async () => {
  const one = await firstDevice(cloud, 'anna@example.org');
  devices.push(one);
  const ids: string[] = [];
  one.store.write(() => {
    for (let i = 0; i < 350; i += 1) {
      const guid = Uint8Array.of(i >> 8, i & 255, ...new Uint8Array(14).fill(9));
      const conversation = newConversation({ guid, kind: 'group', members: [one.person.accountId] });
      const id = recordId(new Uint8Array(32), KIND.conversation, guid);
      putMerged(one.store, 'messages', id, conversation, { dirty: true });
    }
    for (let i = 0; i < 1500; i += 1) ids.push(one.message(`m${i}`, 1_500_000_000_000 + i * 86_400_000));
  });
  one.core.start();
  await one.settled();
  await one.core.execute({ name: 'setDraft', input: { conversationId: '07'.repeat(16), text: 'not yet' } });
  // Deleted is still there; deleted for good is no message any more.
  await one.core.execute({ name: 'deleteMessages', input: { ids: ids.slice(0, 2) } });
  await one.core.execute({ name: 'deleteForGood', input: { ids: ids.slice(2, 5) } });
  await one.settled();

  let pages = 0;
  let pagesAllowed = 1;
  const said: string[] = [];
  const counting: Fetch = async (input, init) => {
    const request = new Request(input, init);
    const { item, done, total } = two.core.status();
    // Of the account zone nothing is counted.
    if (request.url.endsWith('/Backfill') && item !== null) {
      said.push(`${item} ${done} of ${total}`);
      pages += 1;
      if (pages > pagesAllowed) throw new TypeError('No connection.');
    }
    return fetchOf(cloud)(request);
  };
  const two: ZoneDevice = await nextDevice(cloud, one.person, { fetch: counting });
  devices.push(two);
  two.core.start();
  // 351 conversations, one reading state, 1497 messages: the first page has 351 and 300 records.
  await two.until(({ item, done }) => item === 'messages' && done > 0, 'the first messages');
  const before = two.core.status();
  expect(before).toMatchObject({ phase: 'downloading', total: 1497, done: 299 });
  expect([...new Set(said)]).toEqual(['conversations 0 of 351']);
  // No second page came: what can be read is the newest.
  const newest = two.texts();
  expect(newest).toHaveLength(299);
  for (let i = 1499; i >= 1300; i -= 1) expect(newest).toContain(`m${i}`);
  pagesAllowed = Number.POSITIVE_INFINITY;
  said.length = 0;
  await two.restart();
  await two.settled();
  expect(said[0]).toBe('messages 299 of 1497');
  expect(said.every((one) => one.startsWith('messages ') && one.endsWith(' of 1497'))).toBe(true);
  expect(two.texts().length).toBe(1495);
});
