import i18next from 'i18next';
import { expect, test } from 'vitest';
import type { PausedReason, SyncPhase, SyncStatus } from '../../electron/api/types.ts';
import { en } from '../i18n/en.ts';
import { nl } from '../i18n/nl.ts';
import { shownStatus, statusLine, worthSaying } from './status-line.ts';

const IDLE: SyncStatus = {
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
  lastSyncedAt: null,
  waitingToSend: 0,
};
const paused = (reason: PausedReason, more: Partial<NonNullable<SyncStatus['paused']>> = {}): SyncStatus => ({
  ...IDLE,
  phase: 'paused',
  paused: { reason, since: 0, nextTryAt: null, cloudTime: null, deviceTime: null, ...more },
});
const REASONS: PausedReason[] = [
  'offline',
  'cloudUnreachable',
  'cloudTakesNothing',
  'storageFull',
  'diskFull',
  'clockWrong',
  'signedOut',
  'appTooOld',
  'purgePending',
  'held',
  'onBattery',
  'metered',
  'filesUnusable',
  'rolledBack',
  'forked',
  'keyringForged',
  'damaged',
];

async function speak(language: 'en' | 'nl') {
  const one = i18next.createInstance();
  await one.init({ lng: language, resources: { en: { translation: en }, nl: { translation: nl } } });
  return one.t;
}

test('UI-10 idle: the status line says nothing', () => {
  expect(statusLine(IDLE, 0)).toBeNull();
  expect(statusLine({ ...IDLE, switch: 'off' }, 0)).toBeNull();
});

test('UI-11 uploading says how many are left, with a bar of what is done', async () => {
  const line = statusLine({ ...IDLE, phase: 'uploading', item: 'messages', done: 1786, total: 5000 }, 0);
  const t = await speak('en');
  expect(line && t(line.text.key, line.text.values)).toBe('Uploading 3,214 messages to iCloud…');
  expect(line?.progress).toBeCloseTo(0.3572);
  expect(line?.action).toBeNull();
});

test('UI-11 an unknown total is an unknown bar, never a made-up one', () => {
  expect(statusLine({ ...IDLE, phase: 'downloading', item: 'messages', done: 40 }, 0)).toMatchObject({
    progress: 'unknown',
    text: { key: 'status.downloading.messages', values: { count: 40 } },
  });
  expect(statusLine({ ...IDLE, phase: 'downloading' }, 0)?.text.key).toBe('status.downloading.some');
  expect(statusLine({ ...IDLE, phase: 'uploading', done: 9, total: 3 }, 0)?.progress).toBe(1);
});

test('ATT-32 the line says how many attachments go up or come down, and how many wait for another connection', async () => {
  const say = async (language: 'en' | 'nl', change: Partial<SyncStatus>) => {
    const text = statusLine({ ...IDLE, item: 'attachments', done: 1, total: 3, ...change }, 0)!.text;
    return (await speak(language))(text.key, text.values);
  };
  expect(await say('en', { phase: 'uploading' })).toBe('Uploading 2 attachments…');
  expect(await say('nl', { phase: 'uploading', done: 2 })).toBe('1 bijlage wordt geüpload…');
  expect(await say('en', { phase: 'downloading' })).toBe('Downloading 2 attachments…');
  const waits = { ...paused('metered'), item: 'attachments' as const, done: 0, total: 2 };
  expect(await say('en', waits)).toBe('Paused: metered connection, with 2 attachments to go');
});

test('UI-60 synchronizing says how many changes and deletes are left, where that is known', async () => {
  const status: SyncStatus = { ...IDLE, phase: 'synchronizing', item: 'changes', done: 3, total: 15 };
  const say = async (language: 'en' | 'nl', one: SyncStatus) => {
    const text = statusLine(one, 0)?.text;
    return text === undefined ? '' : (await speak(language))(text.key, text.values);
  };
  expect(await say('en', status)).toBe('Synchronizing 12 changes and deletes with iCloud…');
  expect(await say('nl', status)).toBe(
    '12 wijzigingen en verwijderingen worden gesynchroniseerd met iCloud…',
  );
  expect(await say('en', { ...status, done: 14 })).toBe('Synchronizing 1 change or delete with iCloud…');
  expect(statusLine(status, 0)?.progress).toBeCloseTo(0.2);
  // None left, or nobody knows: no number.
  for (const total of [3, null])
    expect(await say('en', { ...status, total })).toBe('Synchronizing messages with iCloud…');
});

test('UI-12 every phase and every reason has its words in both languages', async () => {
  const phases: SyncPhase[] = ['preparing', 'uploading', 'downloading', 'synchronizing', 'finishing'];
  const items = [null, 'messages', 'conversations', 'changes', 'attachments'] as const;
  const states = [
    ...phases.flatMap((phase) =>
      items.flatMap((item) =>
        (['on', 'enabling', 'disabling'] as const).map((on) => ({
          ...IDLE,
          switch: on,
          phase,
          item,
          done: 1,
        })),
      ),
    ),
    ...REASONS.map((reason) => paused(reason)),
    paused('clockWrong', { cloudTime: 1, deviceTime: 2 }),
    paused('offline', { nextTryAt: 9000 }),
    { ...paused('offline', { since: 500 }), waitingToSend: 2 },
    paused('cloudUnreachable', { since: 1000 - 3 * 86_400_000 }),
    ...(['onBattery', 'metered'] as const).map((reason) => ({ ...paused(reason), done: 1, total: 3 })),
    { ...paused('metered'), item: 'attachments' as const, done: 1, total: 3 },
    ...(['enabling', 'disabling'] as const).map((on) => ({ ...paused('held'), switch: on })),
    ...(['purging', 'allDevices'] as const).map((reason) => ({
      ...IDLE,
      switch: 'disabling' as const,
      switchReason: reason,
      phase: 'finishing' as const,
    })),
    { ...IDLE, almostFull: true },
  ];
  for (const language of ['en', 'nl'] as const) {
    const t = await speak(language);
    for (const state of states) {
      const line = statusLine(state, 1000);
      expect(line).not.toBeNull();
      for (const text of [line!.text, ...line!.details])
        expect(t(text.key, text.values)).not.toMatch(/^status\.|\{\{|undefined/);
      if (line!.action !== null) expect(t(`status.${line!.action}`)).not.toMatch(/^status\./);
    }
  }
});

test('UI-13 paused says what helps and offers the one act of the state', () => {
  for (const reason of REASONS) {
    const line = statusLine({ ...paused(reason), action: 'tryNow' }, 0);
    expect(line?.text.key).toBe(`status.paused.${reason}`);
    expect(line?.details.map(({ key }) => key)).toEqual([`status.help.${reason}`]);
    expect(line?.action).toBe('tryNow');
    expect(line?.progress).toBeNull();
  }
});

test('UI-13 on battery or a metered connection, how many messages wait for better', async () => {
  const t = await speak('en');
  const said = (status: SyncStatus) => {
    const line = statusLine(status, 0);
    return line && t(line.text.key, line.text.values);
  };
  const waiting = { done: 200, total: 5_000, action: 'continueAnyway' as const };
  expect(said({ ...paused('onBattery'), ...waiting })).toBe(
    'Paused: on battery, with 4,800 messages to upload',
  );
  expect(said({ ...paused('metered'), ...waiting })).toBe(
    'Paused: metered connection, with 4,800 messages to go',
  );
  expect(said(paused('onBattery'))).toBe('Paused: on battery');
  expect(statusLine({ ...paused('onBattery'), ...waiting }, 0)?.action).toBe('continueAnyway');
});

test('UI-88 without an answer: since when, when the next try is, and what waits', () => {
  const now = Date.UTC(2026, 10, 25, 12);
  const keys = (status: SyncStatus) => statusLine(status, now)?.details.map(({ key }) => key);
  const since = { since: now - 60_000 };
  const next = { ...since, nextTryAt: now + 19_001 };
  expect(statusLine(paused('cloudUnreachable', next), now)?.details).toEqual([
    { key: 'status.help.since', values: { since: now - 60_000 } },
    { key: 'status.help.nextTry', values: { count: 20 } },
  ]);
  expect(keys({ ...paused('offline', next), waitingToSend: 3 })).toEqual([
    'status.help.since',
    'status.help.nextTry',
    'status.help.waitingToSend',
  ]);
  expect(keys({ ...paused('cloudTakesNothing', next), waitingToSend: 1 })).toEqual([
    'status.help.since',
    'status.help.nextTry',
    'status.help.waitingToSend',
  ]);
  // A try under way has no next one; long ago is said with its day; a moment that nobody knows is not.
  expect(keys(paused('offline', { ...since, nextTryAt: now }))).toEqual([
    'status.help.since',
    'status.help.offline',
  ]);
  expect(keys(paused('offline', { since: now - 40 * 3_600_000 }))?.[0]).toBe('status.help.sinceDay');
  expect(keys(paused('offline', { since: 0 }))).toEqual(['status.help.offline']);
});

test('UI-86 while the switch is being turned, the line offers Pause, and says why where it was asked elsewhere', () => {
  const turning = (value: 'enabling' | 'disabling', reason: SyncStatus['switchReason'] = null) =>
    statusLine({ ...IDLE, switch: value, switchReason: reason, phase: 'finishing' }, 0);
  expect(turning('enabling')?.action).toBe('hold');
  expect(turning('disabling')).toMatchObject({ action: 'hold', details: [] });
  expect(turning('disabling', 'purging')?.details[0]?.key).toBe('status.help.turningOffPurging');
  expect(turning('disabling', 'allDevices')?.details[0]?.key).toBe('status.help.turningOffEverywhere');
  expect(statusLine({ ...IDLE, phase: 'synchronizing' }, 0)?.action).toBeNull();
  const held = (value: SyncStatus['switch']) => statusLine({ ...paused('held'), switch: value }, 0)?.text.key;
  expect(['on', 'enabling', 'disabling'].map((value) => held(value as 'on'))).toEqual([
    'status.paused.held',
    'status.paused.heldTurningOn',
    'status.paused.heldTurningOff',
  ]);
});

test('UI-87 nearly full storage is said while nothing else is, with Manage Storage; a pending purge is not', () => {
  const full = { ...IDLE, almostFull: true };
  expect(statusLine(full, 0)).toMatchObject({
    text: { key: 'status.almostFull' },
    action: 'manageStorage',
    progress: null,
  });
  expect(worthSaying(full)).toBe(true);
  // Small work in between does not take it away.
  expect(shownStatus({ ...full, phase: 'synchronizing', item: 'changes' }, false)).toEqual(full);
  const purge = { at: 1, by: null };
  expect(statusLine({ ...IDLE, switch: 'off', switchReason: 'purging', purge }, 0)).toBeNull();
});

test('UI-16 a line is for what lasts, is much, or is paused', () => {
  const uploading = (total: number | null): SyncStatus => ({
    ...IDLE,
    phase: 'uploading',
    item: 'messages',
    total,
  });
  expect(worthSaying(IDLE)).toBe(false);
  expect(worthSaying(uploading(3))).toBe(false);
  expect(worthSaying({ ...IDLE, phase: 'synchronizing', item: 'changes' })).toBe(false);
  expect(worthSaying(uploading(100))).toBe(true);
  expect(worthSaying({ ...uploading(3), switch: 'enabling' })).toBe(true);
  for (const reason of REASONS) expect([reason, worthSaying(paused(reason))]).toEqual([reason, true]);
});

test('UI-16 work that is not worth a line shows as none until it has lasted', () => {
  const brief: SyncStatus = { ...IDLE, phase: 'synchronizing', item: 'changes' };
  expect(shownStatus(brief, false)).toEqual(IDLE);
  expect(shownStatus(brief, true)).toBe(brief);
  const much: SyncStatus = { ...IDLE, phase: 'uploading', item: 'messages', total: 100 };
  expect(shownStatus(much, false)).toBe(much);
  expect(shownStatus(paused('offline'), false).phase).toBe('paused');
});
