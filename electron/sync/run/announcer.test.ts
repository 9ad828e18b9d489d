import { expect, test } from 'vitest';
import type { ChangeSet } from '../../store/changes.ts';
import type { Store } from '../../store/open.ts';
import type { SyncStatus } from '../status-types.ts';
import { Announcer } from './announcer.ts';

/** Timers that the test lets go off, and changes that it says there are. */
function announcer() {
  const waiting: (() => void)[] = [];
  let changed: ChangeSet | null = null;
  const told: string[] = [];
  const take = () => {
    const taken = changed;
    changed = null;
    return taken;
  };
  const one = new Announcer(
    { changes: { take } } as unknown as Store,
    {
      after: (_, work) => {
        waiting.push(work);
        return () => {};
      },
      elapsed: () => 0,
      breathe: async () => {},
    },
    ({ type }) => told.push(type),
  );
  return {
    one,
    told: () => told.splice(0),
    change: () => {
      changed = {
        conversations: 'all',
        messages: new Map(),
        recentlyDeleted: false,
        devices: false,
        settings: false,
        notices: false,
        session: false,
      };
      one.changed();
    },
    status: (phase: string) => one.status({ phase } as SyncStatus),
    later: () => {
      for (const work of waiting.splice(0)) work();
    },
  };
}

test('SYN-97 a status that was just told holds up nothing that has come', () => {
  const { one, told, change, status, later } = announcer();
  status('downloading');
  expect(told()).toEqual(['status']);
  change();
  expect(told()).toEqual(['conversations']);
  // What follows within the moment is told together, once.
  change();
  change();
  status('idle');
  expect(told()).toEqual([]);
  later();
  expect(told().sort()).toEqual(['conversations', 'status']);
  later();
  expect(told()).toEqual([]);
  change();
  expect(told()).toEqual(['conversations']);
  one.stop();
  change();
  status('idle');
  later();
  expect(told()).toEqual([]);
});
