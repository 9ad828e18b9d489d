import { expect, test } from 'vitest';
import type { Device, SyncStatus } from '../../electron/api/types.ts';
import { disableTexts } from './disable-text.ts';
import { purgeTexts, switchNote } from './switch-note.ts';

const DAY = 86_400_000;
const device = (id: string, more: Partial<Device> = {}): Device => ({
  id,
  name: id,
  thisDevice: false,
  platform: null,
  appVersion: null,
  switchOn: true,
  lastSyncedAt: null,
  addedAt: null,
  ...more,
});
const DEVICES = [device('Laptop', { thisDevice: true }), device('Mac mini')];
const STATUS: SyncStatus = {
  switch: 'off',
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

test('UI-80 why the switch is as it is: nothing after one’s own click, else the reason', () => {
  const key = (reason: SyncStatus['switchReason']) =>
    switchNote({ ...STATUS, switchReason: reason }, DEVICES)?.key;
  expect(key(null)).toBeUndefined();
  for (const reason of ['purged', 'purging', 'removed', 'diskTooSmall'] as const)
    expect(key(reason)).toBe(`switch.note.${reason}`);
  const pending = { ...STATUS, switchReason: 'purging', purge: { at: 1, by: null } } as const;
  expect(switchNote(pending, DEVICES)).toBeNull();
});

test('UI-80 turned off for all devices: on which one, by name, or here', () => {
  const note = (by: string | null, devices: Device[] | null = DEVICES) =>
    switchNote({ ...STATUS, switchReason: 'allDevices', switchedBy: by }, devices);
  expect(note('Mac mini')).toEqual({ key: 'switch.note.allDevices', values: { name: 'Mac mini' } });
  expect(note('Laptop')?.key).toBe('switch.note.allDevicesHere');
  for (const nobody of [note(null), note('gone'), note('Mac mini', null)])
    expect(nobody?.key).toBe('switch.note.allDevicesSomewhere');
});

test('UI-81 a pending Disable & Delete: until when, the days left counted up, who asked', () => {
  const texts = (left: number, by: string | null = 'Mac mini') =>
    purgeTexts({ at: 100 * DAY, by }, DEVICES, 100 * DAY - left);
  expect(texts(30 * DAY)).toEqual({
    title: { key: 'switch.purge.title', values: { at: 100 * DAY } },
    left: { key: 'switch.purge.left', values: { count: 30 } },
    by: { key: 'switch.purge.by', values: { name: 'Mac mini' } },
  });
  expect(texts(29 * DAY + 1).left.values).toEqual({ count: 30 });
  expect(texts(1).left.values).toEqual({ count: 1 });
  for (const late of [0, -DAY]) expect(texts(late).left.key).toBe('switch.purge.now');
  expect(texts(DAY, 'Laptop').by.key).toBe('switch.purge.byHere');
  expect(texts(DAY, null).by.key).toBe('switch.purge.bySomewhere');
});

test('UI-84 Disable & Delete names every device that it turns off; this one by its own switch, the unknown apart', () => {
  const names = (list: string[]) => list.join('+');
  expect(disableTexts(DEVICES, 'on', names)).toEqual([
    { key: 'storage.disable.off', values: { count: 2, names: 'Laptop+Mac mini' } },
  ]);
  expect(disableTexts(DEVICES, 'off', names)[0]?.values).toEqual({ count: 1, names: 'Mac mini' });
  const more = [...DEVICES, device('Tower', { switchOn: false }), device('New', { switchOn: null })];
  expect(disableTexts(more, 'enabling', names)).toEqual([
    { key: 'storage.disable.off', values: { count: 2, names: 'Laptop+Mac mini' } },
    { key: 'storage.disable.unknown', values: { count: 1, names: 'New' } },
  ]);
  expect(disableTexts([device('Laptop', { thisDevice: true })], 'off', names)[0]?.key).toBe(
    'storage.disable.offAlready',
  );
});
