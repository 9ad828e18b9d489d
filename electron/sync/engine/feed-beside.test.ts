import { expect, test } from 'vitest';
import { Bench, noChanges, remembered } from '../testing/engine-bench.ts';
import { NO_WALK, POLL_WITHOUT_STREAM_MS } from './state.ts';

const page = { walk: NO_WALK, more: true, staleKeyring: false };
const poke = (head: number) => ({ type: 'zonePoke', zone: 'messages', head, purgeId: null }) as const;

/** In the middle of a first sync of the messages zone that began at head 20. */
function walking(): Bench {
  const before = remembered();
  before.zones.messages = { ...before.zones.messages, stage: 'walking', seen: 20, walkSince: 1 };
  const bench = new Bench().send({ type: 'started', remembered: before });
  while (bench.state.running.zones?.type !== 'walk') {
    const step = bench.state.running.zones!;
    bench.done(step.type as 'changes', noChanges(step.type === 'changes' ? 10 : 0));
  }
  bench.effects = [];
  return bench;
}

test('SYN-167 what a poke tells of during a first sync is asked for after the page under way, and pages go on between', () => {
  const bench = walking().send(poke(24));
  expect(bench.names()).toEqual([]);
  expect(bench.done('walk', page).names()).toEqual(['changes messages']);
  // Not all of it: neither waits for the whole of the other.
  expect(bench.done('changes', { ...noChanges(22), more: true, head: 24 }).names()).toEqual([
    'walk messages',
  ]);
  expect(bench.done('walk', page).names()).toEqual(['changes messages']);
  expect(bench.done('changes', noChanges(24)).names()).toEqual(['walk messages']);
  expect(bench.done('walk', page).names()).toEqual(['walk messages']);
  expect(bench.state.zones.messages).toMatchObject({ stage: 'walking', seen: 24, head: 24 });
  // What came with pokes costs no call: one after the other.
  bench.send(poke(25)).send(poke(26)).done('walk', page).effects = [];
  expect(bench.done('changes', { ...noChanges(25), carried: true }).names()).toEqual(['changes messages']);
  expect(bench.done('changes', { ...noChanges(26), carried: true }).names()).toEqual(['walk messages']);
  // The end of the walk is the feed's turn, as ever; nothing was synchronized before.
  expect(bench.state.lastSyncedAt).toBe(null);
  expect(bench.done('walk', { ...page, more: false }).names()).toEqual(['changes messages']);
  bench.done('changes', noChanges(26));
  expect(bench.state.zones.messages.stage).toBe('current');
});

test('SYN-167 a head that no answer reaches is asked for twice, as at the head (SYN-112)', () => {
  const bench = walking().send(poke(1000));
  bench.done('walk', page).done('changes', noChanges(20)).done('walk', page).effects = [];
  bench.done('changes', noChanges(20)).done('walk', page);
  expect(bench.names()).toEqual(['walk messages', 'walk messages']);
});

test('SYN-167 a poke that comes while the zone is being opened is not forgotten; one that tells of the same head asks for nothing', () => {
  for (const head of [20, 21]) {
    const before = remembered();
    before.zones.messages = { ...before.zones.messages, stage: 'unopened', seen: 0 };
    const bench = new Bench().send({ type: 'started', remembered: before });
    bench.done('changes', noChanges(10)).send(poke(head));
    const opened = { head: 20, openedMs: 1, seen: 20, stage: 'walking', walk: NO_WALK } as const;
    bench.done('open', { ...opened, moved: null, alarm: null, heard: null }).effects = [];
    expect(bench.names()).toEqual([]);
    expect(bench.state.running.zones?.type).toBe(head === 20 ? 'walk' : 'changes');
  }
});

test('SYN-167 a feed that fails keeps no first sync from going on, and is asked again', () => {
  const bench = walking().send(poke(24)).done('walk', page);
  bench.failed('changes', 'refused').effects = [];
  bench.now = bench.state.retry!.at;
  expect(bench.send({ type: 'tick' }).names()).toContain('walk messages');
  expect(bench.done('walk', page).names()).toEqual(['changes messages']);
});

test('SYN-167 where pokes are lost the slow look asks during a first sync as well', () => {
  const bench = walking();
  bench.now += POLL_WITHOUT_STREAM_MS;
  bench.send({ type: 'tick' }).effects = [];
  expect(bench.done('walk', page).names()).toContain('changes account');
  expect(bench.done('changes', noChanges(10)).names()).toEqual(['changes messages']);
  expect(bench.done('changes', noChanges(20)).names()).toEqual(['walk messages']);
  expect(bench.done('walk', page).names()).toEqual(['walk messages']);
});
