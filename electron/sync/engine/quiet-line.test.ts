/** The status line is quiet, and "last synchronized" moves on, when nothing is known to be missing, and not before. */
import { expect, test } from 'vitest';
import { Bench, noChanges, remembered, settled } from '../testing/engine-bench.ts';
import { statusOf } from './status.ts';

const poke = (zone: 'account' | 'messages', head: number) =>
  ({ type: 'zonePoke', zone, head, purgeId: null }) as const;

test('SYN-2 STA-1 while the mailbox is known to have more, the line is not quiet', () => {
  const bench = settled();
  expect(statusOf(bench.state).phase).toBe('idle');
  bench.send({ type: 'mailPoke' });
  expect(statusOf(bench.state).phase).toBe('synchronizing');
  bench.done('receive', { more: true, waits: false, aside: false });
  expect(statusOf(bench.state).phase).toBe('synchronizing');
  bench.done('receive', { more: false, waits: false, aside: false });
  expect(statusOf(bench.state).phase).toBe('idle');
});

test('SYN-2 "last synchronized" is when both zones were at their heads, not when one was', () => {
  const bench = new Bench().send({ type: 'started', remembered: remembered({ lastSyncedAt: 5 }) });
  bench.done('changes', noChanges(10));
  expect([bench.state.zones.account.stage, bench.state.zones.messages.stage]).toEqual(['current', 'behind']);
  expect(statusOf(bench.state).lastSyncedAt).toBe(5);
  bench.now += 1000;
  bench.done('changes', noChanges(20));
  expect(statusOf(bench.state).lastSyncedAt).toBe(bench.now);
  const later = settled({ lastSyncedAt: 5 });
  const before = statusOf(later.state).lastSyncedAt;
  later.now += 1000;
  later.send(poke('account', 11)).send(poke('messages', 21));
  later.done('changes', noChanges(11));
  expect(statusOf(later.state).lastSyncedAt).toBe(before);
});
