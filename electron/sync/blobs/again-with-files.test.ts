/** Try Again of a message with a file that somebody did not get, after the cloud has let go of the file. Real devices, real clouds, a month in between. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { fromHex, toHex } from '../../../shared/crypto/bytes.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { attachmentsFolder } from '../../store/blob-files.ts';
import { messagePage } from '../../store/message-pages.ts';
import { bytesOf, staged } from '../testing/attach.ts';
import { type CoreDevice, coreDevice } from '../testing/core-device.ts';
import { fetchOf, removeFolders, temporary } from '../testing/zone-device.ts';

afterAll(removeFolders);
await sodiumReady();
const DAY = 86_400_000;

let dataDir: string;
let cloud: Cloud;
let days: number;
/** What Anna's device asked, and what is to be done before the answer. */
let calls: string[];
let before: (call: string) => Promise<void> | void;
const devices: CoreDevice[] = [];
const clock = { now: () => Date.now() + days * DAY };

const openCloud = (mailboxEntries: number) =>
  createCloud({ dataDir, registration: 'open', clock, mailboxLimits: { mailboxEntries } });
beforeEach(async () => {
  days = 0;
  calls = [];
  before = () => {};
  dataDir = temporary(mkdtempSync(join(tmpdir(), 'lockstep-cloud-')));
  cloud = await openCloud(2);
});
afterEach(async () => {
  for (const device of devices.splice(0)) await device.stop();
  await cloud.close();
});

const page = (device: CoreDevice, id: string) =>
  messagePage(device.store, { conversation: fromHex(id), anchor: null, direction: 'older', limit: 100 })
    .messages;
const shows = (device: CoreDevice, id: string): string[] =>
  page(device, id).map(
    ({ text, state, failure }) => `${text} ${state}${failure === null ? '' : `: ${failure}`}`,
  );
const last = (device: CoreDevice, id: string) => shows(device, id).at(-1);
const send = async (device: CoreDevice, id: string, text: string, file: Uint8Array | null) =>
  device.core.execute({
    name: 'send',
    input: {
      conversationId: id,
      text,
      replyTo: null,
      attachments: file === null ? [] : [await staged(device, id, file)],
    },
  });

/** Anna's switch is off. Bob's mailbox was full when she sent a file; a month later the cloud has let go of that, and takes more mail. */
async function monthLater() {
  const anna = coreDevice(cloud, {
    clock,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const call = request.url.split('/').at(-1) ?? '';
      calls.push(call);
      await before(call);
      return fetchOf(cloud)(request);
    },
  });
  const bob = coreDevice(cloud, { clock, fetch: (input, init) => fetchOf(cloud)(input, init) });
  devices.push(anna, bob);
  await bob.signUp('bob@example.org');
  await anna.signUp('anna@example.org');
  await anna.core.execute({ name: 'setSwitch', input: { on: false } });
  const input = { handles: ['bob@example.org'], name: null };
  const { id } = await anna.core.execute({ name: 'startConversation', input });
  await bob.until(({ phase }) => phase === 'idle', 'rest');
  await bob.stop();
  for (const text of ['one', 'two']) await send(anna, id, text, null);
  await expect.poll(() => shows(anna, id), { timeout: 10_000 }).toEqual(['one sent', 'two sent']);
  await send(anna, id, 'A file', bytesOf(200_000));
  await expect.poll(() => last(anna, id), { timeout: 10_000 }).toBe('A file failed: mailboxFull');
  await anna.until(({ phase, switch: value }) => phase === 'idle' && value === 'off', 'rest');
  days = 35;
  await cloud.close();
  cloud = await openCloud(100);
  bob.start();
  await expect.poll(() => bob.texts(), { timeout: 10_000 }).toEqual(['one', 'two']);
  await bob.until(({ phase }) => phase === 'idle', 'rest');
  await anna.core.execute({ name: 'syncNow', input: null });
  calls = [];
  const tryAgain = () =>
    anna.core.execute({ name: 'retry', input: { id: toHex(page(anna, id).at(-1)!.id) } });
  return { anna, bob, id, tryAgain };
}

test('ATT-12 OUT-32 Try Again once the cloud has let go of the file: it waits for that, goes with it, and what is written meanwhile goes', async () => {
  const { anna, bob, id, tryAgain } = await monthLater();
  const seen = new Set<string | undefined>();
  before = async (call) => {
    seen.add(shows(anna, id)[2]);
    if (call !== 'PutBlob') return;
    before = (one) => void (one !== 'Send' && seen.add(shows(anna, id)[2]));
    await send(anna, id, 'Meanwhile', null);
    await expect.poll(() => bob.texts(), { timeout: 10_000 }).toContain('Meanwhile');
  };
  await tryAgain();
  await expect.poll(() => bob.texts(), { timeout: 15_000 }).toEqual(['one', 'two', 'Meanwhile', 'A file']);
  await expect.poll(() => shows(anna, id)[2], { timeout: 10_000 }).toBe('A file delivered');
  expect(calls.filter((call) => call === 'PutBlob')).toHaveLength(1);
  expect([...seen].filter((one) => one?.includes('failed'))).toEqual([]);
}, 60_000);

test('ATT-12 where the file is not here any more, that is said at each Try Again, and holds up nothing else', async () => {
  const { anna, bob, id, tryAgain } = await monthLater();
  const folder = attachmentsFolder(anna.store.path);
  const name = readdirSync(folder).find((one) => one !== 'staging') as string;
  rmSync(join(folder, name));
  for (let i = 0; i < 4; i += 1) {
    await tryAgain();
    await expect.poll(() => last(anna, id), { timeout: 10_000 }).toBe('A file failed: fileMissing');
  }
  expect(bob.texts()).toEqual(['one', 'two']);
  await send(anna, id, 'After it', null);
  await expect.poll(() => bob.texts(), { timeout: 10_000 }).toEqual(['one', 'two', 'After it']);
}, 60_000);
