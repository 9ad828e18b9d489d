/** The zone is purged, and perhaps put back, under the devices: a real cloud on a real folder, closed, changed and opened again. */
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { raiseGeneration } from '../../../cloud/testing/new-generation.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { withNotDelivered } from '../../../shared/model/not-delivered.ts';
import { newPayload, SCHEMA } from '../../../shared/model/payload.ts';
import { someInCloud } from '../../store/bases.ts';
import { listLetGo } from '../../store/let-go.ts';
import { onlyHere } from '../../store/only-here.ts';
import { putMerged } from '../../store/records.ts';
import { getZoneState } from '../../store/zone-state.ts';
import { codes, inStep, type MovingCloud, movingCloud, T, turnOn } from '../testing/moving-cloud.ts';
import { idOf, turn } from '../testing/two-devices.ts';
import { removeFolders, type ZoneDevice } from '../testing/zone-device.ts';

await sodiumReady();
afterAll(removeFolders);

let world: MovingCloud;
beforeEach(async () => {
  world = await movingCloud();
});
afterEach(() => world.end());

test('SYN-9 SYN-32 a purged zone: off and told, nothing goes up by itself; on again, everything goes up under its new name', async () => {
  const [one, other] = await world.two();
  const gone = one.message('gone for good', T + 500);
  await inStep(one, other);
  await one.core.execute({ name: 'deleteForGood', input: { ids: [gone] } });
  await inStep(one, other);
  const before = one.store.all<{ id: Uint8Array }>('SELECT id FROM message ORDER BY accepted_ms');
  await world.whileDown(raiseGeneration);
  for (const device of [one, other]) {
    await device.core.execute({ name: 'syncNow', input: null });
    await device.until(({ switch: value }) => value === 'off', 'off');
    expect(device.core.status()).toMatchObject({ switch: 'off', switchReason: 'purged' });
    expect(codes(device)).toContain('zonePurged');
    expect(device.texts()).toEqual(['first', 'second']);
  }
  // Written meanwhile on both, and still nothing goes up; a restart changes nothing.
  one.message('while off', T + 2000);
  await other.restart();
  await other.core.execute({ name: 'syncNow', input: null });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect((await one.core.execute({ name: 'storage', input: null })).messagesInCloud).toBe(0);
  await one.core.execute({ name: 'setSwitch', input: { on: true } });
  await one.until(({ switch: value }) => value === 'on', 'on again');
  const after = one.store.all<{ id: Uint8Array }>('SELECT id FROM message ORDER BY accepted_ms');
  expect(after.length).toBe(before.length + 1);
  for (const { id } of before) expect(after.map((row) => row.id)).not.toContainEqual(id);
  await other.core.execute({ name: 'setSwitch', input: { on: true } });
  await other.until(({ switch: value }) => value === 'on', 'on again');
  await inStep(one, other);
  expect(other.texts()).toEqual(['first', 'second', 'while off']);
  const ids = (device: ZoneDevice) =>
    device.store
      .all<{ id: Uint8Array }>('SELECT id FROM record WHERE zone = 2 AND gone = 0 ORDER BY id')
      .map(({ id }) => Buffer.from(id).toString('hex'));
  expect(ids(one)).toEqual(ids(other));
  const third = await world.next(one);
  third.core.start();
  await inStep(third, one);
  expect(third.texts()).toEqual(['first', 'second', 'while off']);
  // Deletes find their records under the new names.
  const [first] = after;
  await one.core.execute({
    name: 'deleteMessages',
    input: { ids: [Buffer.from(first?.id ?? []).toString('hex')] },
  });
  await inStep(one, other, third);
  expect(third.texts()).toEqual(['second', 'while off']);
});

test('SYN-70 what was deleted just before it got its new name comes back with Undo', async () => {
  const [one, other] = await world.two();
  await world.whileDown(raiseGeneration);
  for (const device of [one, other]) {
    await device.core.execute({ name: 'syncNow', input: null });
    await device.until(({ switch: value }) => value === 'off', 'off');
  }
  const input = { ids: [idOf(one, 'first')] };
  const { undo } = await one.core.execute({ name: 'deleteMessages', input });
  await one.core.execute({ name: 'setSwitch', input: { on: true, deletedHere: 'everywhere' } });
  await one.until(({ switch: value }) => value === 'on', 'on again');
  expect(one.texts()).toEqual(['second']);
  expect(await one.core.execute({ name: 'undoDelete', input: { undo } })).toMatchObject({ messages: 1 });
  await turnOn(other);
  await inStep(one, other);
  for (const device of [one, other]) expect(device.texts()).toEqual(['first', 'second']);
});

test('SWI-9 API-15 after a purge what is here is only here, until the switch goes on again: no wipe without a word', async () => {
  const one = await world.first({ whole: true });
  const edited = one.message('first', T);
  one.message('second', T + 1000);
  one.core.start();
  await one.settled();
  expect([onlyHere(one.store), someInCloud(one.store)]).toEqual([{ messages: 0, changes: 0 }, true]);
  await world.purge(one);
  // A change of what is only here is no second loss.
  one.adopt(edited, one.record(edited));
  for (const opened of [false, true]) {
    if (opened) await one.restart();
    expect([onlyHere(one.store), someInCloud(one.store)]).toEqual([{ messages: 2, changes: 0 }, false]);
    const signOut = one.core.execute({ name: 'signOut', input: { wipe: true, evenUnsent: false } });
    await expect(signOut).rejects.toMatchObject({ reason: 'notYetInCloud' });
  }
  await turnOn(one);
  await one.settled();
  expect([onlyHere(one.store), someInCloud(one.store)]).toEqual([{ messages: 0, changes: 0 }, true]);
});

test('SYN-32 what was deleted for good before a purge stays deleted, whoever kept it', async () => {
  const [one, other] = await world.two();
  await other.core.execute({ name: 'setSwitch', input: { on: false } });
  await other.until(({ switch: value }) => value === 'off', 'off');
  const [first] = one.store.all<{ id: Uint8Array }>('SELECT id FROM message ORDER BY accepted_ms');
  const ids = [Buffer.from(first?.id ?? []).toString('hex')];
  await one.core.execute({ name: 'deleteForGood', input: { ids } });
  await one.settled();
  expect(one.texts()).toEqual(['second']);
  expect(other.texts()).toEqual(['first', 'second']);
  await world.purge(one);
  for (const device of [other, one]) await turnOn(device);
  await inStep(one, other);
  expect(other.texts()).toEqual(['second']);
});

test('SYN-110 what a newer app has written, and this one still shows, is the same message in a new generation', async () => {
  const [one, other] = await world.two();
  const newer = one.message('of a newer app', T + 2000);
  await inStep(one, other);
  await turn(other, false);
  one.newerWrites(newer);
  await one.core.execute({ name: 'syncNow', input: null });
  await one.settled();
  expect(one.texts()).toEqual(['first', 'second', 'of a newer app']);
  await world.purge(one);
  await turnOn(one);
  // It has never heard of the newer version, and brings its own.
  await turnOn(other);
  await inStep(one, other);
  for (const device of [one, other]) {
    expect(device.texts()).toEqual(['first', 'second', 'of a newer app']);
    expect(device.record(newer)).toBeNull();
  }
});

/** What `third` keeps of a newer app under the name of a generation that is over, `other` has brought back under its new one. */
async function keptUnderAnOldName() {
  const [one, other] = await world.two();
  const kept = one.message('kept', T + 2000);
  const doomed = one.message('gone for good', T + 3000);
  await inStep(one, other);
  await turn(other, false);
  for (const id of [kept, doomed]) one.newerWrites(id);
  await one.core.execute({ name: 'syncNow', input: null });
  await one.settled();
  // Comes when the newer versions are there already: nothing of them is ever shown.
  const third = await world.next(one);
  third.core.start();
  await third.settled();
  expect(third.texts()).toEqual(['first', 'second']);
  await world.purge(one, third);
  await turnOn(third);
  expect(third.record(kept)).not.toBeNull();
  await turnOn(other);
  const again = messageId(other, 'gone for good');
  await other.core.execute({ name: 'deleteForGood', input: { ids: [again] } });
  await inStep(other, third);
  // Brought back by the other one; what this one keeps is read once its app is updated.
  expect(third.texts()).toEqual(['first', 'second', 'kept']);
  return { other, third, kept };
}

test('SYN-110 what was kept under the name of a generation that is over gets its new one when it can be read', async () => {
  const { other, third, kept } = await keptUnderAnOldName();
  third.schema = SCHEMA + 1;
  await third.restart();
  expect(third.texts()).toEqual(['first', 'second', 'kept']);
  expect(third.record(kept)).toBeNull();
  await third.settled();
  await inStep(other, third);
  expect(third.texts()).toEqual(['first', 'second', 'kept']);
  expect(other.texts()).toEqual(['first', 'second', 'kept']);
});

test('SYN-110 nor is it there twice where the cloud is put back to a backup before that', async () => {
  const { other, third, kept } = await keptUnderAnOldName();
  await world.putBack(await world.backup());
  await inStep(other, third);
  // Under its old name nobody has got it.
  expect(third.record(kept)).not.toBeNull();
  expect(other.record(kept)).toBeNull();
  third.schema = SCHEMA + 1;
  await third.restart();
  await inStep(other, third);
  for (const device of [other, third]) expect(device.texts()).toEqual(['first', 'second', 'kept']);
  expect(third.record(kept)).toBeNull();
});

test('SYN-110 nor is it there twice where the app is updated while nobody is signed in', async () => {
  const { third, kept } = await keptUnderAnOldName();
  third.schema = SCHEMA + 1;
  third.store.run("UPDATE identity SET state = 'removed'");
  await third.restart();
  expect(third.texts()).toEqual(['first', 'second', 'kept']);
  third.store.run("UPDATE identity SET state = 'active'");
  await third.restart();
  expect(third.texts()).toEqual(['first', 'second', 'kept']);
  expect(third.record(kept)).toBeNull();
});

function messageId({ store }: ZoneDevice, text: string): string {
  const row = store.get<{ id: Uint8Array }>('SELECT id FROM message WHERE text = ?', text);
  return Buffer.from(row?.id ?? []).toString('hex');
}

/** Two devices that know of a purge, and a backup of the cloud from before it. */
async function toBePurged(): Promise<{ one: ZoneDevice; other: ZoneDevice; backup: string }> {
  const [one, other] = await world.two();
  const backup = await world.backup();
  await inStep(one, other);
  await one.core.execute({ name: 'disableAndDelete', input: null });
  for (const device of [one, other])
    await device.until(({ switch: value, purge }) => value === 'off' && purge !== null, 'to be purged');
  return { one, other, backup };
}

test('SWI-12 SYN-130 a purge that a restored cloud knows nothing of is over, turns nothing on, and that is said', async () => {
  const { one, other, backup } = await toBePurged();
  await world.putBack(backup);
  for (const device of [one, other]) {
    await device.core.execute({ name: 'syncNow', input: null });
    await device.until(({ purge }) => purge === null, 'no purge');
  }
  for (const device of [one, other]) {
    await device.restart();
    await device.core.execute({ name: 'syncNow', input: null });
    await device.settled();
    expect(device.core.status()).toMatchObject({ switch: 'off', switchReason: null, purge: null });
    expect(codes(device).filter((code) => code !== 'deviceAdded')).toEqual(['purgeForgotten']);
  }
  for (const device of [one, other]) await turnOn(device);
  await inStep(one, other);
  expect(other.texts()).toEqual(one.texts());
  // One that is asked of this cloud is one as ever, and so is its Undo.
  await one.core.execute({ name: 'disableAndDelete', input: null });
  for (const device of [one, other]) await device.until(({ switch: value }) => value === 'off', 'off');
  await other.core.execute({ name: 'undoPurge', input: null });
  for (const device of [one, other]) await device.until(({ switch: value }) => value === 'on', 'on again');
});

test('SYN-130 SWI-7 a purge that was taken back before the cloud was put back turns on what it turned off', async () => {
  const { one, other, backup } = await toBePurged();
  await other.stop();
  await one.core.execute({ name: 'undoPurge', input: null });
  await one.until(({ switch: value }) => value === 'on', 'on again');
  await one.settled();
  await world.putBack(backup);
  // The settings come back to the cloud with this one.
  await one.core.execute({ name: 'syncNow', input: null });
  await one.settled();
  other.start();
  await other.until(({ switch: value }) => value === 'on', 'on again');
  await inStep(one, other);
  for (const device of [one, other]) expect(codes(device)).not.toContain('purgeForgotten');
});

test('SYN-130 a switch that is being turned off for a purge stays on its way when the cloud forgets that', async () => {
  const [one] = await world.two();
  let off = false;
  let mended = false;
  // The line of this one is gone from when it begins to turn itself off.
  const other = await world.next(one, {
    fetch: (input, init) => {
      off ||= other.core.status().switch === 'disabling';
      return off && !mended ? Promise.reject(new TypeError('No connection.')) : world.fetch(input, init);
    },
  });
  other.core.start();
  await other.settled();
  const backup = await world.backup();
  await inStep(one, other);
  await one.core.execute({ name: 'disableAndDelete', input: null });
  await one.until(({ switch: value }) => value === 'off', 'off');
  await other.until(({ switch: value }) => value === 'disabling' && off, 'disabling, without a line');
  await world.putBack(backup);
  mended = true;
  await other.core.execute({ name: 'syncNow', input: null });
  await other.until(({ switch: value, purge }) => value === 'off' && purge === null, 'off, and no purge');
  await other.settled();
  expect(other.core.status()).toMatchObject({ switch: 'off', switchReason: null });
  expect(codes(other)).toContain('purgeForgotten');
});

test('SYN-150 a cloud that is put back to before its purge is taken as it is: on once more, and not told of another purge', async () => {
  const [one, other] = await world.two();
  const backup = await world.backup();
  one.message('since the backup', T + 2000);
  await inStep(one, other);
  await world.purge(one, other);
  await world.putBack(backup);
  // One has heard where the cloud is when its switch goes on, the other hears it by that.
  await one.core.execute({ name: 'syncNow', input: null });
  await one.until(() => getZoneState(one.store, 'messages').cloudRecords > 0, 'where the cloud is');
  for (const device of [one, other]) {
    await device.core.execute({ name: 'setSwitch', input: { on: true } });
    await device.until((now) => now.switch !== 'enabling', 'on, or told');
    expect(device.core.status().switch).toBe('on');
    expect(codes(device).filter((code) => code === 'zonePurged')).toHaveLength(1);
  }
  await inStep(one, other);
  for (const device of [one, other]) expect(device.texts()).toEqual(['first', 'second', 'since the backup']);
});

test('SYN-151 API-28 what was deleted for good in a later generation stays deleted when the cloud is put back to one before', async () => {
  const [one, other] = await world.two();
  await inStep(one, other);
  const backup = await world.backup();
  await world.purge(one, other);
  for (const device of [one, other]) await turnOn(device);
  await inStep(one, other);
  await one.core.execute({ name: 'deleteForGood', input: { ids: [messageId(one, 'first')] } });
  await inStep(one, other);
  expect(other.texts()).toEqual(['second']);
  await world.putBack(backup);
  for (const device of [one, other]) {
    await device.core.execute({ name: 'syncNow', input: null });
    await device.until(({ switch: value }) => value === 'off', 'off');
    await turnOn(device);
  }
  await inStep(one, other);
  for (const device of [one, other]) expect(device.texts()).toEqual(['second']);
  expect([...listLetGo(one.store), ...listLetGo(other.store)].map(({ cause }) => cause)).toContain(
    'earlierGeneration',
  );
});

test('OUT-36 whom a message did not reach is known in the next generation as well', async () => {
  const [one, other] = await world.two();
  const said = withNotDelivered(newPayload(1), new Uint8Array(16).fill(0xb0), 'mailboxFull');
  const id = Uint8Array.from(Buffer.from(idOf(one, 'first'), 'hex'));
  putMerged(one.store, 'messages', id, said, { dirty: true });
  await inStep(one, other);
  await world.purge(one, other);
  for (const device of [one, other]) await turnOn(device);
  await inStep(one, other);
  for (const device of [one, other]) {
    expect(Uint8Array.from(Buffer.from(idOf(device, 'first'), 'hex'))).not.toEqual(id);
    expect(device.store.get("SELECT hex(missed) AS missed FROM message WHERE text = 'first'")).toEqual({
      missed: `${'B0'.repeat(16)}01`,
    });
  }
});
