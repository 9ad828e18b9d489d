import { expect, test } from 'vitest';
import type { SyncStatus } from '../../electron/api/types.ts';
import { previewLines, turnOnInput } from './switch-preview.ts';
import { syncState } from './sync-state.ts';

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

test('UI-14 the settings page says the same as the status line, and when it was last in step', () => {
  const working = syncState({ ...STATUS, phase: 'uploading', item: 'messages', done: 1, total: 3 }, 0, 'en');
  expect(working.text).toEqual({ key: 'status.uploading.messages', values: { count: 2 } });
  expect(syncState(STATUS, 0, 'en')).toEqual({
    text: { key: 'status.state.on', values: {} },
    last: { key: 'status.lastSyncedNow', values: {} },
  });
  expect(syncState(STATUS, 300_000, 'en').last?.values).toEqual({ when: '5 minutes ago' });
  expect(syncState({ ...STATUS, switch: 'off' }, 0, 'en').last).toBeNull();
});

test('UI-15 UI-120 turning the switch on says what will happen, in numbers, and only what will', () => {
  expect(
    previewLines({
      toUpload: 4120,
      toDownload: 12_300,
      bytes: 0,
      deletedHere: 0,
      deletedElsewhere: 2,
      expiring: 3,
    }),
  ).toEqual([
    { key: 'settings.onUpload', values: { count: 4120 } },
    { key: 'settings.onDownload', values: { count: 12_300 } },
    { key: 'settings.onDeletedElsewhere', values: { count: 2 } },
    { key: 'keep.onExpiring', values: { count: 3 } },
  ]);
  expect(
    previewLines({
      toUpload: 0,
      toDownload: 0,
      bytes: 0,
      deletedHere: 0,
      deletedElsewhere: 0,
      expiring: 0,
    })[0]?.key,
  ).toBe('settings.onNothing');
});

test('UI-15 what becomes of deletes made while it was off is asked, and the answer sent, only when there are any', () => {
  const preview = { toUpload: 0, toDownload: 0, bytes: 0, deletedHere: 2, deletedElsewhere: 0, expiring: 0 };
  expect(previewLines(preview)).toEqual([]);
  expect(turnOnInput(preview, 'everywhere')).toEqual({ on: true, deletedHere: 'everywhere' });
  expect(turnOnInput(preview, 'bringBack')).toEqual({ on: true, deletedHere: 'bringBack' });
  expect(turnOnInput({ ...preview, deletedHere: 0 }, 'everywhere')).toEqual({ on: true });
  expect(turnOnInput(null, 'everywhere')).toEqual({ on: true });
});
