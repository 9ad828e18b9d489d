/** The zone is restored, moved or purged under the devices: real clouds on real folders, closed, changed and opened again. */
import { copyFileSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { openStorage } from '../../../cloud/storage/open.ts';
import { raiseGeneration } from '../../../cloud/testing/new-generation.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { ZoneDigest } from '../../../shared/crypto/zone-digest.ts';
import { SCHEMA } from '../../../shared/model/payload.ts';
import { someInCloud } from '../../store/bases.ts';
import { listNotices } from '../../store/notices.ts';
import { onlyHere } from '../../store/only-here.ts';
import { forgetBases, getZoneState, setZoneState, zoneDigest } from '../../store/zone-state.ts';
import type { Fetch } from '../network/cloud-client.ts';
import {
  fetchOf,
  firstDevice,
  nextDevice,
  removeFolders,
  temporary,
  type ZoneDevice,
} from '../testing/zone-device.ts';

await sodiumReady();
afterAll(removeFolders);

const T = 1_700_000_000_000;
let folder: string;
let cloud: Cloud | null;
let passed = 0;
/** One time for the cloud and for the devices. */
const clock = { now: () => Date.now() + passed };
const devices: ZoneDevice[] = [];

beforeEach(async () => {
  passed = 0;
  folder = temporary(mkdtempSync(join(tmpdir(), 'lockstep-cloud-')));
  cloud = await createCloud({ dataDir: folder, registration: 'open', clock });
});
afterEach(async () => {
  for (const device of devices.splice(0)) await device.stop();
  await cloud?.close();
});

/** Whatever cloud runs now. */
const fetch: Fetch = (input, init) => {
  if (cloud === null) return Promise.reject(new TypeError('No connection.'));
  return fetchOf(cloud)(input, init);
};

async function whileDown(work: () => Promise<void>, restored = false): Promise<void> {
  const running = cloud;
  cloud = null;
  await running?.close();
  await work();
  cloud = await createCloud({ dataDir: folder, registration: 'open', restored, clock });
}

function copyInto(from: string, to: string): void {
  for (const name of readdirSync(from)) copyFileSync(join(from, name), join(to, name));
}

async function two(): Promise<[ZoneDevice, ZoneDevice]> {
  const one = await firstDevice(cloud as Cloud, 'anna@example.org', { fetch });
  devices.push(one);
  one.message('first', T);
  one.message('second', T + 1000);
  one.core.start();
  await one.settled();
  const other = await nextDevice(cloud as Cloud, one.person, { fetch });
  devices.push(other);
  other.core.start();
  await other.settled();
  await one.settled();
  return [one, other];
}

async function inStep(...all: ZoneDevice[]): Promise<void> {
  for (const device of all) await device.core.execute({ name: 'syncNow', input: null });
  for (let round = 0; round < 400; round += 1) {
    const states = all.map((device) => `${device.texts()} ${zoneDigest(device.store, 'messages')}`);
    const idle = all.every((device) => device.core.status().phase === 'idle');
    if (idle && states.every((state) => state === states[0])) return;
    if (round % 40 === 39)
      for (const device of all) await device.core.execute({ name: 'syncNow', input: null });
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(
    `Not in step: ${JSON.stringify(all.map((device) => [device.texts(), device.core.status()]))}`,
  );
}
const codes = (device: ZoneDevice) => listNotices(device.store).map(({ code }) => code);

test('SYN-10 a cloud put back from a backup gets back what it lost, records and tombstones; nothing is swept', async () => {
  const [one, other] = await two();
  const backup = temporary(mkdtempSync(join(tmpdir(), 'lockstep-backup-')));
  await whileDown(async () => copyInto(folder, backup));
  const doomed = one.message('deleted after the backup', T + 500);
  await inStep(one, other);
  await one.core.execute({ name: 'deleteForGood', input: { ids: [doomed] } });
  one.message('after the backup', T + 2000);
  await inStep(one, other);
  expect(other.texts()).toEqual(['first', 'second', 'after the backup']);
  // One is stopped while the cloud goes back; the other hears of it live.
  await one.stop();
  await whileDown(async () => copyInto(backup, folder), true);
  other.message('since the restore', T + 3000);
  await other.core.execute({ name: 'syncNow', input: null });
  await other.until(({ phase }) => phase === 'idle', 'rest');
  one.start();
  await inStep(one, other);
  expect(one.texts()).toEqual(['first', 'second', 'after the backup', 'since the restore']);
  expect(one.record(doomed)).toBeNull();
  expect(codes(one)).not.toContain('zoneRolledBack');
  // Whoever comes new gets the same, with the tombstone.
  const third = await nextDevice(cloud as Cloud, one.person, { fetch });
  devices.push(third);
  third.core.start();
  await inStep(third, one);
  expect(third.record(doomed)).toBeNull();
});

test('SYN-10 SYN-28 what was to go after thirty days, and is not in the backup, is offered and goes then', async () => {
  let line = true;
  const one = await firstDevice(cloud as Cloud, 'anna@example.org', {
    clock,
    fetch: async (input, init) => {
      const isPush = new Request(input, init).url.endsWith('/Push');
      // The worker's other work has its turn between two of them.
      if (isPush) await new Promise((resolve) => setTimeout(resolve, 5));
      if (isPush && !line) throw new TypeError('No connection.');
      return fetch(input, init);
    },
  });
  devices.push(one);
  one.message('kept', Date.now() - 7_200_000);
  one.core.start();
  await one.settled();
  const backup = temporary(mkdtempSync(join(tmpdir(), 'lockstep-backup-')));
  await whileDown(async () => copyInto(folder, backup));
  const doomed = one.message('since the backup', Date.now() - 3_600_000);
  await inStep(one);
  await one.core.execute({ name: 'deleteMessages', input: { ids: [doomed] } });
  await one.settled();
  line = false;
  passed = 31 * 24 * 3_600_000;
  await one.core.execute({ name: 'syncNow', input: null });
  const marked = 'SELECT 1 FROM dirty WHERE zone = 2 AND op = 2 AND base_rev IS NOT NULL';
  await one.until(() => one.store.get(marked) !== undefined, 'the mark');
  await whileDown(async () => copyInto(backup, folder), true);
  line = true;
  await one.core.execute({ name: 'syncNow', input: null });
  await one.until(() => one.store.get('SELECT 1 FROM dirty WHERE zone = 2') === undefined, 'the offer');
  await one.settled();
  expect(one.record(doomed)).not.toBeNull();
  // A start tidies at once.
  await one.restart();
  await one.until(() => one.record(doomed) === null, 'the tombstone');
  await one.settled();
  expect([one.texts(), codes(one)]).toEqual([['kept'], []]);
});

/** A device, and a cloud that is put back to `backup` right before a call: what it is asked then was meant for what it was. */
async function putBackBeneath(backup: string) {
  let before: string | null = null;
  const one = await firstDevice(cloud as Cloud, 'anna@example.org', {
    fetch: async (input, init) => {
      if (before !== null && new Request(input, init).url.endsWith(`/${before}`)) {
        before = null;
        await whileDown(async () => copyInto(backup, folder), true);
      }
      return fetch(input, init);
    },
  });
  devices.push(one);
  /** When `work` leads to `call`. Afterwards nothing has been said, and whoever comes new gets `texts`. */
  const putBackBefore = async (call: string, work: () => Promise<unknown>, texts: string[]) => {
    before = call;
    await work();
    await one.until(() => before === null, 'the restore');
    await one.settled();
    expect(codes(one)).toEqual([]);
    const other = await nextDevice(cloud as Cloud, one.person, { fetch });
    devices.push(other);
    other.core.start();
    await inStep(other, one);
    expect(other.texts()).toEqual(texts);
    expect(codes(one)).toEqual(['deviceAdded']);
  };
  return { one, putBackBefore };
}

test('SYN-111 a cloud that is put back while a device looks for what is missing has lost nothing: no alarm, and it gets it back', async () => {
  const backup = temporary(mkdtempSync(join(tmpdir(), 'lockstep-backup-')));
  const { one, putBackBefore } = await putBackBeneath(backup);
  const doomed = one.message('deleted since', T);
  one.message('second', T + 1000);
  one.core.start();
  await one.settled();
  await whileDown(async () => copyInto(folder, backup));
  await one.core.execute({ name: 'deleteMessages', input: { ids: [doomed] } });
  one.message('after the backup', T + 2000);
  await one.core.execute({ name: 'syncNow', input: null });
  await one.settled();
  // The list and the records that it gets are those of the backup: one is older, and one is missing.
  const repair = () => one.core.execute({ name: 'repair', input: null });
  await putBackBefore('Inventory', repair, ['second', 'after the backup']);
});

test('SYN-111 a cloud that is put back before it gets a push has no older version to be told of: it is opened anew', async () => {
  const backup = temporary(mkdtempSync(join(tmpdir(), 'lockstep-backup-')));
  const { one, putBackBefore } = await putBackBeneath(backup);
  const recovered = one.message('recovered', T);
  one.core.start();
  await one.settled();
  await whileDown(async () => copyInto(folder, backup));
  await one.core.execute({ name: 'deleteMessages', input: { ids: [recovered] } });
  await one.core.execute({ name: 'syncNow', input: null });
  await one.settled();
  const recover = () => one.core.execute({ name: 'recoverMessages', input: { ids: [recovered] } });
  await putBackBefore('Push', recover, ['recovered']);
});

test('SYN-10 a restart in the middle of offering goes on with it', async () => {
  const [one] = await two();
  one.store.write(() => {
    for (let i = 0; i < 1500; i += 1) one.message(`m${i}`, T + 10_000 + i);
  });
  await one.core.execute({ name: 'syncNow', input: null });
  await one.settled();
  const all = one.texts();
  await one.core.stop();
  await whileDown(emptied, true);
  // As a kill leaves it when the revs are forgotten and nothing is offered yet.
  forgetBases(one.store, 'messages');
  setZoneState(one.store, 'messages', {
    phase: 'forgetting',
    incarnation: 0n,
    token: null,
    backfillCursor: null,
    head: 0,
  });
  one.store.close();
  one.start();
  await one.settled();
  const fresh = await nextDevice(cloud as Cloud, one.person, { fetch });
  devices.push(fresh);
  fresh.core.start();
  await fresh.settled();
  expect(fresh.texts()).toEqual(all);
});

/** As a restore from before everything would leave it, in the same generation. */
async function emptied(): Promise<void> {
  const { db } = await openStorage(folder);
  db.transaction((write) => {
    write.run(db.sql.deleteFrom('record'));
    write.run(
      db.sql
        .updateTable('zone')
        .set({ head: 0, records: 0, tombstones: 0, digest: new ZoneDigest().toBytes() }),
    );
  });
  db.close();
}

test('SYN-9 SYN-32 a purged zone: off and told, nothing goes up by itself; on again, everything goes up under its new name', async () => {
  const [one, other] = await two();
  const gone = one.message('gone for good', T + 500);
  await inStep(one, other);
  await one.core.execute({ name: 'deleteForGood', input: { ids: [gone] } });
  await inStep(one, other);
  const before = one.store.all<{ id: Uint8Array }>('SELECT id FROM message ORDER BY accepted_ms');
  await whileDown(() => raiseGeneration(folder));
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
  const third = await nextDevice(cloud as Cloud, one.person, { fetch });
  devices.push(third);
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

test('SWI-9 API-15 after a purge what is here is only here, until the switch goes on again: no wipe without a word', async () => {
  const one = await firstDevice(cloud as Cloud, 'anna@example.org', { fetch, whole: true });
  devices.push(one);
  const edited = one.message('first', T);
  one.message('second', T + 1000);
  one.core.start();
  await one.settled();
  expect([onlyHere(one.store), someInCloud(one.store)]).toEqual([{ messages: 0, changes: 0 }, true]);
  await purged(one);
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
  const [one, other] = await two();
  await other.core.execute({ name: 'setSwitch', input: { on: false } });
  await other.until(({ switch: value }) => value === 'off', 'off');
  const [first] = one.store.all<{ id: Uint8Array }>('SELECT id FROM message ORDER BY accepted_ms');
  const ids = [Buffer.from(first?.id ?? []).toString('hex')];
  await one.core.execute({ name: 'deleteForGood', input: { ids } });
  await one.settled();
  expect(one.texts()).toEqual(['second']);
  expect(other.texts()).toEqual(['first', 'second']);
  await whileDown(() => raiseGeneration(folder));
  await one.core.execute({ name: 'syncNow', input: null });
  await one.until(({ switch: value }) => value === 'off', 'off');
  for (const device of [other, one]) await turnOn(device);
  await inStep(one, other);
  expect(other.texts()).toEqual(['second']);
});

/** One that was off when its zone was purged is told first, and asked again. */
async function turnOn(device: ZoneDevice): Promise<void> {
  const command = { name: 'setSwitch', input: { on: true } } as const;
  await device.core.execute(command);
  await device.until((now) => now.switch === 'on' || now.switchReason === 'purged', 'on, or told');
  if (device.core.status().switch === 'on') return;
  await device.core.execute(command);
  await device.until(({ switch: value }) => value === 'on', 'on');
}

async function turnOff(device: ZoneDevice): Promise<void> {
  await device.core.execute({ name: 'setSwitch', input: { on: false } });
  await device.until(({ switch: value }) => value === 'off', 'off');
}

/** All hear of a purge, and are off. */
async function purged(...of: ZoneDevice[]): Promise<void> {
  await whileDown(() => raiseGeneration(folder));
  for (const device of of) {
    await device.core.execute({ name: 'syncNow', input: null });
    await device.until(({ switch: value }) => value === 'off', 'off');
  }
}

test('SYN-110 what a newer app has written, and this one still shows, is the same message in a new generation', async () => {
  const [one, other] = await two();
  const newer = one.message('of a newer app', T + 2000);
  await inStep(one, other);
  await turnOff(other);
  one.newerWrites(newer);
  await one.core.execute({ name: 'syncNow', input: null });
  await one.settled();
  expect(one.texts()).toEqual(['first', 'second', 'of a newer app']);
  await purged(one);
  await turnOn(one);
  // It has never heard of the newer version, and brings its own.
  await turnOn(other);
  await inStep(one, other);
  for (const device of [one, other]) {
    expect(device.texts()).toEqual(['first', 'second', 'of a newer app']);
    expect(device.record(newer)).toBeNull();
  }
});

test('SYN-110 what was kept under the name of a generation that is over gets its new one when it can be read', async () => {
  const [one, other] = await two();
  const kept = one.message('kept', T + 2000);
  const doomed = one.message('gone for good', T + 3000);
  await inStep(one, other);
  await turnOff(other);
  for (const id of [kept, doomed]) one.newerWrites(id);
  await one.core.execute({ name: 'syncNow', input: null });
  await one.settled();
  // Comes when the newer versions are there already: nothing of them is ever shown.
  const third = await nextDevice(cloud as Cloud, one.person, { fetch });
  devices.push(third);
  third.core.start();
  await third.settled();
  expect(third.texts()).toEqual(['first', 'second']);
  await purged(one, third);
  await turnOn(third);
  expect(third.record(kept)).not.toBeNull();
  await turnOn(other);
  const again = messageId(other, 'gone for good');
  await other.core.execute({ name: 'deleteForGood', input: { ids: [again] } });
  await inStep(other, third);
  // Brought back by the other one; what this one keeps is read once its app is updated.
  expect(third.texts()).toEqual(['first', 'second', 'kept']);
  third.schema = SCHEMA + 1;
  await third.restart();
  expect(third.texts()).toEqual(['first', 'second', 'kept']);
  expect(third.record(kept)).toBeNull();
  await third.settled();
  await inStep(other, third);
  expect(third.texts()).toEqual(['first', 'second', 'kept']);
  expect(other.texts()).toEqual(['first', 'second', 'kept']);
});

function messageId({ store }: ZoneDevice, text: string): string {
  const row = store.get<{ id: Uint8Array }>('SELECT id FROM message WHERE text = ?', text);
  return Buffer.from(row?.id ?? []).toString('hex');
}

/** Two devices that know of a purge, and a backup of the cloud from before it. */
async function toBePurged(): Promise<{ one: ZoneDevice; other: ZoneDevice; backup: string }> {
  const [one, other] = await two();
  const backup = temporary(mkdtempSync(join(tmpdir(), 'lockstep-backup-')));
  await whileDown(async () => copyInto(folder, backup));
  await inStep(one, other);
  await one.core.execute({ name: 'disableAndDelete', input: null });
  for (const device of [one, other])
    await device.until(({ switch: value, purge }) => value === 'off' && purge !== null, 'to be purged');
  return { one, other, backup };
}

test('SWI-12 SYN-130 a purge that a restored cloud knows nothing of is over, turns nothing on, and that is said', async () => {
  const { one, other, backup } = await toBePurged();
  await whileDown(async () => copyInto(backup, folder), true);
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
  await whileDown(async () => copyInto(backup, folder), true);
  // The settings come back to the cloud with this one.
  await one.core.execute({ name: 'syncNow', input: null });
  await one.settled();
  other.start();
  await other.until(({ switch: value }) => value === 'on', 'on again');
  await inStep(one, other);
  for (const device of [one, other]) expect(codes(device)).not.toContain('purgeForgotten');
});

test('SYN-130 a switch that is being turned off for a purge stays on its way when the cloud forgets that', async () => {
  const [one] = await two();
  let off = false;
  let mended = false;
  // The line of this one is gone from when it begins to turn itself off.
  const other = await nextDevice(cloud as Cloud, one.person, {
    fetch: (input, init) => {
      off ||= other.core.status().switch === 'disabling';
      return off && !mended ? Promise.reject(new TypeError('No connection.')) : fetch(input, init);
    },
  });
  devices.push(other);
  other.core.start();
  await other.settled();
  const backup = temporary(mkdtempSync(join(tmpdir(), 'lockstep-backup-')));
  await whileDown(async () => copyInto(folder, backup));
  await inStep(one, other);
  await one.core.execute({ name: 'disableAndDelete', input: null });
  await one.until(({ switch: value }) => value === 'off', 'off');
  await other.until(({ switch: value }) => value === 'disabling' && off, 'disabling, without a line');
  await whileDown(async () => copyInto(backup, folder), true);
  mended = true;
  await other.core.execute({ name: 'syncNow', input: null });
  await other.until(({ switch: value, purge }) => value === 'off' && purge === null, 'off, and no purge');
  await other.settled();
  expect(other.core.status()).toMatchObject({ switch: 'off', switchReason: null });
  expect(codes(other)).toContain('purgeForgotten');
});

test('SYN-150 a cloud that is put back to before its purge is taken as it is: on once more, and not told of another purge', async () => {
  const [one, other] = await two();
  const backup = temporary(mkdtempSync(join(tmpdir(), 'lockstep-backup-')));
  await whileDown(async () => copyInto(folder, backup));
  one.message('since the backup', T + 2000);
  await inStep(one, other);
  await purged(one, other);
  await whileDown(async () => copyInto(backup, folder), true);
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

test('SYN-151 what was deleted for good in a later generation stays deleted when the cloud is put back to one before', async () => {
  const [one, other] = await two();
  const backup = temporary(mkdtempSync(join(tmpdir(), 'lockstep-backup-')));
  await inStep(one, other);
  await whileDown(async () => copyInto(folder, backup));
  await purged(one, other);
  for (const device of [one, other]) await turnOn(device);
  await inStep(one, other);
  await one.core.execute({ name: 'deleteForGood', input: { ids: [messageId(one, 'first')] } });
  await inStep(one, other);
  expect(other.texts()).toEqual(['second']);
  await whileDown(async () => copyInto(backup, folder), true);
  for (const device of [one, other]) {
    await device.core.execute({ name: 'syncNow', input: null });
    await device.until(({ switch: value }) => value === 'off', 'off');
    await turnOn(device);
  }
  await inStep(one, other);
  for (const device of [one, other]) expect(device.texts()).toEqual(['second']);
});
