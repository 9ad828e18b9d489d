/** A cloud that lies, or loses answers: a fetch that rewrites what the real one says. */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { toHex } from '../../../shared/crypto/bytes.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { decodePayload } from '../../../shared/model/payload-codec.ts';
import {
  type ChangesResponse,
  ChangesResponseSchema,
  type Record as CloudRecord,
  type FetchResponse,
  FetchResponseSchema,
  OperationResultSchema,
  PushRequestSchema,
  type PushResponse,
  PushResponseSchema,
  RecordSchema,
  Zone,
} from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { getDirty, markDirty } from '../../store/dirty.ts';
import { listNotices } from '../../store/notices.ts';
import { putMerged, setBase } from '../../store/records.ts';
import { getZoneState } from '../../store/zone-state.ts';
import type { Fetch } from '../network/cloud-client.ts';
import { rewritten, tamperStream } from '../testing/tamper.ts';
import { fetchOf, firstDevice, nextDevice, removeFolders, type ZoneDevice } from '../testing/zone-device.ts';

await sodiumReady();
afterAll(removeFolders);

const T = 1_700_000_000_000;
let cloud: Cloud;
const devices: ZoneDevice[] = [];
let rewriteChanges: ((response: ChangesResponse) => void) | null = null;
/** What a repair asks for. */
let rewriteFetch: ((response: FetchResponse) => void) | null = null;
/** Answers in the cloud's place, which hears nothing: `count` operations. Null: the cloud answers. */
let answerPush: ((count: number, zone: Zone) => PushResponse | null) | null = null;
let dropPushAnswers = 0;
let offline = false;

beforeEach(async () => {
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  rewriteChanges = null;
  rewriteFetch = null;
  answerPush = null;
  dropPushAnswers = 0;
  offline = false;
});
afterEach(async () => {
  for (const device of devices.splice(0)) await device.stop();
  await cloud.close();
});

/** Between the device and the real cloud. */
const between: Fetch = async (input, init) => {
  const request = new Request(input, init);
  const url = request.url;
  if (offline) throw new TypeError('No connection.');
  if (url.endsWith('/Push') && answerPush !== null) {
    const body = new Uint8Array(await request.clone().arrayBuffer());
    const { operations, zone } = fromBinary(PushRequestSchema, body);
    const answer = answerPush(operations.length, zone);
    if (answer !== null) {
      const bytes = new Uint8Array(toBinary(PushResponseSchema, answer));
      return new Response(bytes, { headers: { 'content-type': 'application/proto' } });
    }
  }
  const response = await fetchOf(cloud)(request);
  if (url.endsWith('/Push') && dropPushAnswers > 0) {
    dropPushAnswers -= 1;
    throw new TypeError('The answer was lost.');
  }
  if (url.endsWith('/Changes') && rewriteChanges !== null && response.ok)
    return rewritten(ChangesResponseSchema, response, rewriteChanges);
  // What comes with a poke is rewritten just so: it is the same page.
  if (url.endsWith('/Watch') && response.ok)
    return tamperStream(response, ({ poke }) => {
      if (poke.case === 'zone' && poke.value.changes !== undefined) rewriteChanges?.(poke.value.changes);
    });
  if (url.endsWith('/Fetch') && rewriteFetch !== null && response.ok)
    return rewritten(FetchResponseSchema, response, rewriteFetch);
  return response;
};

async function first(): Promise<ZoneDevice> {
  const device = await firstDevice(cloud, 'anna@example.org', { fetch: between });
  devices.push(device);
  return device;
}
async function second(one: ZoneDevice): Promise<ZoneDevice> {
  const device = await nextDevice(cloud, one.person);
  devices.push(device);
  return device;
}
async function pull(device: ZoneDevice): Promise<void> {
  await device.core.execute({ name: 'syncNow', input: null });
}
const codes = (device: ZoneDevice) =>
  listNotices(device.store).map(({ code, detail }) => `${code} ${detail['why'] ?? ''}`.trim());
/** Only of the messages zone: its records carry a hint of a day. */
const ofMessage = (record: CloudRecord) => record.hint < 0xffff_fffe;

async function twoInStep(): Promise<{ one: ZoneDevice; two: ZoneDevice; id: string }> {
  const one = await first();
  const id = one.message('kept', T);
  one.core.start();
  await one.settled();
  const two = await second(one);
  two.core.start();
  await two.settled();
  await one.settled();
  return { one, two, id };
}

/** A second message that both have: its id, and its record as the cloud gave it. */
async function bothSee(
  text: string,
): Promise<{ one: ZoneDevice; two: ZoneDevice; id: string; record: CloudRecord }> {
  const { one, two } = await twoInStep();
  const seen: CloudRecord[] = [];
  rewriteChanges = ({ records }) => void seen.push(...records.filter(ofMessage));
  const id = two.message(text, T + 1000);
  await pull(two);
  await two.settled();
  await pull(one);
  await one.until(() => one.texts().length === 2, 'both messages');
  await one.settled();
  const [record] = seen as [CloudRecord];
  return { one, two, id, record };
}

/** One byte of each message is another; how many there were. */
function damage(records: CloudRecord[]): number {
  const messages = records.filter(ofMessage);
  for (const record of messages) record.ct = record.ct.map((byte, i) => (i === 60 ? byte ^ 1 : byte));
  return messages.length;
}

test('SYN-16 a record that does not open is set aside and said; nothing here is lost', async () => {
  const { one, two } = await twoInStep();
  rewriteChanges = ({ records }) => void damage(records);
  rewriteFetch = ({ records }) => void damage(records);
  two.message('forged on its way', T + 1000);
  await pull(two);
  await two.settled();
  await one.until(() => codes(one).includes('recordRefused not_authentic'), 'the notice');
  expect(one.texts()).toEqual(['kept']);
  await one.until(({ paused }) => paused?.reason === 'damaged', 'damage, said');
  expect(one.core.status().action).toBe('repair');
  // Repair fetches it again, and what opens now is no longer said to be refused.
  rewriteChanges = null;
  rewriteFetch = null;
  await one.core.execute({ name: 'repair', input: null });
  await one.until(() => one.texts().length === 2, 'the record, whole');
  await one.settled();
  expect(codes(one)).toEqual(['deviceAdded']);
});

test('SYN-16 SYN-19 a record that came damaged once is fetched again by itself, and raises no false alarm', async () => {
  const { one, two } = await twoInStep();
  let damaged = 0;
  rewriteChanges = ({ records }) => {
    damaged += damage(records);
  };
  two.message('damaged on its way', T + 1000);
  await pull(two);
  await two.settled();
  await one.until(() => one.texts().length === 2, 'the record, whole');
  await one.settled();
  expect(damaged).toBe(1);
  expect(codes(one)).toEqual(['deviceAdded']);
});

test('SYN-17 a tombstone without proof deletes nothing and is said', async () => {
  const { one, two, id } = await twoInStep();
  rewriteChanges = (response) => {
    if (response.records.every((record) => !ofMessage(record))) return;
    response.records = [
      create(RecordSchema, {
        id: Uint8Array.from(Buffer.from(id, 'hex')),
        seq: response.records.at(-1)?.seq ?? 1n,
        rev: 2,
        epoch: 1,
        tombstone: true,
        proof: new Uint8Array(41).fill(1),
      }),
    ];
  };
  two.message('occasion', T + 1000);
  await pull(two);
  await two.settled();
  await one.until(() => codes(one).includes('recordRefused unprovenTombstone'), 'the notice');
  expect(one.texts()).toContain('kept');
});

test('SYN-18 an old version cannot pass as a new one, by rev or by the associated data', async () => {
  const { one, two, id } = await twoInStep();
  const old = await two.core.execute({ name: 'status', input: null }).then(() => two.record(id));
  expect(old).not.toBeNull();
  let oldRecord: CloudRecord | null = null;
  rewriteChanges = (response) => {
    oldRecord ??= response.records.find((record) => toHex(record.id) === id) ?? null;
  };
  await two.core.execute({ name: 'deleteMessages', input: { ids: [id] } });
  await two.settled();
  await one.until(() => one.texts().length === 0, 'the delete');
  await two.core.execute({ name: 'recoverMessages', input: { ids: [id] } });
  await two.settled();
  await one.until(() => one.texts().length === 1, 'the recover');
  expect(oldRecord).not.toBeNull();
  const captured = oldRecord as unknown as CloudRecord;
  // Once as it was (an older rev), once dressed up as the next rev.
  const dressed = [captured, { ...captured, rev: 9 }];
  rewriteChanges = (response) => {
    if (response.records.some(ofMessage)) response.records = dressed;
  };
  two.message('occasion', T + 1000);
  await pull(two);
  await two.settled();
  await one.until(
    () =>
      codes(one).includes('recordRefused not_authentic') && codes(one).includes('recordRefused olderVersion'),
    'both notices',
  );
  expect(one.texts()).toContain('kept');
});

test('SYN-6 a head that went back stops the zone, says so, and Repair goes on without losing anything', async () => {
  const { one, two } = await twoInStep();
  rewriteChanges = (response) => {
    if (response.state !== undefined && response.state.tombstones === 0n) response.state.head = 0n;
  };
  two.message('occasion', T + 1000);
  await pull(two);
  await two.settled();
  await one.until(({ paused }) => paused?.reason === 'rolledBack', 'the alarm');
  expect(codes(one)).toContain('zoneRolledBack');
  expect(one.texts()).toContain('kept');
  await one.restart();
  expect(one.core.status().paused?.reason).toBe('rolledBack');
  rewriteChanges = null;
  await one.core.execute({ name: 'repair', input: null });
  await one.settled();
  expect(one.texts()).toEqual(two.texts());
});

test('SYN-19 a record that was withheld is noticed by the digest and fetched', async () => {
  const { one, two } = await twoInStep();
  let withheld = 0;
  rewriteChanges = (response) => {
    const before = response.records.length;
    response.records = response.records.filter((record) => !ofMessage(record));
    withheld += before - response.records.length;
  };
  two.message('withheld', T + 1000);
  await pull(two);
  await two.settled();
  await one.until(() => one.texts().includes('withheld'), 'the repair');
  expect(withheld).toBeGreaterThan(0);
});

test('SYN-20 a push whose answer is lost is pushed again and makes one record', async () => {
  const { one, two } = await twoInStep();
  dropPushAnswers = 1;
  const id = one.message('once', T + 1000);
  await pull(one);
  await one.settled();
  await two.until(() => two.texts().includes('once'), 'the message');
  expect(dropPushAnswers).toBe(0);
  expect(two.texts()).toEqual(['kept', 'once']);
  expect(one.record(id)).toEqual(two.record(id));
});

test('SYN-21 writes on both sides merge, and a merge equal to the cloud is not written again', async () => {
  const { one, two, id } = await twoInStep();
  offline = true;
  await one.core.execute({ name: 'deleteMessages', input: { ids: [id] } });
  const alone = one.message('one alone', T + 1000);
  await two.core.execute({ name: 'deleteMessages', input: { ids: [id] } });
  await two.core.execute({ name: 'recoverMessages', input: { ids: [id] } });
  two.message('two alone', T + 2000);
  await two.core.execute({ name: 'syncNow', input: null });
  await two.settled();
  offline = false;
  await one.core.execute({ name: 'syncNow', input: null });
  await two.until(() => two.texts().includes('one alone'), 'what one wrote');
  await one.settled();
  await two.settled();
  expect(one.texts()).toEqual(two.texts());
  expect(one.record(id)).toEqual(two.record(id));
  // The recover came last, by its stamp.
  expect(one.texts()).toEqual(['kept', 'one alone', 'two alone']);
  // The same content once more: nothing to push.
  const raw = Uint8Array.from(Buffer.from(alone, 'hex'));
  const head = getZoneState(one.store, 'messages').head;
  markDirty(two.store, 'messages', raw, 'put');
  setBase(two.store, 'messages', raw, { rev: 0, epoch: 0, hint: 0, hash: null });
  await two.core.execute({ name: 'syncNow', input: null });
  await two.until(() => getDirty(two.store, 'messages', raw) === undefined, 'the conflict to be settled');
  await two.settled();
  expect(getZoneState(two.store, 'messages').head).toBe(head);
});

test('SYN-22 gone wins over a Recover, and the person is told', async () => {
  const { one, two, id } = await twoInStep();
  await two.core.execute({ name: 'deleteMessages', input: { ids: [id] } });
  await two.settled();
  await one.until(() => one.texts().length === 0, 'the delete');
  // One recovers while it hears nothing; two deletes for good meanwhile.
  offline = true;
  await one.stop();
  await two.core.execute({ name: 'deleteForGood', input: { ids: [id] } });
  await two.settled();
  one.start();
  await one.core.execute({ name: 'recoverMessages', input: { ids: [id] } });
  expect(one.texts()).toEqual(['kept']);
  offline = false;
  await one.core.execute({ name: 'syncNow', input: null });
  await one.until(() => codes(one).includes('recoverLost'), 'the notice');
  expect(one.texts()).toEqual([]);
  expect(two.texts()).toEqual([]);
});

test('SYN-25 the put of a message from the mailbox waits, and is dropped when the zone brings the record', async () => {
  const { one, two } = await twoInStep();
  const id = one.message('from the author', T + 9000);
  const bytes = one.record(id);
  expect(bytes).not.toBeNull();
  // The same record on the other device, as its mailbox would bring it.
  const raw = Uint8Array.from(Buffer.from(id, 'hex'));
  putMerged(two.store, 'messages', raw, decodePayload(bytes as Uint8Array), {
    dirty: true,
    notBeforeMs: Date.now() + 60_000,
  });
  expect(getDirty(two.store, 'messages', raw)).toBeDefined();
  await pull(one);
  await one.settled();
  await two.until(() => getDirty(two.store, 'messages', raw) === undefined, 'the put to be dropped');
  expect(two.texts()).toEqual(one.texts());
});

test('SYN-26 switch off: a delete stays on this device and is in no register', async () => {
  const { one, two, id } = await twoInStep();
  await two.core.execute({ name: 'setSwitch', input: { on: false } });
  await two.until(({ switch: value }) => value === 'off', 'off');
  const before = two.record(id);
  await two.core.execute({ name: 'deleteMessages', input: { ids: [id] } });
  expect(two.texts()).toEqual([]);
  expect(two.record(id)).toEqual(before);
  await two.core.execute({ name: 'recoverMessages', input: { ids: [id] } });
  expect(two.texts()).toEqual(['kept']);
  one.message('while off', T + 1000);
  await pull(one);
  await one.settled();
  expect(two.texts()).toEqual(['kept']);
  await two.core.execute({ name: 'setSwitch', input: { on: true } });
  await two.until(({ switch: value }) => value === 'on', 'on');
  expect(two.texts()).toEqual(['kept', 'while off']);
});

test.each(['Sync Now', 'a start'])(
  'SYN-160 what was let go of here, and comes as something else when the switch goes on, is asked for again: by %s',
  async (by) => {
    const { one, id } = await twoInStep();
    await one.core.execute({ name: 'setSwitch', input: { on: false } });
    await one.until(({ switch: value }) => value === 'off', 'off');
    await one.core.execute({ name: 'deleteMessages', input: { ids: [id] } });
    await one.core.execute({ name: 'deleteForGood', input: { ids: [id] } });
    let refused = 0;
    rewriteFetch = ({ records }) => {
      refused += damage(records);
    };
    await one.core.execute({ name: 'setSwitch', input: { on: true, deletedHere: 'bringBack' } });
    await one.until(({ switch: value }) => value === 'on', 'on');
    await one.settled();
    expect([refused, one.texts()]).toEqual([1, []]);
    expect(codes(one)).toContain('recordRefused olderVersion');
    // The digest is the cloud's: nothing but asking again can bring it.
    await pull(one);
    await one.until(() => refused === 2, 'another refusal');
    await one.settled();
    rewriteFetch = null;
    if (by === 'Sync Now') await pull(one);
    else await one.restart();
    await one.until(() => one.texts().length === 1, 'the message, whole');
    await one.settled();
    // Asked for no more once it is here.
    const asked = refused;
    rewriteFetch = () => {
      refused += 1;
    };
    await pull(one);
    await one.settled();
    expect([refused, one.texts()]).toEqual([asked, ['kept']]);
  },
);

test('SYN-160 a cloud that answers with another record than was asked for is not asked without an end', async () => {
  const { one, record: another } = await bothSee('another');
  await one.core.execute({ name: 'setSwitch', input: { on: false } });
  await one.until(({ switch: value }) => value === 'off', 'off');
  const ids = one.store.all<{ id: string }>('SELECT lower(hex(id)) AS id FROM message').map(({ id }) => id);
  await one.core.execute({ name: 'deleteForGood', input: { ids } });
  let answers = 0;
  rewriteFetch = (response) => {
    answers += 1;
    response.records = [another];
  };
  await one.core.execute({ name: 'setSwitch', input: { on: true } });
  await one.until(({ switch: value }) => value === 'on', 'on');
  expect([answers, one.texts()]).toEqual([2, ['another']]);
});

test('SYN-27 Delete Now takes the ciphertext out of the cloud and the record off both devices', async () => {
  const { one, two, id } = await twoInStep();
  const before = await one.core.execute({ name: 'storage', input: null });
  await one.core.execute({ name: 'deleteMessages', input: { ids: [id] } });
  await one.settled();
  await two.until(() => two.texts().length === 0, 'the delete');
  await one.core.execute({ name: 'deleteForGood', input: { ids: [id] } });
  await one.settled();
  await two.until(() => two.record(id) === null, 'the tombstone');
  expect(one.record(id)).toBeNull();
  const after = await one.core.execute({ name: 'storage', input: null });
  // Messages alone are counted: a conversation and its reading state are records too.
  expect([before.messagesInCloud, after.messagesInCloud]).toEqual([1, 0]);
});

test('SYN-14 a first sync that is interrupted goes on where it was, and ends whole', async () => {
  const one = await first();
  one.store.write(() => {
    for (let i = 0; i < 2500; i += 1) one.message(`m${i}`, T + i * 1000);
  });
  one.core.start();
  await one.settled();
  const two = await second(one);
  two.core.start();
  await two.until(() => two.texts().length > 0, 'a first page');
  await two.restart();
  await two.settled();
  expect(two.texts()).toEqual(one.texts());
  expect(two.failures).toEqual([]);
});

test('SYN-16 a conflict with the very version that was changed is refused, and asked about later, not at once without an end', async () => {
  const { one, record } = await bothSee('to be deleted');
  let pushes = 0;
  answerPush = (count) => {
    pushes += 1;
    const conflict = create(OperationResultSchema, { result: { case: 'conflict', value: { record } } });
    return create(PushResponseSchema, { results: Array.from({ length: count }, () => conflict) });
  };
  await one.core.execute({ name: 'deleteMessages', input: { ids: [toHex(record.id)] } });
  await one.until(({ paused }) => paused !== null, 'a pause');
  expect(pushes).toBeLessThan(5);
  expect(one.store.get('SELECT 1 FROM dirty WHERE zone = 2 AND id = ?', record.id)).toBeDefined();
  answerPush = null;
  await pull(one);
  await one.settled();
  expect(one.store.get('SELECT 1 FROM dirty WHERE zone = 2 AND id = ?', record.id)).toBeUndefined();
});

test('SYN-28 a machine’s delete of what the cloud has lost is not pushed without an end: the record is offered anew', async () => {
  const { one, two, id } = await twoInStep();
  const raw = Uint8Array.from(Buffer.from(id, 'hex'));
  let lost = 0;
  answerPush = (count, zone) => {
    if (zone !== Zone.MESSAGES || lost > 3) return null;
    lost += 1;
    // As it answers a delete that is conditional, of a record that it does not have.
    const conflict = create(OperationResultSchema, { result: { case: 'conflict', value: {} } });
    return create(PushResponseSchema, { results: Array.from({ length: count }, () => conflict) });
  };
  markDirty(one.store, 'messages', raw, 'delete', 0, 1);
  await pull(one);
  await one.until(() => lost > 3, 'the refusals');
  await one.settled();
  for (const device of [one, two]) expect(device.texts()).toEqual(['kept']);
});

test('SYN-140 a cloud that refuses a new record for another, and shows none, is not asked again at once', async () => {
  const one = await first();
  one.core.start();
  await one.settled();
  let pushes = 0;
  answerPush = (count, zone) => {
    if (zone !== Zone.MESSAGES) return null;
    pushes += 1;
    const conflict = create(OperationResultSchema, { result: { case: 'conflict', value: {} } });
    return create(PushResponseSchema, { results: Array.from({ length: count }, () => conflict) });
  };
  one.message('new', Date.now());
  await one.core.execute({ name: 'syncNow', input: null });
  await one.until(() => one.failures.some((line) => line.includes('very version')), 'the refusal is noted');
  expect(pushes).toBe(one.failures.filter((line) => line.includes('very version')).length);
  answerPush = null;
  await one.core.execute({ name: 'syncNow', input: null });
  await one.settled();
  expect(one.core.status()).toMatchObject({ phase: 'idle' });
  const two = await second(one);
  two.core.start();
  await two.settled();
  expect(two.texts()).toEqual(['new']);
});

test('SYN-140 a cloud that shows an old version, and answers each push with it, is looked at and told on', async () => {
  const { one, two, id, record: old } = await bothSee('to be changed');
  // Changed on both sides: there is something to push, and the cloud hides what the other has written.
  offline = true;
  await one.core.execute({ name: 'deleteMessages', input: { ids: [id] } });
  const replay = ({ records }: { records: CloudRecord[] }) => {
    for (const [index, { id: of, seq }] of records.entries())
      if (toHex(of) === id) records[index] = { ...old, seq };
  };
  rewriteChanges = replay;
  rewriteFetch = replay;
  answerPush = (count, zone) => {
    if (zone !== Zone.MESSAGES) return null;
    const conflict = create(OperationResultSchema, {
      result: { case: 'conflict', value: { record: old } },
    });
    return create(PushResponseSchema, { results: Array.from({ length: count }, () => conflict) });
  };
  await two.core.execute({ name: 'deleteMessages', input: { ids: [id] } });
  await two.settled();
  offline = false;
  await pull(one);
  await one.until(({ paused }) => paused?.reason === 'damaged', 'the alarm');
  expect(one.core.status().action).toBe('repair');
  // It is honest again, and a person presses Repair: what both wrote is there.
  rewriteChanges = rewriteFetch = answerPush = null;
  await one.core.execute({ name: 'repair', input: null });
  await one.settled();
  expect(one.texts()).toEqual(two.texts());
  expect(one.record(id)).toEqual(two.record(id));
});
