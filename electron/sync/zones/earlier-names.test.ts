/**
 * What was deleted for good before a purge, brought back afterwards by whoever had not heard: by a device that kept it, by old mail, by what is in
 * the new generation already. A real cloud on a real folder, and devices that are away for good when they are no longer asked.
 */
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { createCloud } from '../../../cloud/app.ts';
import { raiseGeneration } from '../../../cloud/testing/new-generation.ts';
import { fromHex } from '../../../shared/crypto/bytes.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { BackfillResponseSchema, Zone } from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { listLetGo } from '../../store/let-go.ts';
import { deleteForGood } from '../../store/records.ts';
import { getZoneState } from '../../store/zone-state.ts';
import type { Fetch } from '../network/cloud-client.ts';
import { systemTimers } from '../run/timers.ts';
import { coreDevice } from '../testing/core-device.ts';
import { codes, inStep, type MovingCloud, movingCloud, turnOn } from '../testing/moving-cloud.ts';
import { rewritten } from '../testing/tamper.ts';
import { idOf, turn } from '../testing/two-devices.ts';
import { removeFolders, type ZoneDevice } from '../testing/zone-device.ts';

await sodiumReady();
afterAll(removeFolders);

let world: MovingCloud;
beforeEach(async () => {
  world = await movingCloud();
});
afterEach(() => world.end());

const DAY_MS = 86_400_000;
const preview = (device: ZoneDevice) => device.core.execute({ name: 'switchPreview', input: null });

/** It deletes that for good; the cloud’s copy is purged; it goes on, and is away for good. */
async function goesOnWithout(device: ZoneDevice, text: string): Promise<void> {
  await device.core.execute({ name: 'deleteForGood', input: { ids: [idOf(device, text)] } });
  await device.settled();
  await world.purge(device);
  await turnOn(device);
  await device.settled();
  await device.stop();
}

/** `one` has deleted “first” for good and `other` has not heard; the cloud’s copy was purged, `one` has gone on, and is away for good. */
async function awayAfterPurge({ recovered = false, fetch = world.fetch } = {}): Promise<ZoneDevice> {
  const [one, unused] = await world.two();
  await unused.stop();
  const other = await world.next(one, { fetch });
  other.core.start();
  await other.settled();
  const ids = [idOf(one, 'first')];
  if (recovered) {
    await one.core.execute({ name: 'deleteMessages', input: { ids } });
    await inStep(one, other);
  }
  await turn(other, false);
  if (recovered) await other.core.execute({ name: 'recoverMessages', input: { ids } });
  await goesOnWithout(one, 'first');
  expect(other.texts()).toEqual(['first', 'second']);
  return other;
}

test('SYN-32 SYN-64 a device that kept what was deleted for good before a purge is told so before it goes on, and lets it go, also when nobody else is there', async () => {
  const other = await awayAfterPurge();
  expect(await preview(other)).toMatchObject({ toUpload: 0, toDownload: 0, deletedElsewhere: 1 });
  await turnOn(other);
  await other.settled();
  expect(other.texts()).toEqual(['second']);
  expect(listLetGo(other.store).map(({ cause, messages }) => [cause, messages])).toEqual([
    ['earlierGeneration', 1],
  ]);
  const third = await world.next(other);
  third.core.start();
  await inStep(third, other);
  expect(third.texts()).toEqual(['second']);
  expect(third.store.get('SELECT 1 FROM dirty WHERE zone = 2')).toBeUndefined();
});

test('SYN-32 one that a person had recovered on a device that had not heard is said to be lost', async () => {
  const other = await awayAfterPurge({ recovered: true });
  await turnOn(other);
  await other.settled();
  expect(other.texts()).toEqual(['second']);
  expect(codes(other)).toContain('recoverLost');
});

test('SYN-32 deletes of two generations ago are offered as well', async () => {
  const other = await awayAfterPurge();
  const third = await world.next(other);
  third.core.start();
  await third.settled();
  await goesOnWithout(third, 'second');
  // It has been away since the first generation.
  expect(other.texts()).toEqual(['first', 'second']);
  expect(await preview(other)).toMatchObject({ toUpload: 0, deletedElsewhere: 2 });
  await turnOn(other);
  await other.settled();
  expect(other.texts()).toEqual([]);
});

test('SYN-32 a tombstone of the generation before that comes late takes what is in this one already', async () => {
  const [one, other] = await world.two();
  const before = idOf(one, 'first');
  await world.purge(one, other);
  for (const device of [one, other]) await turnOn(device);
  await inStep(one, other);
  expect(idOf(one, 'first')).not.toBe(before);
  // As of a device that knew, and has gone before it saw what the others have brought.
  const options = { push: true, byPerson: true, nowMs: Date.now() };
  deleteForGood(one.store, 'messages', fromHex(before), options);
  await inStep(one, other);
  for (const device of [one, other]) expect(device.texts()).toEqual(['second']);
  expect(getZoneState(other.store, 'messages').extra['lookBack']).toBeUndefined();
});

test('SYN-16 SYN-32 nor does it matter that such a tombstone was damaged when it came first', async () => {
  let damages = false;
  const spoilt: Fetch = async (input, init) => {
    const request = new Request(input, init);
    const response = await world.fetch(request);
    if (!damages || !request.url.endsWith('/Backfill')) return response;
    return rewritten(BackfillResponseSchema, response, ({ records }) => {
      for (const record of records) if (record.tombstone) record.proof.fill(1);
    });
  };
  const other = await awayAfterPurge({ fetch: spoilt });
  damages = true;
  await turnOn(other);
  damages = false;
  await other.core.execute({ name: 'syncNow', input: null });
  await other.until(() => other.texts().length === 1, 'the tombstone, whole');
  expect(other.texts()).toEqual(['second']);
});

test('SYN-32 a generation that no cloud can have come to is refused, and nothing here changes', async () => {
  const [one] = await world.two();
  await world.whileDown((folder) => raiseGeneration(folder, Zone.MESSAGES, 300_000));
  await expect(preview(one)).rejects.toMatchObject({ reason: 'cloudGarbled' });
  await one.core.execute({ name: 'syncNow', input: null });
  await one.until(({ phase }) => phase === 'paused', 'paused');
  expect(one.core.status()).toMatchObject({ switch: 'on', switchReason: null });
  expect([one.texts(), getZoneState(one.store, 'messages').generation]).toEqual([['first', 'second'], 1]);
});

test('SYN-31 SYN-32 old mail shows a new device nothing that was deleted for good before a purge, not even for a moment', async () => {
  let passed = 0;
  const clock = { now: () => Date.now() + passed };
  const timers = { ...systemTimers, elapsed: () => performance.now() + passed };
  const cloud = await createCloud({ dataDir: ':memory:', registration: 'open', clock });
  const device = () => coreDevice(cloud, { clock, timers });
  const [anna, bob, unused, fresh] = [device(), device(), device(), device()];
  try {
    await anna.signUp('anna@example.org');
    await bob.signUp('bob@example.org');
    // What it has not taken stays in the mailbox.
    await unused.signIn('anna@example.org');
    await unused.until(({ switch: value, phase }) => value === 'on' && phase === 'idle', 'on');
    await unused.stop();
    const { id: conversationId } = await bob.core.execute({
      name: 'startConversation',
      input: { handles: ['anna@example.org'], name: null },
    });
    for (const text of ['stays', 'goes'])
      await bob.core.execute({ name: 'send', input: { conversationId, text, replyTo: null } });
    await anna.until(({ phase }) => phase === 'idle' && anna.texts().length === 2, 'the mail');
    const nothingToPush = () => anna.store.get('SELECT 1 FROM dirty') === undefined;
    const id = anna.store.get<{ id: string }>(
      "SELECT lower(hex(id)) AS id FROM message WHERE text = 'goes'",
    )!.id;
    await anna.core.execute({ name: 'deleteMessages', input: { ids: [id] } });
    await anna.core.execute({ name: 'deleteForGood', input: { ids: [id] } });
    await anna.until(({ phase }) => phase === 'idle' && nothingToPush(), 'pushed');
    await anna.core.execute({ name: 'disableAndDelete', input: null });
    await anna.until(({ switch: value }) => value === 'off', 'off');
    passed = 31 * DAY_MS;
    await anna.core.execute({ name: 'syncNow', input: null });
    await anna.until(({ switchReason }) => switchReason === 'purged', 'purged');
    await anna.core.execute({ name: 'setSwitch', input: { on: true } });
    await anna.until(
      ({ switch: value, phase }) => value === 'on' && phase === 'idle' && nothingToPush(),
      'on',
    );
    await anna.stop();
    await fresh.signIn('anna@example.org');
    const seen = new Set<string>();
    const looks = setInterval(() => {
      for (const text of fresh.texts()) seen.add(text);
    }, 2);
    await fresh.until(({ switch: value, phase }) => value === 'on' && phase === 'idle', 'on');
    await fresh.until(
      () =>
        fresh.texts().includes('stays') && fresh.store.get('SELECT 1 FROM pending_envelope') === undefined,
      'all mail',
    );
    clearInterval(looks);
    expect([...seen, ...fresh.texts()]).not.toContain('goes');
  } finally {
    for (const one of [fresh, bob]) await one.stop();
    await cloud.close();
  }
});
