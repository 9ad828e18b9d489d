import i18next from 'i18next';
import { expect, test } from 'vitest';
import type { PausedReason, SyncPhase, SyncStatus } from '../../electron/api/types.ts';
import { en } from '../i18n/en.ts';
import { nl } from '../i18n/nl.ts';
import { statusLine, worthSaying } from './status-line.ts';

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
  'storageFull',
  'diskFull',
  'clockWrong',
  'signedOut',
  'appTooOld',
  'purged',
  'purgePending',
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
  const items = [null, 'messages', 'conversations', 'changes'] as const;
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
    { ...paused('offline'), waitingToSend: 2 },
  ];
  for (const language of ['en', 'nl'] as const) {
    const t = await speak(language);
    for (const state of states) {
      const line = statusLine(state, 1000);
      expect(line).not.toBeNull();
      for (const text of [line!.text, line!.detail])
        if (text !== null) expect(t(text.key, text.values)).not.toMatch(/^status\.|\{\{|undefined/);
    }
  }
});

test('UI-13 paused says what helps and offers the one act of the state', () => {
  for (const reason of REASONS) {
    const line = statusLine({ ...paused(reason), action: 'tryNow' }, 0);
    expect(line?.text.key).toBe(`status.paused.${reason}`);
    expect(line?.detail?.key).toContain(reason);
    expect(line?.action).toBe('tryNow');
    expect(line?.progress).toBeNull();
  }
  expect(statusLine(paused('cloudUnreachable', { nextTryAt: 21_000 }), 1000)?.detail).toEqual({
    key: 'status.help.nextTry',
    values: { count: 20 },
  });
  expect(statusLine({ ...paused('offline'), waitingToSend: 3 }, 0)?.detail?.values).toEqual({ count: 3 });
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
