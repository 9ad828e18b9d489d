import i18next from 'i18next';
import { expect, test } from 'vitest';
import type {
  Check,
  CheckAction,
  CheckName,
  CheckResult,
  ProbeFailure,
} from '../../../electron/api/troubleshooting-types.ts';
import type { SyncStatus } from '../../../electron/api/types.ts';
import { en } from '../../i18n/en.ts';
import { nl } from '../../i18n/nl.ts';
import { checkTexts, summary } from './check-text.ts';

const NOW = Date.UTC(2026, 10, 25, 12);
const DAY = 86_400_000;
const GB = 1_000_000_000;
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
  action: 'syncNow',
  lastSyncedAt: NOW - 1000,
  waitingToSend: 0,
};

async function speak(language: 'en' | 'nl') {
  const one = i18next.createInstance();
  await one.init({ lng: language, resources: { en: { translation: en }, nl: { translation: nl } } });
  return one.t;
}
type Said = (check: Check) => string;
async function said(language: 'en' | 'nl'): Promise<Said> {
  const t = await speak(language);
  const speech = { now: NOW, language, phrase: (key: string) => t(key) };
  return (check) =>
    checkTexts(check, speech)
      .map(({ key, values }) => t(key, values))
      .join(' ');
}

const of = <Name extends CheckName>(
  check: Name,
  values: Extract<Check, { check: Name }>['values'],
  result: CheckResult = 'ok',
): Check => ({ check, result, values, action: null }) as Check;

const connection = (
  failure: ProbeFailure | null,
  more: { here?: boolean; ms?: number; live?: boolean } = {},
) =>
  of('connection', {
    failure,
    roundTripMs: failure === null ? (more.ms ?? 12) : null,
    live: more.live ?? true,
    here: more.here ?? false,
  });
const FAILURES: ProbeFailure[] = [
  'offline',
  'nameNotFound',
  'refused',
  'certificate',
  'timedOut',
  'notACloud',
  'noAnswer',
  'busy',
  'refusedCall',
  'appTooOld',
];
const theSwitch = (more: Partial<Extract<Check, { check: 'switch' }>['values']>) =>
  of('switch', { here: 'on', on: [], off: [], unknown: [], purgeAt: null, ...more });
const clock = (aheadMs: number | null) =>
  of('clock', { aheadMs, cloudTime: NOW - (aheadMs ?? 0), deviceTime: NOW });
const storage = (bytesUsed: number, result: CheckResult, asOf: number | null = NOW - 3_600_000) =>
  of('storage', { bytesUsed, quotaBytes: 5 * GB, asOf, full: result === 'problem' }, result);

/** Every way in which each check can stand. */
const ALL: Check[] = [
  of('account', { handle: 'anna@example.org', devices: ['MacBook', 'Mac mini'], session: 'accepted' }),
  of('account', { handle: 'anna@example.org', devices: ['MacBook'], session: null }, 'unknown'),
  of('account', { handle: 'anna@example.org', devices: ['MacBook'], session: 'ended' }, 'problem'),
  ...(['on', 'off', 'enabling', 'disabling'] as const).map((here) => theSwitch({ here })),
  theSwitch({ on: ['A', 'B'], off: ['C'], unknown: ['D'], purgeAt: NOW + 20 * DAY }),
  ...FAILURES.flatMap((failure) => [connection(failure), connection(failure, { here: true })]),
  connection(null),
  connection(null, { ms: 2345, live: false }),
  of('sync', { status: STATUS }),
  of('sync', { status: { ...STATUS, switch: 'off' } }),
  of('lastSync', {
    devices: [
      { name: 'MacBook', thisDevice: true, switchOn: true, at: NOW - 1000, behind: false },
      { name: 'Mac mini', thisDevice: false, switchOn: true, at: NOW - 9 * DAY, behind: true },
      { name: 'Old PC', thisDevice: false, switchOn: false, at: NOW - 90 * DAY, behind: false },
      { name: 'Tablet', thisDevice: false, switchOn: null, at: null, behind: false },
    ],
  }),
  of('notInCloud', { messages: 0, changes: 0, switchOn: true }),
  of('notInCloud', { messages: 1, changes: 2, switchOn: true }, 'attention'),
  of('notInCloud', { messages: 2, changes: 1, switchOn: false }, 'attention'),
  storage(GB, 'ok'),
  storage(GB, 'unknown'),
  storage(4.9 * GB, 'attention'),
  storage(5 * GB, 'problem'),
  storage(0, 'unknown', null),
  of('disk', { freeBytes: 80 * GB }),
  of('disk', { freeBytes: 0.9 * GB }, 'attention'),
  of('disk', { freeBytes: 0.01 * GB }, 'problem'),
  of('disk', { freeBytes: null }, 'unknown'),
  ...[null, 40, -90_000, 720_000, -400 * DAY].map((ahead) => clock(ahead)),
  of('version', { version: '1.2.0', others: [], old: null }),
  of('version', { version: '1.2.0', others: [{ name: 'Mac mini', version: '1.3.0' }], old: 'device' }),
  of('version', { version: '1.2.0', others: [], old: 'cloud' }),
  of('recentlyDeleted', { messages: 0, firstGoesAt: null }),
  of('recentlyDeleted', { messages: 3, firstGoesAt: NOW + 12 * DAY }),
  of('database', { checked: null }, 'unknown'),
  of('database', { checked: { at: NOW - 120_000, tables: 26, problems: [] } }),
  of('database', { checked: { at: NOW, tables: 26, problems: [{ table: 'record', count: 1 }] } }, 'problem'),
  of('notices', { count: 0 }),
  of('notices', { count: 2 }, 'attention'),
];

test('UI-110 every check has its words in every way it can stand, in every language, with nothing left to fill in', async () => {
  for (const language of ['en', 'nl'] as const) {
    const t = await speak(language);
    const words = await said(language);
    for (const check of ALL) {
      const text = words(check);
      expect([check.check, text]).toEqual([check.check, expect.stringMatching(/^\S.*[.…a-z]$/u)]);
      expect(text).not.toMatch(/troubleshooting\.|status\.|\{\{|undefined|NaN|Invalid/);
      expect(t(`troubleshooting.title.${check.check}`)).not.toContain('troubleshooting.');
    }
    for (const result of ['ok', 'attention', 'problem', 'unknown'] as const)
      expect(t(`troubleshooting.result.${result}`)).not.toContain('troubleshooting.');
  }
});

test('UI-110 the reasons why the cloud does not answer all differ, and so does what is said of each', async () => {
  const words = await said('en');
  const texts = FAILURES.map((failure) => words(connection(failure)));
  expect(new Set(texts).size).toBe(FAILURES.length);
  expect(words(connection('refused', { here: true }))).toBe('The cloud on this computer is not running.');
  expect(words(connection(null, { ms: 1234 }))).toBe('The cloud answers, in 1,234 ms. News arrives at once.');
  expect(words(connection(null, { ms: 2345, live: false }))).toBe(
    'The cloud answers slowly: it took 2.3 s. The line for news is not open just now: news arrives within a minute.',
  );
});

test('UI-111 the devices where the switch is on, off, or not known are named', async () => {
  const words = await said('en');
  expect(words(theSwitch({ on: ['Mac mini'], off: ['Old PC', 'Tablet'], unknown: ['Phone'] }))).toBe(
    'It is on here. On: Mac mini. Off: Old PC and Tablet. Turn it on there, in Settings, Messages, to see the same history. Not known: Phone. Start Lockstep there.',
  );
  expect(words(theSwitch({}))).toBe('It is on here. The account has no other device.');
  expect(words(ALL.find(({ check }) => check === 'lastSync')!)).toBe(
    'This device: just now. Mac mini: 9 days ago. There has been news since: start Lockstep there. Old PC: 90 days ago. Messages in iCloud is off there. Tablet: not yet. The other devices say so only when there was news.',
  );
});

test('UI-110 synchronizing says what the status line says, and what helps', async () => {
  const words = await said('en');
  const paused = { since: 0, nextTryAt: null, cloudTime: null, deviceTime: null };
  const damaged: SyncStatus = {
    ...STATUS,
    phase: 'paused',
    action: 'repair',
    paused: { ...paused, reason: 'damaged' },
  };
  expect(words(of('sync', { status: damaged }))).toBe(
    'Stopped: something in the cloud is damaged Your messages here are safe. Repair fetches again what differs. Last synced just now',
  );
  expect(words(of('sync', { status: STATUS }))).toBe('Up to date Last synced just now');
});

test('UI-110 a clock is said by how much it is off, both times where that is too much', async () => {
  const words = await said('en');
  expect(words(clock(1500))).toBe('It agrees with the cloud’s.');
  expect(words(clock(90_000))).toBe('It is 90 seconds ahead of the cloud’s. That does no harm yet.');
  expect(words(clock(-720_000))).toMatch(
    /^It is 12 minutes behind the cloud’s\. Here it is .*, at the cloud .*\./,
  );
  expect(words(clock(400 * DAY))).toContain('400 days ahead');
});

test('UI-110 above the list: how many problems and how many things to look at, or that all is fine', async () => {
  const t = await speak('en');
  const head = (...results: CheckResult[]) =>
    summary(results.map((result) => of('disk', { freeBytes: 1 }, result)))
      .map(({ key, values }) => t(key, values))
      .join(' ');
  expect(head('ok', 'unknown')).toBe('No problem found.');
  expect(head('problem', 'ok', 'attention', 'attention')).toBe('1 problem. 2 things to look at.');
});

test('UI-112 every act has a button with words of its own', async () => {
  const actions: Record<CheckAction, true> = {
    syncNow: true,
    tryNow: true,
    startCloudHere: true,
    manageStorage: true,
    repair: true,
    signIn: true,
    update: true,
    resume: true,
    continueAnyway: true,
    openSwitch: true,
    showDevices: true,
    clockHelp: true,
    showRecentlyDeleted: true,
    checkDatabase: true,
    showNotices: true,
  };
  for (const language of ['en', 'nl'] as const) {
    const t = await speak(language);
    const labels = Object.keys(actions).map((action) => t(`troubleshooting.act.${action}`));
    expect(labels.filter((label) => label.startsWith('troubleshooting.'))).toEqual([]);
    expect(new Set(labels).size).toBe(labels.length);
  }
});
