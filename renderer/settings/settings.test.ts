import { expect, test } from 'vitest';
import type { SyncStatus } from '../../electron/api/types.ts';
import { lastSyncedOf } from './last-synced.ts';
import { syncButtons, syncState } from './sync-state.ts';

const STATUS: SyncStatus = {
  switch: 'on',
  switchReason: null,
  switchedBy: null,
  purge: null,
  almostFull: false,
  phase: 'idle',
  item: null,
  done: 0,
  total: null,
  paused: null,
  action: null,
  lastSyncedAt: 0,
  waitingToSend: 0,
};
const paused = (reason: 'held' | 'offline' | 'onBattery' | 'damaged'): Partial<SyncStatus> => ({
  phase: 'paused',
  paused: { reason, since: 0, nextTryAt: null, cloudTime: null, deviceTime: null },
});

test('UI-14 the settings page says the same as the status line, and when it was last in step', () => {
  const working = syncState({ ...STATUS, phase: 'uploading', item: 'messages', done: 1, total: 3 }, 0, 'en');
  expect(working.text).toEqual({ key: 'status.uploading.messages', values: { count: 2 } });
  expect(working.progress).toBeCloseTo(1 / 3);
  expect(syncState(STATUS, 0, 'en')).toEqual({
    text: { key: 'status.state.on', values: {} },
    details: [],
    progress: null,
    last: { key: 'status.lastSyncedNow', values: {} },
  });
  expect(syncState(STATUS, 300_000, 'en').last?.values).toEqual({ when: '5 minutes ago' });
  expect(syncState({ ...STATUS, switch: 'off' }, 0, 'en').last).toBeNull();
  expect(syncState({ ...STATUS, ...paused('offline') }, 0, 'en').details).toHaveLength(1);
  // Nearly full is the storage's row's to say: synchronizing is in step.
  expect(syncState({ ...STATUS, almostFull: true }, 0, 'en').text.key).toBe('status.state.on');
});

test('UI-14 the list of devices says of this device what the status says, of others what they have told', () => {
  const here = { thisDevice: true, lastSyncedAt: 1 };
  const other = { thisDevice: false, lastSyncedAt: 2 };
  const status = { ...STATUS, lastSyncedAt: 9 };
  expect([lastSyncedOf(here, status), lastSyncedOf(other, status)]).toEqual([9, 2]);
  // Before the first status of the window, and of a device that has none yet.
  expect([lastSyncedOf(here, null), lastSyncedOf(here, { lastSyncedAt: null })]).toEqual([1, 1]);
});

test('UI-85 Sync Now becomes Cancel while work runs, Resume while held, and stands beside what the state offers', () => {
  const buttons = (more: Partial<SyncStatus>) => syncButtons({ ...STATUS, ...more });
  expect(buttons({})).toEqual(['syncNow']);
  expect(buttons({ phase: 'uploading' })).toEqual(['cancel']);
  expect(buttons({ ...paused('held'), action: 'resume' })).toEqual(['resume']);
  expect(buttons({ ...paused('offline'), action: 'tryNow' })).toEqual(['syncNow']);
  expect(buttons({ ...paused('onBattery'), action: 'continueAnyway' })).toEqual([
    'syncNow',
    'continueAnyway',
  ]);
  expect(buttons({ ...paused('damaged'), action: 'repair' })).toEqual(['syncNow', 'repair']);
  // With the switch off only mail and settings go, and there is nothing to hold.
  expect(buttons({ switch: 'off', phase: 'synchronizing' })).toEqual(['syncNow']);
});

test('UI-85 a turning of the switch can be cancelled and paused; for Disable & Delete it is undone instead', () => {
  const buttons = (more: Partial<SyncStatus>) => syncButtons({ ...STATUS, ...more });
  for (const value of ['enabling', 'disabling'] as const) {
    expect(buttons({ switch: value, phase: 'downloading' })).toEqual(['hold', 'cancel']);
    expect(buttons({ switch: value, ...paused('held'), action: 'resume' })).toEqual(['resume', 'cancel']);
    expect(buttons({ switch: value, ...paused('offline'), action: 'tryNow' })).toEqual(['syncNow', 'cancel']);
  }
  const purging = { switch: 'disabling', switchReason: 'purging' } as const;
  expect(buttons({ ...purging, phase: 'downloading' })).toEqual(['hold']);
  expect(buttons({ ...purging, ...paused('held'), action: 'resume' })).toEqual(['resume']);
});
