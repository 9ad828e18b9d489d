/** What a device remembers of a file that was not at the cloud, or not on its disk, and what becomes of that when it is there. Real devices, real clouds. */
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { fromHex, toHex } from '../../../shared/crypto/bytes.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { PushRequestSchema, Zone } from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { attachmentsFolder } from '../../store/blob-files.ts';
import { getIdentity } from '../../store/identity.ts';
import { messagePage } from '../../store/message-pages.ts';
import { createCloudClient } from '../network/cloud-client.ts';
import type { SyncStatus } from '../status-types.ts';
import { bytesOf, staged } from '../testing/attach.ts';
import { type CoreDevice, coreDevice } from '../testing/core-device.ts';
import { fetchOf, removeFolders, temporary } from '../testing/zone-device.ts';

afterAll(removeFolders);
await sodiumReady();
/** Not fetched by itself. */
const LARGE = 10 * 1024 * 1024 + 5;

type Fetch = typeof globalThis.fetch;
let dataDir: string;
let cloud: Cloud;
const devices: CoreDevice[] = [];

beforeEach(async () => {
  dataDir = temporary(mkdtempSync(join(tmpdir(), 'lockstep-cloud-')));
  cloud = await createCloud({ dataDir, registration: 'open' });
});
afterEach(async () => {
  for (const device of devices.splice(0)) await device.stop();
  await cloud.close();
});

/** A device whose line can be cut, as a whole or for one call, and that can send as an older app does, which names no files. */
function device(): { it: CoreDevice; line: { cut: boolean | string; namesFiles: boolean } } {
  const line: { cut: boolean | string; namesFiles: boolean } = { cut: false, namesFiles: true };
  const fetch: Fetch = async (input, init) => {
    const request = new Request(input, init);
    const call = request.url.split('/').at(-1);
    if (line.cut === true || line.cut === call) throw new TypeError('No connection.');
    if (line.namesFiles || call !== 'Push') return fetchOf(cloud)(request);
    const push = fromBinary(PushRequestSchema, new Uint8Array(await request.arrayBuffer()));
    for (const { op } of push.operations) if (op.case === 'put') op.value.blobs = [];
    const body = toBinary(PushRequestSchema, push) as Uint8Array<ArrayBuffer>;
    return fetchOf(cloud)(new Request(request.url, { method: 'POST', headers: request.headers, body }));
  };
  const it = coreDevice(cloud, { fetch });
  devices.push(it);
  return { it, line };
}

const idle = ({ phase }: SyncStatus): boolean => phase === 'idle';
const on = (status: SyncStatus): boolean => idle(status) && status.switch === 'on';
const syncNow = (it: CoreDevice) => it.core.execute({ name: 'syncNow', input: null });

/** Two devices of Anna's, at rest, and a conversation with Bob, whose device is off. */
async function two() {
  const anna = device();
  const second = device();
  const bob = device();
  await anna.it.signUp('anna@example.org');
  await bob.it.signUp('bob@example.org');
  await second.it.signIn('anna@example.org');
  const { id } = await anna.it.core.execute({
    name: 'startConversation',
    input: { handles: ['bob@example.org'], name: null },
  });
  for (const { it } of [anna, second]) await it.until(on, 'rest');
  await bob.it.until(idle, 'rest');
  await bob.it.stop();
  devices.splice(devices.indexOf(bob.it), 1);
  return { anna, second, id };
}

async function send(it: CoreDevice, id: string, size: number): Promise<void> {
  const attachments = [await staged(it, id, bytesOf(size))];
  await it.core.execute({
    name: 'send',
    input: { conversationId: id, text: '', replyTo: null, attachments },
  });
}
const newest = ({ store }: CoreDevice, id: string) =>
  messagePage(store, { conversation: fromHex(id), anchor: null, direction: 'older', limit: 100 }).messages.at(
    -1,
  );
const file = (it: CoreDevice, id: string): string | undefined => {
  const one = newest(it, id)?.attachments[0];
  return one === undefined ? undefined : one.here ? 'here' : (one.failure ?? 'away');
};
const becomes = (it: CoreDevice, id: string, wish: string) =>
  expect.poll(() => file(it, id), { timeout: 20_000, interval: 10 }).toBe(wish);
const folderOf = ({ store }: CoreDevice): string => attachmentsFolder(store.path);

/** How many files each message's record names at the cloud. */
async function named({ store }: CoreDevice): Promise<number[]> {
  const { cloudUrl: url, sessionToken: token } = getIdentity(store)!;
  const { zones } = createCloudClient({ fetch: fetchOf(cloud), url, token });
  const { backfillCursor: cursor } = await zones.openZone({ zone: Zone.MESSAGES });
  const { records } = await zones.backfill({ zone: Zone.MESSAGES, cursor, limit: 1000 });
  return records.filter(({ hint }) => hint < 0xffff_fffe).map(({ blobs }) => blobs.length);
}
const namedSoon = (it: CoreDevice, wish: number[]) =>
  expect.poll(() => named(it), { timeout: 20_000 }).toEqual(wish);

test('ATT-16 a file that a death left whole in its place, before that was written down, is named in its record', async () => {
  const { anna, second: older, id } = await two();
  older.line.namesFiles = false;
  anna.line.cut = 'GetBlob';
  await send(older.it, id, 100_000);
  await becomes(anna.it, id, 'away');
  await older.it.until(idle, 'rest');
  expect(await named(older.it)).toEqual([0]);
  await expect
    .poll(() => anna.it.store.get('SELECT lacking, here FROM blob'), { timeout: 10_000 })
    .toEqual({ lacking: 1, here: 0 });
  await anna.it.stop();
  const name = readdirSync(folderOf(older.it)).find((one) => one !== 'staging') as string;
  mkdirSync(folderOf(anna.it), { recursive: true });
  copyFileSync(join(folderOf(older.it), name), join(folderOf(anna.it), name));
  anna.it.start();
  await becomes(anna.it, id, 'here');
  await namedSoon(older.it, [1]);
}, 60_000);

/** The cloud is put back to before a large message. The device that has not its file is the first to offer it again; then the other puts the file. */
async function offeredWithoutTheFile(meanwhile: (second: CoreDevice, id: string) => Promise<void>) {
  const { anna, second, id } = await two();
  const backup = temporary(mkdtempSync(join(tmpdir(), 'lockstep-backup-')));
  const cutBoth = (cut: boolean) => {
    for (const { line } of [anna, second]) line.cut = cut;
  };
  const whileDown = async (work: () => void, restored: boolean) => {
    cutBoth(true);
    await cloud.close();
    work();
    cloud = await createCloud({ dataDir, registration: 'open', restored });
  };
  await whileDown(() => cpSync(dataDir, backup, { recursive: true }), false);
  cutBoth(false);
  for (const { it } of [anna, second]) await syncNow(it);
  await send(anna.it, id, LARGE);
  await becomes(second.it, id, 'away');
  for (const { it } of [anna, second]) await it.until(idle, 'rest');
  expect(await named(anna.it)).toEqual([1]);
  await whileDown(() => {
    rmSync(dataDir, { recursive: true });
    cpSync(backup, dataDir, { recursive: true });
  }, true);
  second.line.cut = false;
  await syncNow(second.it);
  await namedSoon(second.it, [0]);
  await meanwhile(second.it, id);
  anna.line.cut = false;
  await syncNow(anna.it);
  await namedSoon(second.it, [1]);
  for (const { it } of [anna, second]) await it.until(idle, 'rest');
  return { anna: anna.it, second: second.it, id };
}

test('ATT-16 a file that is at the cloud again stays named when a device without it changes its message', async () => {
  const { anna, second, id } = await offeredWithoutTheFile(async () => {});
  const { id: message } = newest(second, id)!;
  await second.core.execute({ name: 'react', input: { id: toHex(message), emoji: '👍' } });
  await expect
    .poll(() => anna.store.get<{ reactions: number }>('SELECT reactions FROM message')!.reactions, {
      timeout: 20_000,
    })
    .toBe(1);
  for (const it of [anna, second]) await it.until(idle, 'rest');
  expect(await named(second)).toEqual([1]);
  await second.core.execute({ name: 'fetchAttachment', input: { id: toHex(message), place: 0 } });
  await becomes(second, id, 'here');
}, 90_000);

test('ATT-16 SWI-1 a file that was gone from the cloud and is there again is fetched before the switch is off', async () => {
  const { second, id } = await offeredWithoutTheFile(async (it, conversation) => {
    await it.core.execute({
      name: 'fetchAttachment',
      input: { id: toHex(newest(it, conversation)!.id), place: 0 },
    });
    await expect.poll(() => file(it, conversation), { timeout: 20_000 }).toBe('gone');
  });
  await second.core.execute({ name: 'setSwitch', input: { on: false } });
  await second.until((status) => status.switch === 'off', 'off');
  expect(file(second, id)).toBe('here');
}, 90_000);
