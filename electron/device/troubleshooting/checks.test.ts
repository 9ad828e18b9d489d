import { expect, test } from 'vitest';
import type { Check, CheckName } from '../../api/troubleshooting-types.ts';
import type { SyncStatus } from '../../sync/status-types.ts';
import { DAY, GB, listedDevice, NOW, wellFacts } from '../testing/facts.ts';
import { checksOf, isOlder } from './checks.ts';
import type { Facts } from './facts.ts';

const device = listedDevice;
const WELL = wellFacts({});
const STATUS = WELL.status;
const PROBE = WELL.probe;
const AWAY: Facts['probe'] = {
  failure: 'refused',
  code: 'ECONNREFUSED',
  roundTripMs: null,
  clockAheadMs: null,
  cloudVersion: null,
  session: null,
  storage: null,
  stream: 'closed',
};
function check<Name extends CheckName>(name: Name, change: Partial<Facts>): Extract<Check, { check: Name }> {
  const found = checksOf({ ...WELL, ...change }).find((one) => one.check === name);
  if (found === undefined) throw new Error(`There is no check ${name}.`);
  return found as Extract<Check, { check: Name }>;
}
const outcome = (name: CheckName, change: Partial<Facts>): [result: string, action: string | null] => {
  const { result, action } = check(name, change);
  return [result, action];
};

test('API-20 everything is well: every check says so', () => {
  expect(checksOf(WELL).filter(({ result }) => result !== 'ok')).toEqual([]);
});

test('API-20 what could not be looked at is unknown, and never ok', () => {
  const checks = checksOf({
    ...WELL,
    probe: AWAY,
    heard: { bytesUsed: 0, quotaBytes: 0, asOf: null },
    status: { ...STATUS, lastSyncedAt: null },
    freeBytes: null,
    database: null,
    devices: [device('MacBook', { own: true, lastSyncMs: null }), device('Tablet', { switchOn: null })],
  });
  const results = Object.fromEntries(checks.map(({ check: name, result }) => [name, result]));
  expect(results).toMatchObject({
    account: 'unknown',
    switch: 'unknown',
    connection: 'problem',
    sync: 'unknown',
    lastSync: 'unknown',
    storage: 'unknown',
    disk: 'unknown',
    clock: 'unknown',
    database: 'unknown',
  });
});

test('API-20 account: the devices are named, this one first; a session that the cloud ended is a problem', () => {
  expect(check('account', {}).values).toEqual({
    handle: 'anna@example.org',
    devices: ['MacBook', 'Mac mini'],
    session: 'accepted',
  });
  expect(outcome('account', { probe: { ...AWAY, failure: null, session: 'ended' } })).toEqual([
    'problem',
    'signIn',
  ]);
});

test('API-20 switch: here, and by name where it is on, off or not known', () => {
  const devices = [
    device('MacBook', { own: true, switchOn: null }),
    device('Mac mini'),
    device('Old PC', { switchOn: false }),
    device('Tablet', { switchOn: null }),
  ];
  expect(check('switch', { devices })).toMatchObject({
    result: 'attention',
    action: 'showDevices',
    values: { here: 'on', on: ['Mac mini'], off: ['Old PC'], unknown: ['Tablet'] },
  });
  expect(outcome('switch', { devices: devices.filter(({ name }) => name !== 'Old PC') })).toEqual([
    'unknown',
    'showDevices',
  ]);
  for (const here of ['off', 'disabling'] as const)
    expect(outcome('switch', { status: { ...STATUS, switch: here } })).toEqual(['attention', 'openSwitch']);
  expect(outcome('switch', { purgeAt: NOW + DAY })).toEqual(['attention', 'openSwitch']);
  expect(outcome('switch', { status: { ...STATUS, switch: 'enabling' } })).toEqual(['ok', null]);
});

test('API-21 connection: no answer is a problem, whatever the reason; slow, busy or without live news is worth knowing', () => {
  const connection = (more: Partial<Facts['probe']>, facts: Partial<Facts> = {}) =>
    outcome('connection', { ...facts, probe: { ...PROBE, ...more } });
  for (const failure of [
    'offline',
    'nameNotFound',
    'refused',
    'certificate',
    'timedOut',
    'notACloud',
    'noAnswer',
    'refusedCall',
  ] as const)
    expect(connection({ failure })).toEqual(['problem', 'tryNow']);
  expect(connection({ failure: 'refused' }, { cloudHere: true })).toEqual(['problem', 'startCloudHere']);
  expect(connection({ failure: 'appTooOld' })).toEqual(['problem', 'update']);
  expect(connection({ failure: 'busy' })).toEqual(['attention', 'tryNow']);
  expect(connection({ roundTripMs: 2500 })).toEqual(['attention', 'tryNow']);
  expect(connection({ stream: 'opening' })).toEqual(['attention', 'tryNow']);
  expect(connection({ stream: 'closed', session: 'ended' })).toEqual(['ok', null]);
});

test('API-20 synchronizing: the same state as the status line’s, with its act', () => {
  const paused = (reason: NonNullable<SyncStatus['paused']>['reason'], action: SyncStatus['action']) =>
    outcome('sync', {
      status: {
        ...STATUS,
        phase: 'paused',
        action,
        paused: { reason, since: 0, nextTryAt: null, cloudTime: null, deviceTime: null },
      },
    });
  expect(paused('damaged', 'repair')).toEqual(['problem', 'repair']);
  expect(paused('forked', 'repair')).toEqual(['problem', 'repair']);
  expect(paused('cloudUnreachable', 'tryNow')).toEqual(['problem', 'tryNow']);
  expect(paused('held', 'resume')).toEqual(['attention', 'resume']);
  expect(paused('metered', 'continueAnyway')).toEqual(['attention', 'continueAnyway']);
  expect(outcome('sync', { status: { ...STATUS, phase: 'uploading', action: null } })).toEqual(['ok', null]);
});

test('API-20 last sync: a device is behind when others have had news for a week that it has not; a quiet week is none', () => {
  const quiet = [
    device('MacBook', { own: true, lastSyncMs: NOW - 20 * DAY }),
    device('Mac mini', { lastSyncMs: NOW - 21 * DAY }),
  ];
  expect(outcome('lastSync', { devices: quiet })).toEqual(['ok', null]);
  const behind = check('lastSync', {
    devices: [
      device('MacBook', { own: true, lastSyncMs: NOW - DAY }),
      device('Mac mini', { lastSyncMs: NOW - 9 * DAY }),
      device('Old PC', { lastSyncMs: NOW - 90 * DAY, switchOn: false }),
      device('New', { lastSyncMs: null, addedMs: NOW - 1000 }),
    ],
  });
  expect([behind.result, behind.action]).toEqual(['attention', 'showDevices']);
  expect(behind.values.devices.map(({ name, at, behind: late }) => [name, at, late])).toEqual([
    ['MacBook', NOW - 1000, false],
    ['Mac mini', NOW - 9 * DAY, true],
    ['New', null, false],
    ['Old PC', NOW - 90 * DAY, false],
  ]);
});

test('API-20 what is only here: synchronize, or turn the switch on', () => {
  expect(outcome('notInCloud', { onlyHere: { messages: 2, changes: 0 } })).toEqual(['attention', 'syncNow']);
  expect(outcome('notInCloud', { onlyHere: { messages: 0, changes: 1 } })).toEqual(['attention', 'syncNow']);
  const off = { ...STATUS, switch: 'off' as const };
  expect(outcome('notInCloud', { onlyHere: { messages: 2, changes: 0 }, status: off })).toEqual([
    'attention',
    'openSwitch',
  ]);
});

test('API-20 storage and disk: almost full is worth knowing, full is a problem', () => {
  const storage = (bytesUsed: number, probe = PROBE) =>
    outcome('storage', { heard: { bytesUsed, quotaBytes: 10 * GB, asOf: NOW }, probe });
  expect(storage(9 * GB)).toEqual(['ok', null]);
  expect(storage(9.1 * GB)).toEqual(['attention', 'manageStorage']);
  expect(storage(10 * GB)).toEqual(['problem', 'manageStorage']);
  expect(storage(GB, AWAY)).toEqual(['unknown', null]);
  expect(outcome('disk', { freeBytes: 0.9 * GB })).toEqual(['attention', null]);
  expect(outcome('disk', { freeBytes: 0.05 * GB })).toEqual(['problem', 'tryNow']);
});

test('API-21 clock: by seconds against the cloud’s, wrong from five minutes on, both ways', () => {
  const clock = (clockAheadMs: number) => outcome('clock', { probe: { ...PROBE, clockAheadMs } });
  expect(clock(-60_000)).toEqual(['ok', null]);
  expect(clock(61_000)).toEqual(['attention', 'clockHelp']);
  expect(clock(-300_000)).toEqual(['attention', 'clockHelp']);
  expect(clock(300_001)).toEqual(['problem', 'clockHelp']);
  expect(check('clock', { probe: { ...PROBE, clockAheadMs: -DAY } }).values).toEqual({
    aheadMs: -DAY,
    cloudTime: NOW + DAY,
    deviceTime: NOW,
  });
});

test('API-20 version: which devices run another one; older than another, or too old for the cloud, asks for an update', () => {
  const other = (version: string | null) => [
    device('MacBook', { own: true }),
    device('Mac mini', { version }),
  ];
  expect(outcome('version', { devices: other(null) })).toEqual(['ok', null]);
  expect(check('version', { devices: other('1.10.0') })).toMatchObject({
    result: 'attention',
    action: 'update',
    values: { version: '1.2.0', others: [{ name: 'Mac mini', version: '1.10.0' }], old: 'device' },
  });
  expect(outcome('version', { devices: other('1.1.9') })).toEqual(['attention', 'showDevices']);
  expect(check('version', { probe: { ...PROBE, failure: 'appTooOld' } })).toMatchObject({
    result: 'problem',
    action: 'update',
    values: { old: 'cloud' },
  });
  expect(isOlder('0.9.1', '0.10.0')).toBe(true);
  expect(isOlder('1.0.0', '0.10.0')).toBe(false);
  expect(isOlder('1.0.0', '1.0.0')).toBe(false);
  expect(isOlder('development', '1.0.0')).toBe(false);
});

test('API-20 Recently Deleted, the database and notices', () => {
  const deleted = check('recentlyDeleted', { recentlyDeleted: { messages: 3, firstGoesMs: NOW + DAY } });
  expect(deleted).toMatchObject({
    result: 'ok',
    action: 'showRecentlyDeleted',
    values: { messages: 3, firstGoesAt: NOW + DAY },
  });
  expect(outcome('database', {})).toEqual(['ok', 'checkDatabase']);
  const problems = [{ table: 'record', count: 1 }];
  expect(outcome('database', { database: { at: NOW, tables: 25, problems } })).toEqual([
    'problem',
    'checkDatabase',
  ]);
  expect(outcome('notices', { notices: ['deviceAdded'] })).toEqual(['attention', 'showNotices']);
});
