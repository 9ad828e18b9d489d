/** Files in messages over the local API alone: real devices, workers and stores against the real cloud. */
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { type ServerType, serve } from '@hono/node-server';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { BLOB_PIECE, sealedBlobLength } from '../../../shared/crypto/blobs.ts';
import type { Message } from '../../api/types.ts';
import { connect } from '../../store/damage/connection.ts';
import { type TestDevice, testDevices } from '../testing/devices.ts';

const PASSWORD = 'violet-harbour-tunnel-93';
const devices = testDevices();
let cloud: Cloud;
let server: ServerType;
let url: string;
let people = 0;
/** What sends wait for, before the cloud hears of them. */
let sendsHeld: Promise<void> = Promise.resolve();

beforeAll(async () => {
  cloud = await createCloud({
    dataDir: devices.newFolder(),
    registration: 'open',
    name: 'Test',
    blobLimits: { largestBlob: sealedBlobLength(4_000_000) },
  });
  server = serve({
    fetch: async (request) => {
      if (request.url.endsWith('/Send')) await sendsHeld;
      return cloud.fetch(request);
    },
    port: 0,
    hostname: '127.0.0.1',
  });
  await new Promise<void>((resolve) => server.once('listening', () => resolve()));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => devices.clean());
afterAll(async () => {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  await cloud.close();
  if ('closeAllConnections' in server) server.closeAllConnections();
  await closed;
});

const soon = <T>(read: () => Promise<T>) => expect.poll(read, { timeout: 30_000, interval: 40 });

async function signedUp(name: string): Promise<TestDevice & { handle: string }> {
  people += 1;
  const handle = `${name.toLowerCase()}${people}@example.org`;
  const it = await devices.start();
  const state = await it.api.session.signUp.mutate({
    cloud: { kind: 'address', url },
    handle,
    name,
    password: PASSWORD,
    deviceName: `${name}'s Mac`,
  });
  if (state.kind !== 'confirmRecovery') throw new Error(`Signed up, and then ${state.kind}.`);
  const [a, b] = state.ask;
  await it.api.session.confirmRecovery.mutate({ answers: [state.words[a] ?? '', state.words[b] ?? ''] });
  return { ...it, handle };
}

/** Bytes that do not repeat: another place is another content. */
function bytesOf(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let at = 0; at < length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

const PIXEL = Buffer.from('UklGRiQAAABXRUJQVlA4IBgAAAAwAQCdASoBAAEAAQAcJaQAA3AA/v3AgAA=', 'base64');

async function attach(
  it: TestDevice,
  conversation: string,
  name: string,
  file: Uint8Array<ArrayBuffer>,
  more: Record<string, string> = {},
): Promise<Response> {
  const given = new URLSearchParams({ conversation, name, size: String(file.length), ...more });
  const thumbnail = more['thumbnail'] === undefined ? [] : [PIXEL];
  return it.device.fetch(
    new Request(`http://device/attachments?${given}`, {
      method: 'POST',
      body: new Blob([...thumbnail, file]).stream(),
      duplex: 'half',
    } as RequestInit),
  );
}
async function draft(...given: Parameters<typeof attach>): Promise<string> {
  const answer = await attach(...given);
  expect(answer.status).toBe(201);
  return ((await answer.json()) as { id: string }).id;
}
const get = (it: TestDevice, at: string, headers: Record<string, string> = {}, method = 'GET') =>
  it.device.fetch(new Request(`http://device${at}`, { headers, method }));
const bodyOf = async (answer: Response) => new Uint8Array(await answer.arrayBuffer());
const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

async function messages(it: TestDevice, conversationId: string): Promise<Message[]> {
  return (await it.api.messages.page.query({ conversationId })).messages;
}
const states = async (it: TestDevice, id: string) =>
  (await messages(it, id)).map(({ attachments }) => attachments.map(({ state }) => state).join(' '));

test('ATT-1 a picture and a file arrive at every device of both people, also at one that comes later, byte for byte', async () => {
  const anna = await signedUp('Anna');
  const bob = await signedUp('Bob');
  const { id } = await anna.api.conversations.start.mutate({ handles: [bob.handle] });
  const picture = bytesOf(300_000);
  const report = bytesOf(1_500_000, 7);
  const drafts = [
    await draft(anna, id, '../Sunset at\u202e sea.png', picture, {
      type: 'image/png',
      width: '640',
      height: '480',
      thumbnail: String(PIXEL.length),
    }),
    await draft(anna, id, 'Report 2026.pdf', report, { type: 'application/pdf' }),
  ];
  expect((await anna.api.attachments.drafts.query({ conversationId: id })).map(({ name }) => name)).toEqual([
    '.._Sunset at sea.png'.replace('..', '__'),
    'Report 2026.pdf',
  ]);
  await anna.api.messages.send.mutate({ conversationId: id, text: '', attachments: drafts });
  expect(await anna.api.attachments.drafts.query({ conversationId: id })).toEqual([]);

  for (const it of [anna, bob]) {
    await soon(() => states(it, id)).toEqual(['here here']);
    const [message] = await messages(it, id);
    const [first, second] = message!.attachments;
    expect(first).toMatchObject({ mediaType: 'image/png', width: 640, height: 480, size: 300_000 });
    expect(first!.thumbnail).toMatch(/^data:image\/webp;base64,/);
    expect(same(await bodyOf(await get(it, first!.url)), picture)).toBe(true);
    expect(same(await bodyOf(await get(it, second!.url)), report)).toBe(true);
  }
  const [listed] = await bob.api.conversations.list.query();
  expect(listed!.lastMessage).toMatchObject({ text: '', attachments: [{ mediaType: 'image/png' }, {}] });

  // A new device of Anna's, and the one that sent it after a restart.
  await soon(async () => (await anna.api.sync.status.query()).phase).toBe('idle');
  const late = await devices.start();
  await late.api.session.signIn.mutate({
    cloud: { kind: 'address', url },
    handle: anna.handle,
    password: PASSWORD,
    deviceName: 'New',
  });
  await soon(() => states(late, id)).toEqual(['here here']);
  const [message] = await messages(late, id);
  expect(same(await bodyOf(await get(late, message!.attachments[1]!.url)), report)).toBe(true);
  await devices.stop(anna);
  const again = await devices.start(anna.folder);
  expect(await states(again, id)).toEqual(['here here']);
  expect(same(await bodyOf(await get(again, message!.attachments[0]!.url)), picture)).toBe(true);
}, 120_000);

test('ATT-4 STO-7 neither a file nor its name is on the disk in the clear, and a wipe leaves none', async () => {
  const anna = await signedUp('Anna');
  const { id } = await anna.api.conversations.start.mutate({ handles: [anna.handle] }).catch(async () => {
    const bob = await signedUp('Bob');
    return anna.api.conversations.start.mutate({ handles: [bob.handle] });
  });
  const secret = new TextEncoder().encode(`secret-canary-${'x'.repeat(200_000)}`);
  const sent = await draft(anna, id, 'canary-file-name.txt', secret, { type: 'text/plain' });
  await anna.api.messages.send.mutate({ conversationId: id, text: 'canary-text', attachments: [sent] });
  await draft(anna, id, 'canary-draft-name.txt', secret);
  await soon(() => states(anna, id)).toEqual(['here']);
  const walk = (folder: string): string[] =>
    readdirSync(folder, { withFileTypes: true }).flatMap((one) =>
      one.isDirectory() ? walk(path.join(folder, one.name)) : [path.join(folder, one.name)],
    );
  const files = walk(anna.folder);
  expect(files.filter((one) => one.includes('attachments')).length).toBe(2);
  for (const file of files) {
    const content = readFileSync(file);
    for (const canary of ['canary', 'xxxxxxxxxxxxxxxx'])
      expect(content.includes(canary), `${canary} in ${file}`).toBe(false);
    expect(file).not.toContain('canary');
  }
  await anna.api.session.signOut.mutate({ wipe: true, evenUnsent: true });
  expect(readdirSync(anna.folder).includes('attachments')).toBe(false);
}, 60_000);

test('ATT-6 ATT-7 ranges, HEAD, ETag and types: across chunks, at both ends, and never as a page', async () => {
  const anna = await signedUp('Anna');
  const bob = await signedUp('Bob');
  const { id } = await anna.api.conversations.start.mutate({ handles: [bob.handle] });
  const file = bytesOf(BLOB_PIECE * 3 + 11);
  const given: [string, string][] = [
    ['film.mp4', 'video/mp4'],
    ['page.html', 'text/html'],
    ['drawing.svg', 'image/svg+xml'],
  ];
  const drafts: string[] = [];
  for (const [name, type] of given) drafts.push(await draft(anna, id, name, file, { type }));
  drafts.push(await draft(anna, id, 'empty.bin', bytesOf(0)));
  await anna.api.messages.send.mutate({ conversationId: id, text: 'See', attachments: drafts });
  await soon(() => states(anna, id)).toEqual(['here here here here']);
  const at = (await messages(anna, id))[0]!.attachments.map((one) => one.url);
  const whole = await get(anna, at[0]!);
  expect(whole.status).toBe(200);
  expect(Object.fromEntries(whole.headers)).toMatchObject({
    'content-type': 'video/mp4',
    'content-length': String(file.length),
    'accept-ranges': 'bytes',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  const etag = whole.headers.get('etag')!;
  expect((await get(anna, at[0]!, { 'if-none-match': etag })).status).toBe(304);
  const head = await get(anna, at[0]!, {}, 'HEAD');
  expect([head.status, head.headers.get('content-length'), (await bodyOf(head)).length]).toEqual([
    200,
    String(file.length),
    0,
  ]);
  const ranges: [string, number, number][] = [
    ['bytes=0-0', 0, 1],
    [`bytes=${BLOB_PIECE - 2}-${BLOB_PIECE + 1}`, BLOB_PIECE - 2, BLOB_PIECE + 2],
    [`bytes=${BLOB_PIECE}-${BLOB_PIECE * 2 - 1}`, BLOB_PIECE, BLOB_PIECE * 2],
    ['bytes=100-', 100, file.length],
    ['bytes=-12', file.length - 12, file.length],
    [`bytes=5-${file.length * 2}`, 5, file.length],
  ];
  for (const [range, from, to] of ranges) {
    const part = await get(anna, at[0]!, { range });
    expect([range, part.status, part.headers.get('content-range')]).toEqual([
      range,
      206,
      `bytes ${from}-${to - 1}/${file.length}`,
    ]);
    expect(same(await bodyOf(part), file.subarray(from, to)), range).toBe(true);
  }
  for (const range of [`bytes=${file.length}-`, 'bytes=-0']) {
    const none = await get(anna, at[0]!, { range });
    expect([none.status, none.headers.get('content-range')]).toEqual([416, `bytes */${file.length}`]);
  }
  // Several at once, nonsense, or a range of something older: the whole.
  for (const headers of [
    { range: 'bytes=0-1,4-5' },
    { range: 'lines=1-2' },
    { range: 'bytes=0-1', 'if-range': '"x"' },
  ])
    expect((await get(anna, at[0]!, headers)).status).toBe(200);
  for (const one of [1, 2]) {
    const other = await get(anna, at[one]!);
    expect(other.headers.get('content-type')).toBe('application/octet-stream');
    expect(other.headers.get('content-disposition')).toMatch(/^attachment; /);
  }
  expect((await get(anna, `${at[0]!}?save`)).headers.get('content-disposition')).toBe(
    `attachment; filename="film.mp4"; filename*=UTF-8''film.mp4`,
  );
  const empty = await get(anna, at[3]!);
  expect([empty.status, empty.headers.get('content-length')]).toEqual([200, '0']);
  for (const nowhere of [
    '/attachments/x/0',
    `/attachments/${'0'.repeat(32)}/0`,
    at[0]!.replace(/0$/, '9'),
    '/attachments/drafts/..',
    '/attachments/',
  ])
    expect((await get(anna, nowhere)).status, nowhere).toBe(404);
  expect((await get(anna, at[0]!, {}, 'DELETE')).status).toBe(405);
  // A reader that goes away leaves nothing open.
  const left = await get(anna, at[0]!);
  await left.body!.cancel();
}, 60_000);

test('ATT-9 files of a message that is accepted while the window reads them stay where they were', async () => {
  const anna = await signedUp('Anna');
  const bob = await signedUp('Bob');
  const { id } = await anna.api.conversations.start.mutate({ handles: [bob.handle] });
  const film = bytesOf(BLOB_PIECE * 2 + 5);
  const drafts = [await draft(anna, id, 'film.mp4', film, { type: 'video/mp4' })];
  let letGo = (): void => {};
  sendsHeld = new Promise((resolve) => {
    letGo = resolve;
  });
  const sent = await anna.api.messages.send.mutate({ conversationId: id, text: 'See', attachments: drafts });
  const before = sent!.attachments[0]!.url;
  expect(before).toBe(`/attachments/${sent!.id}/0`);
  const beginning = await get(anna, before, { range: 'bytes=0-9' });
  expect([beginning.status, same(await bodyOf(beginning), film.subarray(0, 10))]).toEqual([206, true]);
  letGo();
  await soon(async () => (await messages(anna, id))[0]?.state).not.toMatch(/waiting|sending/);
  const [accepted] = await messages(anna, id);
  expect(accepted!.id).not.toBe(sent!.id);

  const rest = await get(anna, before, { range: `bytes=${BLOB_PIECE}-` });
  expect([rest.status, same(await bodyOf(rest), film.subarray(BLOB_PIECE))]).toEqual([206, true]);
  expect((await get(anna, before.replace(/0$/, '1'))).status).toBe(404);
  // And asked for: it is called what it was, and is on its way again.
  const folder = path.join(anna.folder, 'attachments');
  for (const one of readdirSync(folder).filter((name) => name !== 'staging')) rmSync(path.join(folder, one));
  expect((await get(anna, before)).status).toBe(202);
  await anna.api.attachments.fetch.mutate({ messageId: sent!.id, place: 0 });
  await soon(() => states(anna, id)).toEqual(['here']);
  expect(same(await bodyOf(await get(anna, before)), film)).toBe(true);
}, 60_000);

test('ATT-2 ATT-3 what cannot be attached is refused in words a window can say, and leaves nothing behind', async () => {
  const anna = await signedUp('Anna');
  const bob = await signedUp('Bob');
  const { id } = await anna.api.conversations.start.mutate({ handles: [bob.handle] });
  await soon(async () => (await anna.api.attachments.limits.query()).largestBytes).toBe(
    sealedBlobLength(4_000_000),
  );
  const refused = async (...given: Parameters<typeof attach>) => {
    const answer = await attach(...given);
    return [answer.status, ((await answer.json()) as { reason: string }).reason];
  };
  expect(await refused(anna, id, 'big.bin', bytesOf(10), { size: '5000000' })).toEqual([413, 'tooLarge']);
  expect(await refused(anna, id, 'short.bin', bytesOf(10), { size: '11' })).toEqual([400, 'fileChanged']);
  expect(await refused(anna, id, 'long.bin', bytesOf(12), { size: '11' })).toEqual([400, 'fileChanged']);
  expect(await refused(anna, 'x', 'a.bin', bytesOf(1))).toEqual([400, 'invalidInput']);
  const staging = path.join(anna.folder, 'attachments', 'staging');
  expect(readdirSync(staging)).toEqual([]);
  const one = await draft(anna, id, 'a.bin', bytesOf(1000));
  await anna.api.attachments.drop.mutate({ id: one });
  await soon(async () => readdirSync(path.dirname(staging))).toEqual(['staging']);
  await expect(
    anna.api.messages.send.mutate({ conversationId: id, text: '', attachments: [one] }),
  ).rejects.toMatchObject({ data: { reason: 'noAttachment' } });
  await expect(anna.api.messages.send.mutate({ conversationId: id, text: ' ' })).rejects.toMatchObject({
    data: { reason: 'invalidInput' },
  });
}, 60_000);

test('ATT-5 a file that was removed or damaged on the disk is noticed when it is read, and fetched again', async () => {
  const anna = await signedUp('Anna');
  const bob = await signedUp('Bob');
  const { id } = await anna.api.conversations.start.mutate({ handles: [bob.handle] });
  const file = bytesOf(BLOB_PIECE * 2 + 5);
  const sent = await draft(anna, id, 'a.bin', file);
  await anna.api.messages.send.mutate({ conversationId: id, text: '', attachments: [sent] });
  await soon(() => states(bob, id)).toEqual(['here']);
  await soon(async () => (await bob.api.sync.status.query()).phase).toBe('idle');
  const at = (await messages(bob, id))[0]!.attachments[0]!.url;
  const folder = path.join(bob.folder, 'attachments');
  const [name] = readdirSync(folder).filter((one) => one.length === 64);
  const onDisk = path.join(folder, name!);
  const damage: [string, () => void][] = [
    ['removed', () => rmSync(onDisk)],
    [
      'damaged at its beginning',
      () => {
        const bytes = readFileSync(onDisk);
        bytes[1000] = bytes[1000]! ^ 1;
        writeFileSync(onDisk, bytes);
      },
    ],
    ['cut', () => writeFileSync(onDisk, readFileSync(onDisk).subarray(0, 70_000))],
  ];
  for (const [what, happen] of damage) {
    happen();
    const answer = await get(bob, at);
    const body = await answer.arrayBuffer().catch(() => null);
    // What was cut is found in the middle: the answer breaks off, and is never taken for whole.
    if (what === 'cut') expect(body).toBeNull();
    else expect(answer.status, what).toBe(202);
    await soon(async () => (await get(bob, at)).status).toBe(200);
    expect(same(await bodyOf(await get(bob, at)), file), what).toBe(true);
    expect(statSync(onDisk).size).toBe(sealedBlobLength(file.length));
  }
}, 60_000);

/** Bob's app is not honest: what lies beside his text names another blob, under a key of his own. */
function namesAnother(bob: TestDevice, draftId: string, blob: string): void {
  const file = JSON.parse(readFileSync(path.join(bob.folder, 'database.key'), 'utf8')) as {
    box: { key: string };
  };
  const key = new Uint8Array(Buffer.from(file.box.key, 'base64'));
  const db = connect(path.join(bob.folder, 'messages.db'), key, {});
  db.prepare('UPDATE attachment_draft SET blob_id = ? WHERE id = ?').run(
    Buffer.from(blob, 'hex'),
    Buffer.from(draftId, 'hex'),
  );
  db.close();
}

test('ATT-8 a message that names the blob of another under a key or size of its own is called damaged, and takes no file away', async () => {
  const anna = await signedUp('Anna');
  const bob = await signedUp('Bob');
  const { id } = await anna.api.conversations.start.mutate({ handles: [bob.handle] });
  const file = bytesOf(BLOB_PIECE * 2 + 5);
  const mine = await draft(anna, id, 'a.bin', file);
  await anna.api.messages.send.mutate({ conversationId: id, text: 'mine', attachments: [mine] });
  await soon(() => states(bob, id)).toEqual(['here']);
  const folder = path.join(anna.folder, 'attachments');
  const files = () => readdirSync(folder).filter((one) => one.length === 64);
  const [blob] = files();
  const his = await draft(bob, id, 'b.bin', bytesOf(BLOB_PIECE + 7, 9));
  namesAnother(bob, his, blob!);
  await bob.api.messages.send.mutate({ conversationId: id, text: 'his', attachments: [his] });
  await soon(() => states(anna, id)).toEqual(['here', 'here']);
  await soon(async () => (await anna.api.sync.status.query()).phase).toBe('idle');
  const [good, bad] = (await messages(anna, id)).map(({ attachments }) => attachments[0]!.url);
  // Several at once, as a window asks.
  const answers = await Promise.all([1, 2, 3].map(() => get(anna, bad!)));
  for (const answer of answers)
    expect([answer.status, await answer.json()]).toEqual([404, { reason: 'damaged' }]);
  expect(files()).toEqual([blob]);
  expect(await states(anna, id)).toEqual(['here', 'here']);
  expect(same(await bodyOf(await get(anna, good!)), file)).toBe(true);
  // What is damaged on the disk is noticed all the same, also by the message that is wrong, and fetched again.
  const bytes = readFileSync(path.join(folder, blob!));
  bytes[70_000] = bytes[70_000]! ^ 1;
  writeFileSync(path.join(folder, blob!), bytes);
  expect((await get(anna, bad!)).status).toBe(202);
  await soon(() => states(anna, id)).toEqual(['here', 'here']);
  expect(same(await bodyOf(await get(anna, good!)), file)).toBe(true);
}, 60_000);
