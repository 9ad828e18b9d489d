/** A device whose database is damaged, with everything real: worker, store, cloud, over the local API alone. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { SessionState } from '../api/types.ts';
import type { TestDevice } from './testing/devices.ts';
import { testPeople } from './testing/people.ts';

const world = testPeople();
const { devices } = world;
const PAGE = 4096;
const COUNT = 40;

type Person = TestDevice & { handle: string };

async function writing(name: string, count: number): Promise<{ anna: Person; id: string }> {
  const anna = await world.signedUp(name);
  const bob = await world.signedUp(`${name}Friend`);
  const { id } = await anna.api.conversations.start.mutate({ handles: [bob.handle], name: null });
  for (let n = 1; n <= count; n += 1)
    await anna.api.messages.send.mutate({
      conversationId: id,
      text: `number ${n} ${'y'.repeat(200)}`,
      replyTo: null,
      attachments: [],
    });
  await settled(anna);
  await devices.stop(bob);
  return { anna, id };
}

async function settled({ api }: TestDevice): Promise<void> {
  await expect
    .poll(
      async () => {
        const { phase, waiting } = (await api.sync.status.query()) as { phase: string; waiting?: number };
        return [phase, waiting ?? 0];
      },
      { timeout: 20_000 },
    )
    .toEqual(['idle', 0]);
}

const open = (it: TestDevice): Promise<SessionState['kind']> =>
  it.api.session.state.query().then(({ kind }) => kind);
async function recovered(it: TestDevice): Promise<void> {
  // Whoever reads while it is met is refused.
  await expect.poll(() => open(it).catch(() => ''), { timeout: 30_000 }).toBe('signedIn');
}
const texts = async (it: TestDevice, conversationId: string): Promise<string[]> =>
  (
    await it.api.messages.page.query({ conversationId, anchor: null, direction: 'older', limit: 200 })
  ).messages.map(({ text }) => text);

const database = (it: TestDevice): string => path.join(it.folder, 'messages.db');
/** Every second page from the first message page on, and the first. */
function damage(it: TestDevice, from: number, every: number): void {
  const bytes = readFileSync(database(it));
  for (let page = from; page <= bytes.length / PAGE; page += every) {
    const at = (page - 1) * PAGE + 1500;
    bytes[at] = (bytes[at] ?? 0) ^ 0x11;
  }
  writeFileSync(database(it), bytes);
}

test('DMG-11 DMG-12 with the switch on everything is here again, from the file and from the cloud, on the same device', {
  timeout: 90_000,
}, async () => {
  const { anna, id } = await writing('Anna', COUNT);
  const before = await texts(anna, id);
  const device = (await anna.api.devices.list.query()).find(({ thisDevice }) => thisDevice)?.id;
  await devices.stop(anna);
  damage(anna, 1, 3);
  const again = await devices.start(anna.folder);
  await recovered(again);
  await expect.poll(() => texts(again, id).catch(() => []), { timeout: 30_000 }).toEqual(before);
  await settled(again);
  expect((await again.api.devices.list.query()).map((one) => [one.id, one.thisDevice])).toEqual([
    [device, true],
  ]);
  const [one] = await again.api.troubleshooting.damaged.query();
  expect(one).toMatchObject({ cloud: 'done', lost: { messages: 0 }, files: expect.anything() });
  expect((await again.api.notices.list.query()).map(({ code }) => code)).toContain('databaseRecovered');
  expect((await again.api.sync.storage.query()).messagesHere).toBe(COUNT);
});

test('DMG-11 what was not sent yet is still sent, once', { timeout: 90_000 }, async () => {
  const { anna, id } = await writing('Carl', 12);
  world.down = true;
  await anna.api.messages.send.mutate({
    conversationId: id,
    text: 'written without a cloud',
    replyTo: null,
    attachments: [],
  });
  await devices.stop(anna);
  damage(anna, 1, 1000);
  const again = await devices.start(anna.folder);
  await recovered(again);
  expect(await texts(again, id)).toContain('written without a cloud');
  world.down = false;
  await again.api.sync.now.mutate();
  await expect
    .poll(
      async () => {
        const { messages } = await again.api.messages.page.query({
          conversationId: id,
          anchor: null,
          direction: 'older',
          limit: 200,
        });
        return messages.filter(({ text }) => text === 'written without a cloud').map(({ state }) => state);
      },
      { timeout: 30_000 },
    )
    .toEqual(['sent']);
});

test('DMG-13 with the switch off what can be read is here, and what not is said; the files are deleted by a person alone', {
  timeout: 150_000,
}, async () => {
  const { anna, id } = await writing('Dora', COUNT);
  await anna.api.sync.setSwitch.mutate({ on: false });
  await expect.poll(async () => (await anna.api.sync.status.query()).switch, { timeout: 20_000 }).toBe('off');
  const before = await texts(anna, id);
  await devices.stop(anna);
  damage(anna, 64, 2);
  const again = await devices.start(anna.folder);
  // Nothing of it is on a page that every start looks at.
  if ((await open(again)) === 'signedIn')
    await again.api.troubleshooting.checkDatabase.mutate().catch(() => null);
  await expect
    .poll(
      () =>
        again.api.notices.list.query().then(
          (all) => all.map(({ code }): string => code),
          (): string[] => [],
        ),
      { timeout: 60_000 },
    )
    .toContain('databaseRecovered');
  await recovered(again);
  const [one] = await again.api.troubleshooting.damaged.query();
  const after = await texts(again, id).catch(() => []);
  expect(after.filter((text) => !before.includes(text))).toEqual([]);
  expect(one?.cloud).toBeNull();
  expect((one?.back?.messages ?? 0) + (one?.lost.messages ?? 0)).toBeGreaterThanOrEqual(COUNT);
  expect(after.length).toBe(one?.back?.messages);
  const folder = one?.files?.folder ?? '';
  const saved = await again.device.fetch(new Request(`http://device/damaged/${one?.name}`));
  expect((await saved.arrayBuffer()).byteLength).toBe(readFileSync(path.join(folder, 'messages.db')).length);
  expect((await again.device.fetch(new Request('http://device/damaged/..%2f..'))).status).toBe(404);
  await again.api.troubleshooting.removeDamaged.mutate({ name: one?.name ?? '', confirmed: true });
  expect(existsSync(folder)).toBe(false);
  expect((await again.api.troubleshooting.damaged.query())[0]?.files).toBeNull();
});

test('DMG-4 met in use, by a reader: everything is closed, recovered and goes on, without a restart', {
  timeout: 90_000,
}, async () => {
  const { anna, id } = await writing('Emil', COUNT);
  const before = await texts(anna, id);
  await devices.stop(anna);
  const again = await devices.start(anna.folder);
  await settled(again);
  damage(again, 64, 2);
  for (const end = Date.now() + 20_000; Date.now() < end; ) {
    await again.api.troubleshooting.checkDatabase.mutate().catch(() => null);
    const codes = await again.api.notices.list.query().then(
      (all) => all.map(({ code }): string => code),
      (): string[] => [],
    );
    if (codes.includes('databaseRecovered')) break;
    // What answers at once would leave nobody a turn.
    await setImmediate();
  }
  await recovered(again);
  await expect.poll(() => texts(again, id).catch(() => []), { timeout: 30_000 }).toEqual(before);
  await again.api.messages.send.mutate({
    conversationId: id,
    text: 'and on',
    replyTo: null,
    attachments: [],
  });
  await settled(again);
});

test('DMG-14 after a wipe nothing of the keepsake is left, and nobody is signed in', {
  timeout: 60_000,
}, async () => {
  const { anna } = await writing('Fay', 1);
  await anna.api.session.signOut.mutate({ wipe: true, evenUnsent: true });
  expect(await open(anna)).toBe('signedOut');
  await devices.stop(anna);
  rmSync(database(anna));
  const again = await devices.start(anna.folder);
  expect(await again.api.session.state.query()).toMatchObject({ kind: 'signedOut', kept: null });
});
