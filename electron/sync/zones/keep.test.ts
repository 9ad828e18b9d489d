import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { fromHex } from '../../../shared/crypto/bytes.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { setRegister } from '../../../shared/model/payload.ts';
import { newSettings } from '../../../shared/model/settings.ts';
import { keepMessagesValue } from '../../../shared/model/values.ts';
import { SettingsField } from '../../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import { clean, dirtyCount, getDirty } from '../../store/dirty.ts';
import { getKeep } from '../../store/keep-messages.ts';
import { openStore } from '../../store/open.ts';
import { enqueue, removeOutbox, updateOutbox } from '../../store/outbox.ts';
import { listRecentlyDeleted } from '../../store/recently-deleted.ts';
import { putMerged, recordRow } from '../../store/records.ts';
import { getAccountSettings } from '../../store/settings.ts';
import { setZoneState, zoneDigest } from '../../store/zone-state.ts';
import { seeded } from '../sim/random.ts';
import { DAY, gone, listed, Scene, type SceneDevice, texts } from '../testing/keep-scene.ts';
import { removeFolders } from '../testing/zone-device.ts';

await sodiumReady();
afterAll(removeFolders);

let scene: Scene;
beforeEach(async () => {
  scene = new Scene();
  await scene.open();
});
afterEach(() => scene.close());

/** Three devices of one account, and messages of these many days ago, named by it. */
async function three(...daysAgo: number[]): Promise<[SceneDevice, SceneDevice, SceneDevice, string[]]> {
  const one = await scene.add();
  const ids = daysAgo.map((days) => scene.write(one, `d${days}`, days));
  await scene.pass();
  return [one, await scene.add(), await scene.add(), ids];
}

const expectEqual = (...devices: SceneDevice[]): void => {
  const [first, ...others] = devices.map(({ device }) => zoneDigest(device.store, 'messages'));
  for (const other of others) {
    expect(other).toEqual(first);
  }
};

test('KEEP-1 KEEP-2 the setting is the account’s, and a shortening takes effect a day later, on every device', async () => {
  const [one, two, off] = await three(400, 40, 2);
  await scene.run(off, { name: 'setSwitch', input: { on: false } });
  await scene.pass();
  await scene.keep(two, 30);
  await scene.pass();
  const asked = getKeep(one.device.store, 'account');
  expect(asked).toEqual({ days: 30, effectiveMs: asked.effectiveMs, beforeDays: 0 });
  // Heard, but not what counts there: its switch is off.
  expect(getKeep(off.device.store, 'account')).toEqual(asked);
  expect(getKeep(off.device.store, 'device')).toEqual({ days: 0, effectiveMs: 0, beforeDays: 0 });
  await scene.pass(DAY - 45 * 60_000);
  expect(scene.world.now).toBeLessThan(asked.effectiveMs);
  for (const device of [one, two, off]) expect(texts(device)).toBe('d400 d40 d2');
  await scene.pass(30 * 60_000);
  expect(scene.world.now).toBeGreaterThan(asked.effectiveMs);
  await scene.pass(60 * 60_000);
  for (const device of [one, two]) expect(texts(device)).toBe('d2');
  expect(texts(off)).toBe('d400 d40 d2');
  expectEqual(one, two);
});

test('KEEP-2 until then what held before goes on holding', async () => {
  const [one, two] = await three(400, 200, 2);
  await scene.keep(one, 365);
  await scene.pass(2 * DAY);
  expect(texts(two)).toBe('d200 d2');
  const old = scene.write(two, 'd364', 364);
  await scene.keep(one, 30);
  expect(getKeep(one.device.store, 'account')).toMatchObject({ days: 30, beforeDays: 365 });
  // Within the day: a year is in force, and the message becomes a year old.
  await scene.pass(20 * 60 * 60_000);
  expect(texts(two)).toBe('d364 d200 d2');
  scene.write(two, 'd366', 366);
  await scene.pass();
  await scene.pass();
  expect(texts(one)).toBe('d364 d200 d2');
  await scene.pass(4 * 60 * 60_000);
  await scene.pass();
  expect(texts(one)).toBe('d2');
  expect(gone(two, old)).toBe(true);
});

test('KEEP-3 a lengthening takes effect at once and takes back a shortening that has not', async () => {
  const [one, two] = await three(400, 40);
  await scene.keep(one, 30);
  await scene.pass(12 * 60 * 60_000);
  await scene.keep(two, 0);
  await scene.pass(30 * DAY);
  expect(texts(one)).toBe('d400 d40');
  await scene.keep(one, 30);
  // One year is shorter than forever, which still holds: its day begins anew.
  await scene.pass(23 * 60 * 60_000);
  await scene.keep(two, 365);
  await scene.pass(12 * 60 * 60_000);
  expect(texts(one)).toBe('d400 d40');
  await scene.pass(12 * 60 * 60_000);
  await scene.pass();
  expect(texts(one)).toBe('d40');
  // Chosen again, it stays as it is; set back to what is in force, nothing waits.
  await scene.keep(one, 30);
  const waits = getKeep(one.device.store, 'account');
  await scene.pass(60_000);
  await scene.keep(two, 30);
  expect(getKeep(two.device.store, 'account')).toEqual(waits);
  await scene.keep(two, 365);
  await scene.pass(10 * DAY);
  expect(texts(one)).toBe('d40');
});

/** Its pushes fail until it is opened again. */
function cut(on: SceneDevice): { open(): void } {
  on.before.request = (url) => {
    if (url.endsWith('/Push')) throw new TypeError('fetch failed');
  };
  return { open: () => Object.assign(on.before, { request() {} }) };
}

test('KEEP-3 what was about to go by a shorter setting and is not gone yet, stays', async () => {
  const [one, two, three_, [id = '']] = await three(40, 2);
  await scene.keep(one, 30);
  for (const away of [two, three_]) away.line.up = false;
  const pushes = cut(one);
  await scene.pass(DAY);
  await scene.pass();
  expect(getDirty(one.device.store, 'messages', fromHex(id))).toMatchObject({ op: 'delete' });
  two.line.up = true;
  // Two would let it expire as well, but for the person who is there.
  await scene.run(two, { name: 'setKeepMessages', input: { days: 0 } });
  await scene.world.run(5 * 60_000);
  pushes.open();
  three_.line.up = true;
  await scene.pass(DAY);
  for (const device of [one, two, three_]) expect(texts(device)).toBe('d40 d2');
});

test('KEEP-4 what has expired goes for good, not by Recently Deleted, and what lay there goes too', async () => {
  const [one, two, , ids] = await three(31, 30.5, 28, 1);
  await scene.run(two, { name: 'deleteMessages', input: { ids: [ids[1] ?? ''] } });
  await scene.keep(one, 30);
  await scene.pass(DAY - 60 * 60_000);
  expect(listRecentlyDeleted(two.device.store, 10)).toHaveLength(1);
  await scene.pass(2 * 60 * 60_000);
  for (const device of [one, two]) {
    expect(texts(device)).toBe('d28 d1');
    expect(listRecentlyDeleted(device.device.store, 10)).toEqual([]);
    expect(ids.map((id) => gone(device, id))).toEqual([true, true, false, false]);
    expect(device.device.record(ids[0] ?? '')).toBeNull();
  }
  await scene.pass(2 * DAY);
  expect(texts(two)).toBe('d1');
  expectEqual(one, two);
});

test('KEEP-4 mail that arrives with an old time of acceptance goes at the next tidying', async () => {
  const [one, two] = await three(2);
  await scene.keep(one, 30);
  await scene.pass(2 * DAY);
  const id = scene.write(two, 'late', 50);
  await scene.world.run(20_000);
  expect(texts(two)).toBe('late d2');
  await scene.pass();
  await scene.pass();
  for (const device of [one, two]) {
    expect(gone(device, id)).toBe(true);
    expect(texts(device)).toBe('d2');
  }
});

test('KEEP-5 nothing goes that the cloud does not have, or that somebody is still to get', async () => {
  const [one, two, , [sent = '']] = await three(40, 2);
  await scene.keep(two, 30);
  // One's own, which cannot reach the cloud yet, and one that a member did not get.
  await scene.pass(DAY - 60 * 60_000);
  two.line.up = false;
  const pushes = cut(one);
  const waits = scene.write(one, 'waits', 50);
  const row = one.device.store.get<{ guid: Uint8Array }>(
    'SELECT guid FROM message WHERE id = ?',
    fromHex(sent),
  );
  const sendId = new Uint8Array(16).fill(1);
  enqueue(one.device.store, {
    sendId,
    kind: 'redelivery',
    conversation: new Uint8Array(16).fill(7),
    guid: row?.guid ?? sendId,
    body: sendId,
    createdMs: scene.world.now,
  });
  updateOutbox(one.device.store, sendId, { state: 'failed' });
  scene.devices[2]!.line.up = false;
  await scene.pass(2 * 60 * 60_000);
  expect(texts(one)).toBe('waits d40 d2');
  expect(getDirty(one.device.store, 'messages', fromHex(sent))).toBeUndefined();
  expect(getDirty(one.device.store, 'messages', fromHex(waits))).toMatchObject({ op: 'put' });
  pushes.open();
  await scene.pass();
  await scene.pass();
  expect(texts(one)).toBe('d40 d2');
  removeOutbox(one.device.store, sendId);
  await scene.pass();
  await scene.pass();
  expect(texts(one)).toBe('d2');
});

test('KEEP-5 nothing goes while the switch is only being turned on, or the zone is not at its head', async () => {
  const one = await scene.add();
  const id = scene.write(one, 'd40', 40);
  await scene.pass();
  await scene.keep(one, 30);
  await scene.pass(DAY - 60 * 60_000);
  // This one has come to the head, and cannot bring what only it has.
  const two = await scene.add({ switch: 'off' });
  const tooLong = scene.write(two, 'only here', 50);
  two.before.request = (url) => {
    if (url.endsWith('/Push') && two.device.core.status().switch === 'enabling')
      throw new TypeError('fetch failed');
  };
  await scene.run(two, { name: 'setSwitch', input: { on: true } });
  expect(texts(two)).toBe('only here d40');
  // And to this one the cloud says less than it knew.
  await one.device.stop();
  one.device.store = openStore({ path: one.device.store.path, key: one.device.key });
  setZoneState(one.device.store, 'messages', { phase: 'new', head: 1000 });
  one.device.store.close();
  one.device.start();
  await scene.pass(2 * DAY);
  expect(two.device.core.status().switch).toBe('enabling');
  expect(one.device.core.status().paused?.reason).toBe('rolledBack');
  expect(texts(one)).toBe('d40');
  expect(texts(two)).toBe('only here d40');
  for (const { device } of [one, two])
    expect(getDirty(device.store, 'messages', fromHex(id))).toBeUndefined();
  // What the cloud would not take for good stays, although nothing waits to be pushed any more.
  clean(
    two.device.store,
    'messages',
    fromHex(tooLong),
    getDirty(two.device.store, 'messages', fromHex(tooLong))!.change,
  );
  two.before.request = () => {};
  await scene.run(two, { name: 'syncNow', input: null });
  await scene.pass();
  await scene.pass();
  expect(two.device.core.status().switch).toBe('on');
  expect(texts(two)).toBe('only here');
});

test('KEEP-6 a record that was changed meanwhile stays until the next time', async () => {
  const [one, two, other, [id = '', second = '']] = await three(41, 40, 2);
  await scene.keep(one, 30);
  await scene.pass(DAY - 60 * 60_000);
  other.line.up = false;
  // Two has changed it, and this has not got through.
  cut(two);
  await scene.run(two, { name: 'deleteMessages', input: { ids: [id] } });
  expect(getDirty(two.device.store, 'messages', fromHex(id))).toMatchObject({ op: 'put' });
  const revOnTwo = () => recordRow(two.device.store, 'messages', fromHex(id))?.rev ?? 0;
  let met = 0;
  one.before.request = async (url) => {
    const { store } = one.device;
    const its =
      getDirty(store, 'messages', fromHex(id))?.op === 'delete' && dirtyCount(store, 'account') === 0;
    if (!url.endsWith('/Push') || !its || met > 0) return;
    met += 1;
    // It gets through while the delete is on its way, and two is not there any more to let it expire.
    two.before.request = (asked) => {
      if (revOnTwo() > 1 && asked.endsWith('/Push')) throw new TypeError('fetch failed');
    };
    await two.device.core.execute({ name: 'syncNow', input: null });
    for (let i = 0; i < 2000 && revOnTwo() < 2; i += 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(revOnTwo()).toBe(2);
    two.line.up = false;
  };
  scene.world.now += 2 * 60 * 60_000;
  for (let i = 0; i < 200 && met === 0; i += 1) await scene.world.run(5_000);
  expect(met).toBe(1);
  await scene.world.run(2_000);
  expect(gone(one, second)).toBe(true);
  expect(gone(one, id)).toBe(false);
  expect(listRecentlyDeleted(one.device.store, 10)).toHaveLength(1);
  await scene.pass();
  expect(gone(one, id)).toBe(true);
});

test.each([365, -365])(
  'KEEP-7 a clock that is off by %i days lets nothing expire that is not due',
  async (days) => {
    const [one, two, other] = await three(40, 2);
    await scene.keep(one, 30);
    await scene.pass(2 * DAY);
    expect(texts(other)).toBe('d2');
    for (const away of [two, other]) away.line.up = false;
    one.clock.offMs = days * DAY;
    scene.write(other, 'young', 1);
    await scene.pass(DAY);
    await scene.run(one, { name: 'syncNow', input: null });
    await scene.pass();
    expect(one.device.core.status().paused?.reason).toBe('clockWrong');
    expect(texts(one)).toBe('d2');
    await one.device.restart();
    await scene.pass();
    expect(texts(one)).toBe('d2');
    // Without the cloud's time its own counts for nothing either.
    one.line.up = false;
    await one.device.restart();
    await scene.pass(DAY);
    expect(texts(one)).toBe('d2');
    one.clock.offMs = 0;
    for (const { line } of scene.devices) line.up = true;
    await scene.pass();
    await scene.pass();
    for (const device of [one, two, other]) expect(texts(device)).toBe('d2 young');
  },
);

test('KEEP-8 a device that comes back after a year does the same, and what it wrote meanwhile is kept', async () => {
  const [one, two, away] = await three(20, 2);
  await scene.keep(one, 30);
  await scene.pass();
  away.line.up = false;
  await scene.pass(DAY);
  await scene.pass(300 * DAY);
  scene.write(one, 'new', 1);
  await scene.pass();
  await scene.pass();
  expect(texts(two)).toBe('new');
  expect(texts(away)).toBe('d20 d2');
  scene.write(away, 'mine', 0);
  away.line.up = true;
  await scene.pass();
  await scene.pass();
  for (const device of [one, two, away]) expect(texts(device)).toBe('new mine');
  expectEqual(one, two, away);
});

test('KEEP-8 the first device to be there lets them expire, although all were away for long', async () => {
  const [one, two, other] = await three(20, 2);
  await scene.keep(one, 30);
  await scene.pass(DAY);
  for (const { device } of scene.devices) await device.stop();
  scene.world.now += 200 * DAY;
  other.device.start();
  await scene.pass();
  expect(texts(other)).toBe('');
  one.device.start();
  two.device.start();
  await scene.pass();
  for (const device of [one, two]) expect(texts(device)).toBe('');
  expectEqual(one, two, other);
});

test('KEEP-9 with the switch off it is this device’s own: forever at first, and nothing of it travels', async () => {
  const [one, two, off] = await three(40, 2);
  await scene.keep(one, 365);
  await scene.pass(2 * DAY);
  await scene.run(off, { name: 'setSwitch', input: { on: false } });
  await scene.pass(400 * DAY);
  await scene.pass();
  for (const device of [one, two]) expect(texts(device)).toBe('');
  expect(texts(off)).toBe('d40 d2');
  const written = scene.write(off, 'mine', 3);
  await scene.keep(off, 30);
  await scene.pass();
  expect(getKeep(off.device.store, 'device')).toMatchObject({ days: 30, beforeDays: 0 });
  await scene.pass(20 * 60 * 60_000);
  expect(texts(off)).toBe('d40 d2 mine');
  await scene.pass(5 * 60 * 60_000);
  await scene.pass();
  expect(texts(off)).toBe('mine');
  expect(getAccountSettings(one.device.store).keep.days).toBe(365);
  const left = off.device.store.get<{ n: number }>(
    'SELECT count(*) AS n FROM dirty WHERE zone = 2 AND op = 2',
  );
  expect(left?.n).toBe(0);
  expect(listRecentlyDeleted(off.device.store, 10)).toEqual([]);
  // In time this device's own message expires too, although the cloud never had it: that is what its person chose.
  await scene.pass(30 * DAY);
  await scene.pass();
  expect(texts(off)).toBe('');
  expect(gone(off, written)).toBe(true);
});

test('KEEP-10 on again the account’s setting holds, and what had expired on this device alone comes back', async () => {
  const [one, , off, ids] = await three(40, 3, 2);
  await scene.run(off, { name: 'setSwitch', input: { on: false } });
  await scene.pass();
  await scene.keep(off, 30);
  await scene.pass();
  await scene.run(off, { name: 'deleteMessages', input: { ids: [ids[2] ?? ''] } });
  await scene.pass(2 * DAY);
  await scene.pass();
  expect(texts(off)).toBe('d3');
  // One was deleted by the person; the other expired, nobody is asked about it, and it comes back.
  const preview = () => scene.run(off, { name: 'switchPreview', input: null });
  expect(await preview()).toMatchObject({ deletedHere: 1, toDownload: 1, expiring: 0 });
  // The same when the cloud has to be asked for its list.
  scene.write(one, 'new', 0);
  await scene.pass();
  expect(await preview()).toMatchObject({ deletedHere: 1, toDownload: 2 });
  await scene.run(off, { name: 'setSwitch', input: { on: true, deletedHere: 'everywhere' } });
  await scene.pass();
  await scene.pass();
  expect(texts(off)).toBe('d40 d3 new');
  expect(texts(one)).toBe('d40 d3 new');
  // Off again it keeps forever: turning the switch deletes nothing by itself.
  await scene.run(off, { name: 'setSwitch', input: { on: false } });
  await scene.pass(2 * DAY);
  expect(getKeep(off.device.store, 'device').days).toBe(0);
  await scene.pass();
  expect(texts(off)).toBe('d40 d3 new');
});

test('KEEP-10 SYN-36 also when the Undo of a purge turns it on', async () => {
  const [one, , off, ids] = await three(40, 3, 2);
  await scene.run(one, { name: 'disableAndDelete', input: null });
  await scene.pass();
  expect(off.device.core.status()).toMatchObject({ switch: 'off', switchReason: 'purging' });
  await scene.keep(off, 30);
  await scene.pass();
  await scene.run(off, { name: 'deleteMessages', input: { ids: [ids[2] ?? ''] } });
  await scene.pass(2 * DAY);
  await scene.pass();
  expect(texts(off)).toBe('d3');
  await scene.run(one, { name: 'undoPurge', input: null });
  await scene.pass();
  await scene.pass();
  for (const device of [one, off]) {
    expect(device.device.core.status().switch).toBe('on');
    expect(texts(device)).toBe('d40 d3 d2');
  }
});

test('KEEP-11 a conversation whose messages have all expired leaves the list everywhere, and starts anew', async () => {
  const [one, two] = await three(41, 40);
  await scene.keep(one, 30);
  await scene.pass(2 * DAY);
  const late = await scene.add();
  for (const device of [one, two, late]) {
    expect(texts(device)).toBe('');
    expect(listed(device)).toBe(0);
  }
  scene.write(two, 'hello', 0);
  await scene.pass();
  for (const device of [one, two, late]) {
    expect(texts(device)).toBe('hello');
    expect(listed(device)).toBe(1);
  }
  expectEqual(one, two, late);
});

test('KEEP-11 one with something newer stays, and so does one that has just been made', async () => {
  const [one, two] = await three(40, 2);
  await scene.keep(one, 30);
  await scene.pass(2 * DAY);
  for (const device of [one, two]) expect([texts(device), listed(device)]).toEqual(['d2', 1]);
  const off = await scene.add({ switch: 'off' });
  scene.write(off, 'alone', 20);
  await scene.keep(off, 30);
  await scene.pass(DAY);
  expect(listed(off)).toBe(1);
  await scene.pass(10 * DAY);
  await scene.pass();
  expect([texts(off), listed(off)]).toEqual(['', 0]);
  scene.write(off, 'again', 0);
  expect([texts(off), listed(off)]).toEqual(['again', 1]);
});

test('KEEP-12 what was chosen without a connection, or by a wrong clock, gets its day when the cloud has it', async () => {
  const [one, two] = await three(40, 2);
  one.line.up = false;
  await scene.keep(one, 30);
  await scene.pass(7 * DAY);
  one.line.up = true;
  await scene.pass();
  const asked = getKeep(two.device.store, 'account');
  expect(asked).toMatchObject({ days: 30, beforeDays: 0 });
  expect(asked.effectiveMs).toBeGreaterThan(scene.world.now + DAY - 60 * 60_000);
  for (const device of [one, two]) expect(texts(device)).toBe('d40 d2');
  await scene.keep(two, 0);
  await scene.pass(2 * DAY);
  // The same with a clock that was a year behind and is set right.
  one.line.up = false;
  one.clock.offMs = -365 * DAY;
  await one.device.restart();
  await scene.pass();
  await scene.keep(one, 365);
  one.clock.offMs = 0;
  one.line.up = true;
  await scene.pass();
  expect(getKeep(two.device.store, 'account').effectiveMs).toBeGreaterThan(
    scene.world.now + DAY - 60 * 60_000,
  );
  await scene.run(one, { name: 'setSwitch', input: { on: false } });
  await scene.pass();
  // And of a device's own.
  one.clock.offMs = -365 * DAY;
  one.line.up = false;
  await one.device.restart();
  await scene.pass();
  await scene.keep(one, 30);
  expect(getKeep(one.device.store, 'device').effectiveMs).toBeLessThan(scene.world.now);
  one.clock.offMs = 0;
  one.line.up = true;
  await scene.pass();
  expect(getKeep(one.device.store, 'device').effectiveMs).toBeGreaterThan(
    scene.world.now + DAY - 60 * 60_000,
  );
  expect(texts(one)).toBe('d40 d2');
});

test('KEEP-12 a setting that does not reach the cloud deletes nothing', async () => {
  const [one, two] = await three(40, 2);
  await scene.keep(one, 30);
  await scene.pass(DAY - 60 * 60_000);
  two.line.up = false;
  scene.devices[2]!.line.up = false;
  cut(one);
  await scene.run(one, { name: 'setSettings', input: { name: 'Anna' } });
  await scene.pass(3 * DAY);
  expect(texts(one)).toBe('d40 d2');
});

test('KEEP-13 the preview says how many messages go, from before when and at what time, and changes nothing', async () => {
  const [one, two, , [deleted = '']] = await three(400, 45, 30.5, 29.5, 2);
  await scene.run(one, { name: 'deleteMessages', input: { ids: [deleted] } });
  const ask = (days: 0 | 30 | 365) => scene.run(one, { name: 'keepPreview', input: { days } });
  const at = scene.world.now;
  // What is to be 30 days old in a day counts as well.
  expect(await ask(30)).toEqual({
    scope: 'account',
    attachments: 0,
    complete: true,
    messages: 4,
    before: at + DAY - 30 * DAY,
    effectiveAt: at + DAY,
  });
  expect(await ask(365)).toMatchObject({ messages: 1 });
  expect(await ask(0)).toMatchObject({ messages: 0, before: null, effectiveAt: null });
  expect(getKeep(one.device.store, 'account').days).toBe(0);
  await scene.keep(one, 30);
  await scene.pass();
  expect(await ask(30)).toMatchObject({ messages: 4 });
  await scene.pass(DAY);
  await scene.pass();
  expect(texts(two)).toBe('d2');
  expect(await ask(365)).toMatchObject({ messages: 0, effectiveAt: null });
  // A device in the middle of its first sync says that there may be more.
  const late = await scene.add({ switch: 'off' });
  late.before.request = (url) => {
    if (url.endsWith('/Backfill')) throw new TypeError('fetch failed');
  };
  await scene.run(late, { name: 'setSwitch', input: { on: true } });
  expect(await scene.run(late, { name: 'keepPreview', input: { days: 30 } })).toMatchObject({
    complete: false,
  });
});

test('KEEP-14 before the switch goes on, it is said how many messages of this device will expire', async () => {
  const one = await scene.add();
  await scene.keep(one, 30);
  const off = await scene.add({ switch: 'off' });
  for (const days of [400, 40, 2]) scene.write(off, `d${days}`, days);
  await scene.pass(2 * DAY);
  expect(texts(off)).toBe('d400 d40 d2');
  const preview = await scene.run(off, { name: 'switchPreview', input: null });
  expect(preview).toMatchObject({ toUpload: 3, expiring: 2 });
  await scene.run(off, { name: 'setSwitch', input: { on: true } });
  await scene.pass();
  await scene.pass();
  for (const device of [one, off]) expect(texts(device)).toBe('d2');
});

test('KEEP-15 many go slice by slice, until none is left', async () => {
  const one = await scene.add();
  one.device.store.write(() => {
    for (let i = 0; i < 950; i += 1) one.device.message(`m${i}`, scene.world.now - 50 * DAY + i);
    one.device.message('new', scene.world.now);
  });
  await scene.run(one, { name: 'syncNow', input: null });
  await scene.pass();
  const off = await scene.add();
  await scene.run(off, { name: 'setSwitch', input: { on: false } });
  await scene.keep(off, 30);
  await scene.keep(one, 30);
  await scene.pass();
  await scene.pass(DAY);
  await scene.pass();
  for (const device of [one, off]) expect(texts(device).slice(0, 20)).toBe('new');
  expect(one.device.core.status().phase).toBe('idle');
});

test('KEEP-16 a number of days of a newer app deletes nothing here, and shorter is shorter all the same', async () => {
  const [one, two] = await three(400, 40, 2);
  const { store } = one.device;
  const id = fromHex('00'.repeat(16));
  await scene.keep(one, 365);
  await scene.keep(one, 0);
  const record = getAccountSettings(store).recordId ?? id;
  const value = keepMessagesValue(7, scene.world.now - DAY, 7);
  const stamp = BigInt(scene.world.now + 1000) << 16n;
  const set = setRegister(
    newSettings(),
    SettingsField.KEEP_MESSAGES,
    new Uint8Array(),
    stamp,
    one.device.deviceId,
    value,
  );
  putMerged(store, 'account', record, set, { dirty: true });
  await scene.run(one, { name: 'syncNow', input: null });
  await scene.pass(DAY);
  await scene.pass();
  expect(getKeep(two.device.store, 'account').days).toBe(7);
  expect(texts(two)).toBe('d400 d40 d2');
  expect(recordRow(two.device.store, 'account', record)?.rev).toBeGreaterThan(0);
  await scene.keep(two, 30);
  await scene.pass();
  await scene.pass();
  expect(texts(one)).toBe('d2');
});

test.each([1, 2, 3, 4, 5, 6])(
  'KEEP-18 whoever chooses what and is away for how long, all end equal (seed %i)',
  async (seed) => {
    const random = seeded(seed);
    const all = [await scene.add(), await scene.add(), await scene.add()];
    const born = new Map<string, number>();
    let shortest = Number.POSITIVE_INFINITY;
    for (let step = 0; step < 14; step += 1) {
      const device = random.pick(all);
      const die = random.below(10);
      if (die < 4) {
        const days = random.pick([0, 1, 20, 29, 40, 200, 400]);
        born.set(`m${step}`, scene.world.now - days * DAY);
        scene.write(device, `m${step}`, days);
      } else if (die < 6) {
        const days = random.pick([0, 30, 365] as const);
        shortest = Math.min(shortest, days || Number.POSITIVE_INFINITY);
        await scene.keep(device, days);
      } else if (die < 8) {
        device.line.up = !device.line.up;
      } else if (die < 9) {
        await device.device.restart();
      } else {
        device.clock.offMs = random.pick([0, 0, 400 * DAY, -400 * DAY]);
      }
      await scene.pass(random.pick([0, 0, 20, 26, 24 * 31, 24 * 200]) * 60 * 60_000);
      const here = new Set(all.flatMap((one) => one.device.texts()));
      for (const [text, at] of born) {
        const old = scene.world.now - at >= shortest * DAY;
        expect([step, text, old || here.has(text)]).toEqual([step, text, true]);
      }
    }
    for (const device of all) {
      device.line.up = true;
      device.clock.offMs = 0;
    }
    await scene.pass();
    await scene.pass();
    await scene.pass(2 * DAY);
    await scene.pass();
    expectEqual(...all);
    const [one, ...others] = all.map(texts);
    for (const other of others) expect(other).toBe(one);
    const { days } = getKeep(all[0]!.device.store, 'account');
    for (const [text, at] of born) {
      const age = (scene.world.now - at) / DAY;
      const here = (one ?? '').split(' ').includes(text);
      if (days > 0 && age > days + 1) expect([text, here]).toEqual([text, false]);
      if (age < shortest) expect([text, here]).toEqual([text, true]);
    }
  },
);
