/** The table of the status line in docs/SPEC.md, cell by cell, against the engine. Each state is reached by events, as a person's device reaches it. */
import { describe, expect, test } from 'vitest';
import { Bench, noChanges, remembered, settled, whereItStands } from '../testing/engine-bench.ts';
import { specTable } from '../testing/spec-table.ts';
import { CLOCK_TOLERANCE_MS, type EngineState, LARGE, NOTHING_HEARD } from './state.ts';
import { statusOf } from './status.ts';
import type { StepResult } from './steps.ts';

const zones = remembered().zones;
const walking = { ...zones.messages, stage: 'unopened' as const, named: false };
const reached = (done: number) => ({
  conversations: { done: 2, total: 2 },
  messages: { done, total: 5000 },
});
const opened: StepResult['open'] = { ...whereItStands(null), seen: 20, stage: 'walking', walk: reached(0) };
const poke = { type: 'zonePoke', zone: 'messages', head: 99, purgeId: null } as const;

const STATES: Record<string, () => Bench> = {
  idle: () => settled(),
  preparing: () =>
    new Bench()
      .send({ type: 'started', remembered: remembered({ zones: { ...zones, messages: walking } }) })
      .done('changes', noChanges(10)),
  downloading: () => page(STATES['preparing']!().done('open', opened)),
  uploading: () => settled().dirty(0, 3),
  synchronizing: () => settled().send(poke),
  finishing: () => settled({ switch: 'off' }).send({ type: 'setSwitch', on: true }),
  'paused: cloudUnreachable': () => failing(settled().send(poke)),
};

function page(bench: Bench): Bench {
  return bench.done('walk', { walk: reached(300), more: true, staleKeyring: false });
}

/** The step under way fails, as often as given. */
function failing(bench: Bench, times = 2): Bench {
  for (let i = 0; i < times; i += 1) {
    bench.now = Math.max(bench.now, bench.state.retry?.at ?? 0) + 1;
    bench.send({ type: 'tick' });
    bench.failed(running(bench), 'network');
  }
  return bench;
}

/** Something to fail: what is under way, or what Sync Now begins. */
function running(bench: Bench) {
  const of = () => bench.state.running.zones ?? bench.state.running.mail;
  if (of() === null) bench.send({ type: 'syncNow' });
  const step = of();
  if (step === null) throw new Error('Nothing runs.');
  return step.type;
}

const apart = (bench: Bench) => ({ type: 'cloudTime', cloudMs: bench.now + CLOCK_TOLERANCE_MS + 1 }) as const;
const bad = (conditions: EngineState['conditions']) => (bench: Bench) =>
  bench.dirty(0, LARGE).send({ type: 'conditions', conditions });

const EVENTS: Record<string, (bench: Bench) => Bench> = {
  'the cloud has something new': (bench) => bench.send(poke),
  'a message is written': (bench) => bench.dirty(0, 5),
  'a delete or a read mark is made': (bench) =>
    bench.dirty(0, bench.state.zones.messages.dirty + 1, 0, bench.state.zones.messages.dirty),
  'everything is answered': answered,
  'one call fails': (bench) =>
    bench.state.retry === null && bench.state.running.zones !== null ? failing(bench, 1) : bench,
  'two in a row fail': (bench) => failing(bench),
  'the connection is gone': (bench) => failing(bench.send({ type: 'reachable', online: false })),
  'the disk here is full': (bench) => {
    bench.now = Math.max(bench.now, bench.state.retry?.at ?? 0) + 1;
    return bench.send({ type: 'tick' }).failed(running(bench), 'diskFull');
  },
  'the clocks are apart': (bench) => bench.send(apart(bench)),
  'the session is over': (bench) => bench.send({ type: 'ended', reason: 'removed' }),
  'the app is too old': (bench) => {
    bench.now = Math.max(bench.now, bench.state.retry?.at ?? 0) + 1;
    return bench.send({ type: 'tick' }).failed(running(bench), 'appTooOld');
  },
  'keys are forged': (bench) => bench.send({ type: 'keyringForged' }),
  'a purge that nobody named': (bench) =>
    bench.send({
      type: 'zoneHeard',
      heard: { ...NOTHING_HEARD, purge: { id: 'aa', atMs: 9, by: null, asked: false } },
    }),
  Pause: (bench) => bench.send({ type: 'hold' }),
  'power goes, 500 messages to upload': bad({ onBattery: true, metered: false }),
  'the connection is metered, 500 to upload': bad({ onBattery: false, metered: true }),
  'Sync Now': (bench) => bench.send({ type: 'syncNow' }),
};

/** The cloud answers whatever is asked, and has nothing more. */
function answered(bench: Bench): Bench {
  bench.now = Math.max(bench.now, bench.state.retry?.at ?? 0) + 1;
  bench.send({ type: 'tick' });
  for (let i = 0; i < 40; i += 1) {
    const { zones: step, mail } = bench.state.running;
    const head = step !== null && 'zone' in step ? bench.state.zones[step.zone].head : 0;
    if (step?.type === 'changes') bench.done('changes', noChanges(head));
    else if (step?.type === 'open') bench.done('open', step.take ? opened : whereItStands(null));
    else if (step?.type === 'walk')
      bench.done('walk', { walk: reached(5000), more: false, staleKeyring: false });
    else if (step?.type === 'push')
      bench.dirty(0, 0).done('push', {
        accepted: 1,
        head: head + 1,
        staleKeyring: false,
        full: false,
        deleted: 0,
        moved: false,
      });
    else if (step?.type === 'finishSwitch') bench.done('finishSwitch', null);
    else if (step?.type === 'tidy') bench.done('tidy', { nextAt: Number.MAX_SAFE_INTEGER });
    else if (mail?.type === 'receive') bench.done('receive', { more: false, waits: false, aside: false });
    else break;
  }
  return bench;
}

function said(bench: Bench): string {
  const { phase, paused } = statusOf(bench.state);
  return paused === null ? phase : `${phase}: ${paused.reason}`;
}

const names = Object.keys(STATES);
const cells = specTable('what happens', names);

describe('STA-1 STA-2 SYN-2 the table of the status line', () => {
  test('has every state and every event', () => {
    expect([...new Set(cells.map(({ event }) => event))]).toEqual(Object.keys(EVENTS));
  });

  test.each(names)('each state is what it is called: %s', (name) => {
    expect(said(STATES[name]!())).toBe(name);
  });

  test.each(cells.map((cell) => [cell.event, cell.state, cell.next] as const))(
    '%s, while %s: %s',
    (event, state, next) => {
      expect(said(EVENTS[event]!(STATES[state]!()))).toBe(next);
    },
  );
});

test('STA-1 of several reasons the one that stands first is said', () => {
  const bench = settled().dirty(0, LARGE);
  const order: string[] = [];
  const note = () => order.push(said(bench));
  note();
  bench.send({ type: 'conditions', conditions: { onBattery: true, metered: false } });
  note();
  bench.send({ type: 'hold' });
  note();
  bench.send({
    type: 'zoneHeard',
    heard: { ...NOTHING_HEARD, purge: { id: 'aa', atMs: 9, by: null, asked: false } },
  });
  note();
  // The first ends the push under way; Sync Now begins anew.
  failing(bench, 3);
  note();
  bench.send(apart(bench));
  note();
  bench.send({ type: 'keyringForged' });
  note();
  bench.send({ type: 'ended', reason: 'removed' });
  note();
  expect(order).toEqual([
    'uploading',
    'paused: onBattery',
    'paused: held',
    'paused: purgePending',
    'paused: cloudUnreachable',
    'paused: clockWrong',
    'paused: keyringForged',
    'paused: signedOut',
  ]);
});

test('STA-1 almost full is said only where nothing else is, and leads to Manage Storage', () => {
  const bench = settled().send({ type: 'zoneHeard', heard: { purge: null, bytesUsed: 91, quotaBytes: 100 } });
  expect(statusOf(bench.state)).toMatchObject({ phase: 'idle', almostFull: true, action: 'manageStorage' });
  bench.send({ type: 'zoneHeard', heard: { purge: null, bytesUsed: 89, quotaBytes: 100 } });
  expect(statusOf(bench.state)).toMatchObject({ almostFull: false, action: 'syncNow' });
  expect(
    statusOf(settled({ switch: 'off', heard: { purge: null, bytesUsed: 99, quotaBytes: 100 } }).state)
      .almostFull,
  ).toBe(false);
});
