/** The table of the switch in docs/SPEC.md, cell by cell, against the engine. */
import { describe, expect, test } from 'vitest';
import { Bench, noChanges, remembered, settled, whereItStands } from '../testing/engine-bench.ts';
import { specTable } from '../testing/spec-table.ts';
import { type EngineState, NOTHING_HEARD, type Purge, type Remembered, type ZoneHeard } from './state.ts';
import { statusOf } from './status.ts';

const PURGE: Purge = { id: 'aa'.repeat(16), atMs: 99_000_000, by: 'bb'.repeat(16), asked: true };
const heard = (purge: Purge | null): ZoneHeard => ({ ...NOTHING_HEARD, purge });
const AGAIN = { type: 'zoneHeard', heard: heard(PURGE) } as const;

const STATES: Record<string, () => Bench> = {
  off: () => settled({ switch: 'off' }),
  'off for a purge': () => settle(settled().send(AGAIN)),
  'off, purge pending': () => settled({ switch: 'off' }).send(AGAIN),
  enabling: () => settled({ switch: 'off' }).dirty(0, 3).send({ type: 'setSwitch', on: true }),
  on: () => settled(),
  disabling: () => settled().send({ type: 'setSwitch', on: false }),
  'disabling for a purge': () => settled().send(AGAIN),
};

const EVENTS: Record<string, (bench: Bench) => Bench> = {
  'turned on here': (bench) => bench.send({ type: 'setSwitch', on: true }),
  'turned off here': (bench) => bench.send({ type: 'setSwitch', on: false }),
  'turned off for all, elsewhere': (bench) => bench.send({ type: 'offEverywhere', by: 'cc'.repeat(16) }),
  Cancel: (bench) => bench.send({ type: 'cancel' }),
  Pause: (bench) => bench.send({ type: 'hold' }),
  'Disable & Delete is heard': (bench) => bench.send(AGAIN),
  'a purge that nobody named': (bench) =>
    // Where one is pending already, it is the same to the cloud: what the settings named stays named.
    bench.state.heard.purge === null
      ? unnamed(bench.send({ type: 'zoneHeard', heard: heard({ ...PURGE, asked: false }) }))
      : bench,
  'the purge is taken back': (bench) => bench.send({ type: 'zoneHeard', heard: heard(null) }),
  'the cloud was put back to before the purge': (bench) =>
    bench.send({ type: 'zoneHeard', heard: { ...heard(null), forgotten: true } }),
  'both have the same': (bench) => settle(bench.dirty(0, 0)),
  'a new generation': (bench) => {
    bench.send({ type: 'syncNow' });
    for (let i = 0; i < 10; i += 1) {
      const { zones } = bench.state.running;
      if (zones?.type === 'changes' && zones.zone === 'messages')
        bench.failed('changes', 'generationChanged');
      else if (zones?.type === 'changes') bench.done('changes', noChanges(10));
      else if (zones?.type === 'push') bench.failed('push', 'generationChanged');
      else if (zones?.type === 'open') bench.done('open', { ...whereItStands(null), moved: 'generation' });
    }
    return bench;
  },
  'the disk is full': (bench) => {
    bench.send({ type: 'syncNow' });
    if (bench.state.running.zones?.type === 'changes' && bench.state.running.zones.zone === 'account')
      bench.done('changes', noChanges(10));
    const step = bench.state.running.zones ?? bench.state.running.mail;
    return step === null ? bench : bench.failed(step.type, 'diskFull');
  },
  'a restart': (bench) => new Bench().send({ type: 'started', remembered: memory(bench.state) }),
  'signed out or removed': (bench) => bench.send({ type: 'ended', reason: 'removed' }),
};

/** Said, and no push. */
function unnamed(bench: Bench): Bench {
  if (bench.state.switch === 'on') expect(statusOf(bench.state).paused?.reason).toBe('purgePending');
  expect(statusOf(bench.state).purge).toBeNull();
  return bench;
}

/** Answers every step of the zones: nothing new at the cloud. */
function settle(bench: Bench): Bench {
  for (let i = 0; i < 20 && bench.state.running.zones !== null; i += 1) {
    const step = bench.state.running.zones;
    if (step.type === 'changes') {
      bench.done('changes', {
        ...noChanges(step.zone === 'account' ? 10 : 20),
        heard: step.zone === 'account' ? null : bench.state.heard,
      });
    } else if (step.type === 'open') bench.done('open', whereItStands(bench.state.heard));
    else if (step.type === 'finishSwitch') bench.done('finishSwitch', null);
    else if (step.type === 'tidy') bench.done('tidy', { nextAt: Number.MAX_SAFE_INTEGER });
    else throw new Error(`not expected: ${step.type}`);
  }
  return bench;
}

/** What the database would say of it. */
function memory(state: EngineState): Remembered {
  const { switch: value, switchReason, switchedBy, purgeOff, held, heard: said } = state;
  return remembered({ switch: value, switchReason, switchedBy, purgeOff, held, heard: said });
}

function nameOf(state: EngineState): string {
  if (state.session !== 'active') return 'closed';
  const { switch: value, purgeOff, heard: said, held } = state;
  const forPurge =
    purgeOff !== null ? ' for a purge' : value === 'off' && said.purge?.asked ? ', purge pending' : '';
  return `${value}${forPurge}${held ? ', held' : ''}`;
}

const names = Object.keys(STATES);
const cells = specTable('event', names);

describe('SWI-1 SWI-2 SWI-3 SWI-4 SWI-5 SWI-6 SWI-7 SWI-9 SWI-10 SWI-11 SWI-12 SWI-14 SYN-130 the table of the switch', () => {
  test('has every state and every event', () => {
    expect([...new Set(cells.map(({ event }) => event))]).toEqual(Object.keys(EVENTS));
    expect(cells.length).toBe(names.length * Object.keys(EVENTS).length);
  });

  test.each(names)('each state is what it is called: %s', (name) => {
    expect(nameOf(STATES[name]!().state)).toBe(name);
  });

  test.each(cells.map((cell) => [cell.event, cell.state, cell.next] as const))(
    '%s, in %s: %s',
    (event, state, next) => {
      expect(nameOf(EVENTS[event]!(STATES[state]!()).state)).toBe(next);
    },
  );
});

test('SWI-10 SYN-160 where the disk has no room to turn off, what was let go of meanwhile is asked for once there is some', () => {
  const bench = EVENTS['the disk is full']!(STATES['disabling']!());
  expect([bench.state.switch, bench.state.switchReason]).toEqual(['on', 'diskTooSmall']);
  expect(bench.state.againAt).not.toBeNull();
  expect(bench.state.againAt! <= bench.state.now).toBe(true);
});
