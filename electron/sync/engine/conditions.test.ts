import { expect, test } from 'vitest';
import { Bench, noChanges, remembered, settled, whereItStands } from '../testing/engine-bench.ts';
import { ENOUGH_METERED, FIRST_LOOK_MS, LARGE, NOTHING_HEARD, type Walk } from './state.ts';
import { statusOf } from './status.ts';

const on = (bench: Bench, conditions: { onBattery?: boolean; metered?: boolean }) =>
  bench.send({ type: 'conditions', conditions: { onBattery: false, metered: false, ...conditions } });
/** As a host's device starts: it looks, and has not said yet what it found. */
const soon = () => new Bench().send({ type: 'conditionsSoon' });
const pushes = (bench: Bench) => bench.steps().filter(({ type }) => type === 'push');
const whole = { type: 'push', full: false };
const small = { type: 'push', full: true };
const accepted = (count: number, head = 20) => ({
  accepted: count,
  head,
  staleKeyring: false,
  full: false,
  deleted: 0,
  moved: false,
});

test('SWI-30 on battery a large upload waits and says with how many; deletes and changes go on', () => {
  const bench = on(settled(), { onBattery: true }).dirty(0, LARGE + 3, 0, LARGE);
  expect(pushes(bench)).toMatchObject([small]);
  expect(statusOf(bench.state)).toMatchObject({
    phase: 'paused',
    paused: { reason: 'onBattery' },
    action: 'continueAnyway',
    item: 'messages',
    total: LARGE,
  });
  bench.done('push', accepted(3)).dirty(0, LARGE, 0, LARGE);
  expect(pushes(bench)).toMatchObject([small]);
  // Nothing small is left: it does not go round in circles.
  bench.done('push', accepted(0)).send({ type: 'tick' });
  expect(pushes(bench)).toEqual([]);
  // Power again.
  on(bench, { onBattery: false });
  expect(pushes(bench)).toMatchObject([whole]);
  expect(statusOf(bench.state).phase).toBe('uploading');
});

test('SWI-30 what is small does not wait for power', () => {
  expect(pushes(on(settled(), { onBattery: true }).dirty(0, LARGE - 1))).toMatchObject([whole]);
});

test('SWI-30 a device that cannot say how it is powered waits for nothing', () => {
  const bench = settled().send({ type: 'conditions', conditions: { onBattery: null, metered: null } });
  expect(pushes(bench.dirty(0, 5000))).toMatchObject([whole]);
});

test('SWI-34 while a device that just started finds out how it is powered and connected, only what is small goes', () => {
  const large = () => settled({}, soon()).dirty(0, LARGE + 3, 0, LARGE);
  expect(pushes(large())).toMatchObject([small]);
  expect(statusOf(large().state)).toMatchObject({ phase: 'uploading', done: 0, total: LARGE });
  expect(pushes(settled({}, soon()).dirty(0, LARGE - 1))).toMatchObject([whole]);
  // On battery: nothing large has gone, and it waits.
  const battery = on(large(), { onBattery: true });
  pushes(battery.done('push', accepted(3)).dirty(0, LARGE, 0, LARGE));
  expect(pushes(battery.done('push', accepted(0)).send({ type: 'tick' }))).toEqual([]);
  expect(statusOf(battery.state).paused?.reason).toBe('onBattery');
  // Power, or nothing that could be found out: it goes.
  for (const onBattery of [false, null]) {
    const bench = settled({}, soon()).dirty(0, LARGE);
    bench.done('push', accepted(0)).send({ type: 'tick' });
    bench.steps();
    bench.send({ type: 'conditions', conditions: { onBattery, metered: null } });
    expect(pushes(bench)).toMatchObject([whole]);
  }
});

test('SWI-34 a look that never ends holds up nothing for good, and a person may go on before', () => {
  const waits = () => {
    const bench = settled({}, soon()).dirty(0, LARGE);
    bench.done('push', accepted(0)).send({ type: 'tick' });
    expect(pushes(bench)).toMatchObject([small]);
    return bench;
  };
  const bench = waits();
  expect(bench.state.wakeAt).toBeLessThanOrEqual(bench.now + FIRST_LOOK_MS);
  bench.now += FIRST_LOOK_MS;
  expect(pushes(bench.send({ type: 'tick' }))).toMatchObject([whole]);
  expect(pushes(waits().send({ type: 'continueAnyway' }))).toMatchObject([whole]);
});

test('SWI-31 on a metered connection a first sync brings the newest, then waits', () => {
  const { zones } = remembered();
  const fresh = remembered({
    switch: 'enabling',
    zones: { ...zones, messages: { ...zones.messages, stage: 'unopened', named: false } },
  });
  const bench = on(new Bench(), { metered: true }).send({ type: 'started', remembered: fresh });
  bench.done('changes', noChanges(10));
  const here = (done: number): Walk => ({
    conversations: { done: 40, total: 40 },
    messages: { done, total: 9000 },
  });
  bench.done('open', {
    head: 20,
    openedMs: 0,
    seen: 20,
    stage: 'walking',
    walk: here(0),
    moved: null,
    alarm: null,
    heard: null,
  });
  const page = (done: number) => ({ walk: here(done), more: true, staleKeyring: false });
  bench.done('walk', page(300));
  expect(bench.state.running.zones?.type).toBe('walk');
  bench.done('walk', page(ENOUGH_METERED));
  expect(bench.state.running.zones?.type).toBe('tidy');
  bench.done('tidy', { nextAt: Number.MAX_SAFE_INTEGER });
  expect(bench.state.running.zones).toBeNull();
  expect(statusOf(bench.state)).toMatchObject({
    paused: { reason: 'metered' },
    action: 'continueAnyway',
    done: ENOUGH_METERED,
    total: 9000,
  });
  bench.send({ type: 'continueAnyway' });
  expect(bench.state.running.zones?.type).toBe('walk');
});

test('SWI-31 many changes wait too, a few do not', () => {
  const behind = (remaining: number) => {
    const bench = on(settled(), { metered: true }).send({
      type: 'zonePoke',
      zone: 'messages',
      head: 99,
      purgeId: null,
    });
    return bench.done('changes', { ...noChanges(30), head: 99, more: true, applied: 10, remaining });
  };
  expect(behind(LARGE).state.running.zones).toBeNull();
  expect(behind(LARGE - 1).state.running.zones?.type).toBe('changes');
});

test('SWI-32 to continue anyway holds until the conditions were over once', () => {
  const bench = on(settled(), { onBattery: true }).dirty(0, LARGE);
  bench.done('push', accepted(0));
  bench.send({ type: 'continueAnyway' });
  bench.steps();
  bench.dirty(0, LARGE + 1);
  expect(bench.state.running.zones).toMatchObject(whole);
  on(bench, { onBattery: true, metered: true });
  expect(bench.state.anyway).toBe(true);
  on(bench, {});
  on(bench, { onBattery: true });
  expect(statusOf(bench.state).paused?.reason).toBe('onBattery');
});

test('SWI-33 while a transfer waits or is held, mail comes in and goes out', () => {
  for (const still of [
    (bench: Bench) => bench.send({ type: 'hold' }),
    (bench: Bench) => {
      on(bench, { metered: true }).send({ type: 'zonePoke', zone: 'messages', head: 9999, purgeId: null });
      return bench.done('changes', { ...noChanges(30), head: 9999, more: true, remaining: 9000 });
    },
  ]) {
    const bench = still(settled());
    bench.steps();
    bench.send({ type: 'mailPoke' });
    expect(bench.steps()).toEqual([{ lane: 'mail', type: 'receive', since: null }]);
    bench.done('receive', { more: false, waits: false, aside: false });
    bench.dirty(0, 0, 1);
    expect(bench.steps()).toEqual([{ lane: 'mail', type: 'send' }]);
    expect(bench.state.running.zones).toBeNull();
  }
});

test('SWI-15 what stands still asks whether a purge that it knows of is still pending, and nothing else of the zone', () => {
  const purge = { id: 'aa', atMs: 9e9, by: 'bb', asked: true };
  const poke = (purgeId: string | null) =>
    ({ type: 'zonePoke', zone: 'messages', head: 9999, purgeId }) as const;
  const many = { ...noChanges(30), head: 9999, more: true, remaining: 9000 };
  for (const still of [
    (bench: Bench) => bench.send({ type: 'hold' }),
    (bench: Bench) => on(bench, { metered: true }),
  ]) {
    const bench = still(settled().send({ type: 'setSwitch', on: false })).done('changes', many);
    bench.steps();
    // Nothing is known of a purge: nothing is asked.
    bench.send(poke('aa'));
    expect(bench.names()).toEqual([]);
    bench.send({ type: 'zoneHeard', heard: { ...NOTHING_HEARD, purge } }).send(poke('aa'));
    expect(bench.names()).toEqual([]);
    expect(bench.send(poke(null)).names()).toEqual(['open messages']);
    bench.done('open', whereItStands(NOTHING_HEARD)).steps();
    expect(bench.state.running.zones).toBeNull();
    expect(statusOf(bench.state)).toMatchObject({ switch: 'disabling', purge: null });
  }
  // After a restart, and at each poll.
  const again = remembered({ switch: 'disabling', held: true, heard: { ...NOTHING_HEARD, purge } });
  const bench = new Bench().send({ type: 'started', remembered: again });
  bench.steps();
  expect(bench.done('changes', noChanges(10)).names()).toEqual(['open messages']);
  bench.done('open', whereItStands({ ...NOTHING_HEARD, purge }));
  bench.done('tidy', { nextAt: Number.MAX_SAFE_INTEGER }).steps();
  expect(bench.state.running.zones).toBeNull();
  bench.now = bench.state.pollAt;
  bench.send({ type: 'tick' }).steps();
  expect(bench.done('changes', noChanges(10)).names()).toEqual(['open messages']);
});
