/** Attachments of whole devices without threads, against the real cloud: what goes wrong on the way, and what becomes of it. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { sealedBlobLength } from '../../../shared/crypto/blobs.ts';
import { fromHex, toHex } from '../../../shared/crypto/bytes.ts';
import { systemRandom } from '../../../shared/crypto/random.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import {
  SendRequestSchema,
  SendResponseSchema,
} from '../../../shared/proto/gen/lockstep/cloud/v1/mailboxes_pb.js';
import {
  PushRequestSchema,
  PushResponseSchema,
  Zone,
} from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { attachmentsOf } from '../../store/attachments.ts';
import { attachmentsFolder } from '../../store/blob-files.ts';
import { blobCounts, nextToGet } from '../../store/blobs.ts';
import { getIdentity } from '../../store/identity.ts';
import { getMailCursor } from '../../store/mail.ts';
import { messagePage } from '../../store/message-pages.ts';
import { createCloudClient } from '../network/cloud-client.ts';
import type { SyncStatus } from '../status-types.ts';
import { bytesOf, openedFile, staged } from '../testing/attach.ts';
import { type CoreDevice, coreDevice } from '../testing/core-device.ts';
import { fetchOf, removeFolders } from '../testing/zone-device.ts';

afterAll(removeFolders);
await sodiumReady();
const MIB = 1024 * 1024;

let cloud: Cloud;
let calls: string[] = [];
beforeEach(() => {
  calls = [];
});

type Fetch = typeof globalThis.fetch;
/** What each device's network does: looked at before every call. */
function wire(target: Cloud): {
  fetch: Fetch;
  before: (call: string, body: Uint8Array) => Promise<void> | void;
  after: (call: string) => void;
} {
  const it = {
    before: (_: string, _body: Uint8Array): Promise<void> | void => {},
    after: (_: string): void => {},
    fetch: (async (input, init) => {
      const request = new Request(input, init);
      const call = new URL(request.url).pathname.split('/').at(-1) ?? '';
      calls.push(call);
      await it.before(call, new Uint8Array(await request.clone().arrayBuffer()));
      const answer = await fetchOf(target)(request);
      it.after(call);
      return answer;
    }) as Fetch,
  };
  return it;
}

async function two(
  options: Parameters<typeof createCloud>[0] = { dataDir: ':memory:', registration: 'open' },
) {
  cloud = await createCloud(options);
  const wires = { anna: wire(cloud), bob: wire(cloud) };
  const anna = coreDevice(cloud, { fetch: wires.anna.fetch });
  const bob = coreDevice(cloud, { fetch: wires.bob.fetch });
  await anna.signUp('anna@example.org');
  await bob.signUp('bob@example.org');
  const { id } = await anna.core.execute({
    name: 'startConversation',
    input: { handles: ['bob@example.org'], name: null },
  });
  return { anna, bob, id, wires };
}

async function send(device: CoreDevice, id: string, file: Uint8Array | null, text = ''): Promise<string> {
  const attachments = file === null ? [] : [await staged(device, id, file)];
  return (
    await device.core.execute({
      name: 'send',
      input: { conversationId: id, text, replyTo: null, attachments },
    })
  ).id;
}

const page = (device: CoreDevice, id: string) =>
  messagePage(device.store, { conversation: fromHex(id), anchor: null, direction: 'older', limit: 100 })
    .messages;
const shows = (device: CoreDevice, id: string): string[] =>
  page(device, id).map(
    ({ text, state, failure, attachments }) =>
      `${text}[${attachments.map((one) => (one.here ? 'here' : (one.failure ?? 'away'))).join(' ')}] ${state}${failure === null ? '' : `: ${failure}`}`,
  );
const idle = ({ phase }: SyncStatus): boolean => phase === 'idle';
const soon = (device: CoreDevice, id: string, wish: string[]) =>
  expect.poll(() => shows(device, id), { timeout: 20_000, interval: 10 }).toEqual(wish);
const folderOf = (device: CoreDevice): string => attachmentsFolder(device.store.path);
const filesOf = (device: CoreDevice): string[] =>
  readdirSync(folderOf(device)).filter((name) => name !== 'staging');

/** Of an account, for what no app does. */
function clientOf(device: CoreDevice) {
  const { cloudUrl: url, sessionToken: token } = getIdentity(device.store)!;
  return createCloudClient({ fetch: fetchOf(cloud), url, token });
}
/** How many blobs each message's record names at the cloud. */
async function namedIn(device: CoreDevice): Promise<number[]> {
  const { zones } = clientOf(device);
  const { backfillCursor: cursor } = await zones.openZone({ zone: Zone.MESSAGES });
  const { records } = await zones.backfill({ zone: Zone.MESSAGES, cursor, limit: 1000 });
  return records.filter(({ hint }) => hint < 0xffff_fffe).map(({ blobs }) => blobs.length);
}

/** All mail that this device has, the cloud knows it to have. */
function acknowledged(device: CoreDevice): boolean {
  const { stored, acknowledged: told } = getMailCursor(device.store);
  return stored > 0 && stored === told;
}

async function end(...devices: CoreDevice[]): Promise<void> {
  for (const device of devices) await device.stop();
  await cloud.close();
}

test('ATT-10 a message goes when the cloud has all of its files, what is behind it in its conversation after it; others go on', async () => {
  const { anna, bob, id, wires } = await two();
  const carla = coreDevice(cloud);
  await carla.signUp('carla@example.org');
  const input = { handles: ['carla@example.org'], name: null };
  const { id: other } = await anna.core.execute({ name: 'startConversation', input });
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  wires.anna.before = (call) => (call === 'PutBlob' ? held : undefined);
  await send(anna, id, bytesOf(3 * MIB), 'With a file');
  await send(anna, id, null, 'After it');
  expect(anna.core.status().waitingToSend).toBe(2);
  await expect.poll(() => calls.includes('PutBlob'), { timeout: 10_000 }).toBe(true);
  await send(anna, other, null, 'Elsewhere');
  await soon(carla, other, ['Elsewhere[] received']);
  expect(shows(bob, id)).toEqual([]);
  expect(anna.core.status()).toMatchObject({ phase: 'uploading', item: 'attachments', done: 0, total: 1 });
  release();
  await soon(bob, id, ['With a file[here] received', 'After it[] received']);
  await anna.until(idle, 'rest');
  await end(anna, bob, carla);
}, 60_000);

test('ATT-11 an upload goes on where it was after a restart and after lost answers; nothing is sent twice', async () => {
  const { anna, bob, id, wires } = await two();
  const file = bytesOf(4 * MIB + 77);
  let pieces = 0;
  wires.anna.after = (call) => {
    if (call !== 'PutBlob') return;
    pieces += 1;
    // The cloud has it, and the answer is lost.
    throw new TypeError('connection reset');
  };
  await send(anna, id, file, 'Large');
  await expect.poll(() => pieces, { timeout: 10_000 }).toBeGreaterThan(0);
  await anna.stop();
  wires.anna.after = () => {};
  calls = [];
  anna.start();
  await soon(bob, id, ['Large[here] received']);
  // One was there: four of the five were left.
  expect(calls.filter((call) => call === 'PutBlob').length).toBe(4);
  expect(calls.filter((call) => call === 'StatBlobs').length).toBe(1);
  expect(Buffer.compare(openedFile(bob, id, 0), file)).toBe(0);
  await end(anna, bob);
}, 60_000);

test('ATT-12 what the cloud refuses, and a file that is not here any more, is said at its message; Try Again tries', async () => {
  const { anna, bob, id } = await two({
    dataDir: ':memory:',
    registration: 'open',
    blobLimits: { largestBlob: sealedBlobLength(MIB) },
  });
  await send(anna, id, bytesOf(2 * MIB), 'Too large');
  await soon(anna, id, ['Too large[here] failed: tooLarge']);
  const [failed] = page(anna, id);
  const discard = () => anna.core.execute({ name: 'discard', input: { id: toHex(failed!.id) } });
  // Undo brings it back with its file; without it the file goes with the message, at the latest when the app starts again.
  await anna.core.execute({ name: 'undoDelete', input: { undo: (await discard()).undo ?? '' } });
  await soon(anna, id, ['Too large[here] failed: tooLarge']);
  await discard();
  expect([shows(anna, id), filesOf(anna).length]).toEqual([[], 1]);
  await anna.stop();
  anna.start();
  await expect.poll(() => filesOf(anna), { timeout: 10_000 }).toEqual([]);
  await anna.until(idle, 'rest');
  const draft = await staged(anna, id, bytesOf(1000));
  const [name] = filesOf(anna);
  const kept = readFileSync(join(folderOf(anna), name!));
  writeFileSync(join(folderOf(anna), name!), kept.subarray(0, 10));
  await anna.core.execute({
    name: 'send',
    input: { conversationId: id, text: 'Gone', replyTo: null, attachments: [draft] },
  });
  await soon(anna, id, ['Gone[here] failed: fileMissing']);
  expect(shows(bob, id)).toEqual([]);
  writeFileSync(join(folderOf(anna), name!), kept);
  await anna.core.execute({ name: 'retry', input: { id: toHex(page(anna, id)[0]!.id) } });
  await soon(bob, id, ['Gone[here] received']);
  await end(anna, bob);
}, 60_000);

test('ATT-12 a file that is taken away while the cloud is asked how much of it it has is said like one that was gone before', async () => {
  const { anna, bob, id, wires } = await two();
  const draft = await staged(anna, id, bytesOf(1000));
  const path = join(folderOf(anna), filesOf(anna)[0]!);
  const kept = readFileSync(path);
  const takenAway = [() => rmSync(path), () => writeFileSync(path, kept.subarray(0, 10))];
  wires.anna.before = (call) => {
    if (call === 'StatBlobs') takenAway.shift()?.();
  };
  await anna.core.execute({
    name: 'send',
    input: { conversationId: id, text: 'Gone', replyTo: null, attachments: [draft] },
  });
  const sent = toHex(page(anna, id)[0]!.id);
  await soon(anna, id, ['Gone[here] failed: fileMissing']);
  writeFileSync(path, kept);
  await anna.stop();
  anna.start();
  await anna.core.execute({ name: 'retry', input: { id: sent } });
  await soon(anna, id, ['Gone[here] failed: fileMissing']);
  writeFileSync(path, kept);
  await anna.core.execute({ name: 'retry', input: { id: sent } });
  await soon(bob, id, ['Gone[here] received']);
  expect([takenAway, anna.failures]).toEqual([[], []]);
  await end(anna, bob);
}, 60_000);

test('ATT-10 a message that is deleted before its file has gone up holds up nothing, and Undo lets both go', async () => {
  const { anna, bob, id, wires } = await two();
  let open = false;
  wires.anna.before = (call) => {
    if (call === 'PutBlob' && !open) throw new TypeError('No connection.');
  };
  const message = await send(anna, id, bytesOf(3000), 'deleted meanwhile');
  await expect.poll(() => calls.includes('PutBlob'), { timeout: 20_000, interval: 10 }).toBe(true);
  const { undo } = await anna.core.execute({ name: 'deleteMessages', input: { ids: [message] } });
  open = true;
  // The device goes on: an upload that has nothing to do is not begun again and again.
  await send(anna, id, null, 'and on it goes');
  await soon(bob, id, ['and on it goes[] received']);
  await anna.core.execute({ name: 'undoDelete', input: { undo } });
  await expect
    .poll(() => shows(bob, id).some((one) => one.startsWith('deleted meanwhile[here]')), {
      timeout: 20_000,
      interval: 10,
    })
    .toBe(true);
});

test('ATT-13 with a full storage the message waits and says why, and the status line too; room lets it go', async () => {
  const { anna, bob, id } = await two({ dataDir: ':memory:', registration: 'open', quotaBytes: 3 * MIB });
  await send(anna, id, bytesOf(2 * MIB), 'Fits');
  await soon(bob, id, ['Fits[here] received']);
  await anna.until(idle, 'rest');
  await send(anna, id, bytesOf(2 * MIB, 9), 'Does not');
  await expect
    .poll(() => shows(anna, id).at(-1), { timeout: 10_000 })
    .toBe('Does not[here] waiting: storageFull');
  await anna.until(({ paused }) => paused?.reason === 'storageFull', 'the reason');
  // Other messages go meanwhile, of other conversations.
  expect(anna.core.status().action).toBe('manageStorage');
  // What is in somebody's mailbox still counts.
  for (const device of [anna, bob])
    await expect.poll(() => acknowledged(device), { timeout: 15_000 }).toBe(true);
  const [first] = page(anna, id);
  await anna.core.execute({ name: 'deleteForGood', input: { ids: [toHex(first!.id)] } });
  await bob.core.execute({ name: 'syncNow', input: null });
  await expect
    .poll(() => shows(bob, id), { timeout: 30_000, interval: 50 })
    .toContain('Does not[here] received');
  await anna.until(idle, 'rest');
  await end(anna, bob);
}, 90_000);

test('ATT-14 on a metered connection what is large waits, small files go and nothing comes by itself; Continue Anyway goes on', async () => {
  const { anna, bob, id } = await two();
  anna.core.setConditions({ onBattery: false, metered: true });
  bob.core.setConditions({ onBattery: false, metered: true });
  await send(anna, id, bytesOf(6 * MIB), 'Large');
  await anna.until(({ paused }) => paused?.reason === 'metered', 'the reason');
  expect(anna.core.status()).toMatchObject({ item: 'attachments', total: 1, action: 'continueAnyway' });
  expect(shows(bob, id)).toEqual([]);
  await anna.core.execute({ name: 'continueAnyway', input: null });
  await soon(bob, id, ['Large[away] received']);
  await send(anna, id, bytesOf(1000), 'Small');
  await soon(bob, id, ['Large[away] received', 'Small[away] received']);
  await bob.until(idle, 'rest');
  // What a person asks for comes.
  await bob.core.execute({ name: 'fetchAttachment', input: { id: toHex(page(bob, id)[1]!.id), place: 0 } });
  await soon(bob, id, ['Large[away] received', 'Small[here] received']);
  bob.core.setConditions({ onBattery: false, metered: false });
  await soon(bob, id, ['Large[here] received', 'Small[here] received']);
  await end(anna, bob);
}, 60_000);

test('ATT-20 what is up to 10 MB comes by itself, the newest first; what is larger when somebody asks', async () => {
  const { anna, bob, id, wires } = await two();
  const asked: string[] = [];
  wires.bob.before = (call) => {
    if (call === 'GetBlob') throw new TypeError('no connection');
  };
  for (const text of ['First', 'Second']) await send(anna, id, bytesOf(200_000, text.length), text);
  await send(anna, id, bytesOf(10 * MIB + 1), 'Large');
  await soon(bob, id, ['First[away] received', 'Second[away] received', 'Large[away] received']);
  const blobs = page(bob, id).map(({ attachments }) => toHex(attachments[0]!.blobId));
  wires.bob.before = (call, body) => {
    if (call === 'GetBlob')
      asked.push(blobs.findIndex((blob) => Buffer.from(body).includes(Buffer.from(blob, 'hex'))).toString());
  };
  await bob.core.execute({ name: 'syncNow', input: null });
  await soon(bob, id, ['First[here] received', 'Second[here] received', 'Large[away] received']);
  await bob.until(idle, 'rest');
  expect(asked).toEqual(['1', '0']);
  await bob.core.execute({ name: 'fetchAttachment', input: { id: toHex(page(bob, id)[2]!.id), place: 0 } });
  await soon(bob, id, ['First[here] received', 'Second[here] received', 'Large[here] received']);
  await end(anna, bob);
}, 60_000);

test('ATT-21 bytes that are not those that were sent are never taken for them: tried again, then said, and right when they come right', async () => {
  const { anna, bob, id, wires } = await two();
  const fetch = wires.bob.fetch;
  let lying = true;
  const liar: Fetch = async (input, init) => {
    const answer = await fetch(input, init);
    if (!lying || !String(input instanceof Request ? input.url : input).endsWith('/GetBlob')) return answer;
    const bytes = new Uint8Array(await answer.arrayBuffer());
    bytes[5000] = bytes[5000]! ^ 1;
    return new Response(bytes, answer);
  };
  await bob.stop();
  let ahead = 0;
  const hidden = coreDevice(cloud, { fetch: liar, clock: { now: () => Date.now() + ahead } });
  await hidden.signIn('bob@example.org');
  await send(anna, id, bytesOf(200_000), 'A file');
  await soon(hidden, id, ['A file[away] received']);
  for (let again = 0; again < 4; again += 1) {
    ahead += 65_000;
    await hidden.core.execute({ name: 'syncNow', input: null });
    await new Promise((resolve) => setTimeout(resolve, 120));
  }
  await soon(hidden, id, ['A file[damaged] received']);
  expect(filesOf(hidden)).toEqual([]);
  lying = false;
  await hidden.core.execute({
    name: 'fetchAttachment',
    input: { id: toHex(page(hidden, id)[0]!.id), place: 0 },
  });
  await soon(hidden, id, ['A file[here] received']);
  await end(anna, hidden);
}, 60_000);

test('ATT-21 what is tried again later is not begun before that because of another file that nobody asks for', async () => {
  const { anna } = await two();
  const { store } = anna;
  const add = (want: number, notBeforeMs: number) =>
    store.run(
      'INSERT INTO blob (id, sealed, want, not_before_ms) VALUES (?, 1000, ?, ?)',
      systemRandom(32),
      want,
      notBeforeMs,
    );
  store.write(() => {
    add(2, 5000);
    add(0, 0);
  });
  expect(blobCounts(store, MIB)).toMatchObject({ asked: 1, askedAt: 5000, aloneAt: 5000, all: 2, allAt: 0 });
  expect(nextToGet(store, 'asked', 1000)).toBeUndefined();
  expect(nextToGet(store, 'alone', 1000)).toBeUndefined();
  expect(nextToGet(store, 'all', 1000)).toBeDefined();
});

test('ATT-22 a download goes on where it was after a restart, and what was not counted comes once more', async () => {
  const { anna, bob, id, wires } = await two();
  const file = bytesOf(5 * MIB + 3);
  let pieces = 0;
  wires.bob.before = (call) => {
    if (call !== 'GetBlob') return;
    pieces += 1;
    if (pieces > 2) throw new TypeError('no connection');
  };
  await send(anna, id, file, 'Large');
  await expect.poll(() => pieces, { timeout: 20_000 }).toBeGreaterThan(2);
  await bob.stop();
  expect(filesOf(bob).map((name) => name.endsWith('.part'))).toEqual([true]);
  wires.bob.before = () => {};
  calls = [];
  bob.start();
  await soon(bob, id, ['Large[here] received']);
  expect(calls.filter((call) => call === 'GetBlob').length).toBeLessThanOrEqual(4);
  expect(Buffer.compare(openedFile(bob, id, 0), file)).toBe(0);
  await end(anna, bob);
}, 60_000);

test('ATT-23 SWI-2 turned off, a device first fetches every attachment, the large ones too, and says so; held, it waits', async () => {
  const { anna, bob, id, wires } = await two();
  await send(anna, id, bytesOf(10 * MIB + 5), 'Large');
  await soon(bob, id, ['Large[away] received']);
  await bob.until(idle, 'rest');
  const says = () =>
    bob.events.some(
      (event) =>
        event.type === 'status' &&
        event.status.phase === 'downloading' &&
        event.status.item === 'attachments',
    );
  // The file is on its way until the device has said so: a quick one has all of it between two times that it says where it is.
  wires.bob.before = async (call) => {
    if (call === 'GetBlob') await expect.poll(says, { timeout: 20_000, interval: 10 }).toBe(true);
  };
  const preview = await bob.core.execute({ name: 'switchOffPreview', input: null });
  expect(preview.bytes).toBeGreaterThan(10 * MIB);
  bob.events.length = 0;
  await bob.core.execute({ name: 'setSwitch', input: { on: false } });
  await bob.core.execute({ name: 'hold', input: null });
  await bob.until(({ paused }) => paused?.reason === 'held', 'the pause');
  expect(bob.core.status().switch).toBe('disabling');
  await bob.core.execute({ name: 'resume', input: null });
  await bob.until((status) => status.switch === 'off', 'off');
  expect(says()).toBe(true);
  expect(shows(bob, id)).toEqual(['Large[here] received']);
  await end(anna, bob);
}, 60_000);

test('ATT-15 a blob that the cloud has lost is put again by who has it, for a message on its way and for a record', async () => {
  const { anna, bob, id, wires } = await two();
  const file = bytesOf(300_000);
  // The upload is whole, and the cloud forgets it before the message comes: as after a day without a connection.
  let stop = true;
  wires.anna.before = (call) => {
    if (call === 'Send' && stop) throw new TypeError('no connection');
  };
  await send(anna, id, file, 'A file');
  await expect.poll(() => calls.includes('Send'), { timeout: 10_000 }).toBe(true);
  const { blobId } = page(anna, id)[0]!.attachments[0]!;
  await clientOf(anna).blobs.dropUpload({ blobId });
  stop = false;
  calls = [];
  await anna.core.execute({ name: 'syncNow', input: null });
  await soon(bob, id, ['A file[here] received']);
  expect(calls.filter((call) => call === 'PutBlob').length).toBe(1);
  await anna.until(idle, 'rest');
  await end(anna, bob);
}, 60_000);

test('ATT-17 a cloud that has a file by its own word, and not when it is named, is asked again later and not without an end', async () => {
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  let lies = true;
  const asked = { Send: 0, Push: 0 };
  const through = fetchOf(cloud);
  /** Of what names files: they are not there. */
  const fetch: Fetch = async (input, init) => {
    const request = new Request(input, init);
    const call = new URL(request.url).pathname.split('/').at(-1) ?? '';
    const body = new Uint8Array(await request.clone().arrayBuffer());
    const answered = (bytes: Uint8Array) =>
      new Response(bytes as Uint8Array<ArrayBuffer>, { headers: { 'content-type': 'application/proto' } });
    if (lies && call === 'Send') {
      const { blobs: blobIds } = fromBinary(SendRequestSchema, body);
      if (blobIds.length === 0) return through(request);
      asked.Send += 1;
      const result = { case: 'blobsMissing', value: { blobIds } } as const;
      return answered(toBinary(SendResponseSchema, create(SendResponseSchema, { result })));
    }
    if (lies && call === 'Push') {
      const { operations } = fromBinary(PushRequestSchema, body);
      const named = operations.map(({ op }) => (op.case === 'put' ? op.value.blobs : []));
      if (named.every((blobs) => blobs.length === 0)) return through(request);
      asked.Push += 1;
      const results = named.map((blobIds) => ({
        result: { case: 'blobsMissing', value: { blobIds } } as const,
      }));
      return answered(toBinary(PushResponseSchema, create(PushResponseSchema, { results })));
    }
    return through(request);
  };
  const anna = coreDevice(cloud, { fetch });
  const bob = coreDevice(cloud);
  await anna.signUp('anna@example.org');
  await bob.signUp('bob@example.org');
  const input = { handles: ['bob@example.org'], name: null };
  const { id } = await anna.core.execute({ name: 'startConversation', input });
  const waits = () => {
    const { up, upForRecords } = blobCounts(anna.store, MIB);
    return Math.max(up.at, upForRecords.at) > Date.now() + 2_000;
  };
  /** It looks again at what did not come about before. */
  const restart = async (device: CoreDevice) => {
    await device.stop();
    device.start();
  };
  await send(anna, id, bytesOf(100_000), 'A file');
  await expect.poll(() => waits(), { timeout: 20_000 }).toBe(true);
  expect(asked.Send).toBe(2);
  lies = false;
  await restart(anna);
  await soon(bob, id, ['A file[here] received']);
  await anna.until(idle, 'rest');
  // The record's put, the same way: what else is to be put goes.
  lies = true;
  const { id: message } = page(anna, id)[0]!;
  await anna.core.execute({ name: 'react', input: { id: toHex(message), emoji: '👍' } });
  await expect.poll(() => waits(), { timeout: 20_000 }).toBe(true);
  expect(asked.Push).toBe(2);
  await send(anna, id, null, 'After it');
  await soon(bob, id, ['A file[here] received', 'After it[] received']);
  lies = false;
  await restart(anna);
  await anna.until(idle, 'rest');
  expect((await namedIn(anna)).sort()).toEqual([0, 1]);
  await end(anna, bob);
}, 60_000);

test('ATT-16 a record that does not name its blobs is put again by a device that has them, once', async () => {
  const { anna, bob, id, wires } = await two();
  const through = wires.anna.fetch;
  await anna.until((status) => idle(status) && status.switch === 'on', 'rest');
  await anna.stop();
  // An older app's put, and one that lets go of what there was.
  const older = coreDevice(cloud, {
    fetch: async (input, init) => {
      const request = new Request(input, init);
      if (!request.url.endsWith('/Push')) return through(request);
      const push = fromBinary(PushRequestSchema, new Uint8Array(await request.arrayBuffer()));
      for (const { op } of push.operations) if (op.case === 'put') op.value.blobs = [];
      return through(
        new Request(request.url, {
          method: 'POST',
          headers: request.headers,
          body: toBinary(PushRequestSchema, push) as Uint8Array<ArrayBuffer>,
        }),
      );
    },
  });
  await older.signIn('anna@example.org');
  await older.until((status) => idle(status) && status.switch === 'on', 'rest');
  await send(older, id, bytesOf(100_000), 'A file');
  await soon(bob, id, ['A file[here] received']);
  await older.until(idle, 'rest');
  expect(await namedIn(older)).toEqual([0]);
  anna.start();
  await soon(anna, id, ['A file[here] delivered']);
  await expect.poll(() => namedIn(older), { timeout: 10_000 }).toEqual([1]);
  await anna.until(idle, 'rest');
  await end(anna, bob, older);
}, 60_000);

test('ATT-24 the files of a message that is gone for good leave every device; in Recently Deleted they stay', async () => {
  const { anna, bob, id } = await two();
  await send(anna, id, bytesOf(100_000), 'A file');
  await soon(bob, id, ['A file[here] received']);
  await anna.until(idle, 'rest');
  const second = coreDevice(cloud);
  await second.signIn('anna@example.org');
  await soon(
    second,
    id,
    ['A file[here] received'].map((one) => one.replace('received', 'delivered')),
  );
  const message = page(anna, id)[0]!.id;
  const ids = [toHex(message)];
  await anna.core.execute({ name: 'deleteMessages', input: { ids } });
  await soon(second, id, []);
  expect(filesOf(second).length).toBe(1);
  await second.core.execute({ name: 'recoverMessages', input: { ids } });
  await expect.poll(() => shows(anna, id).length, { timeout: 10_000 }).toBe(1);
  expect(
    attachmentsOf(anna.store, anna.store.get<{ rid: number }>('SELECT rid FROM message')!.rid)[0]!.here,
  ).toBe(true);
  await second.core.execute({ name: 'deleteForGood', input: { ids } });
  for (const device of [anna, second])
    await expect.poll(() => filesOf(device), { timeout: 10_000 }).toEqual([]);
  expect(filesOf(bob).length).toBe(1);
  await end(anna, bob, second);
}, 60_000);
