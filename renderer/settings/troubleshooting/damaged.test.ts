import i18next from 'i18next';
import { expect, test } from 'vitest';
import type { DamagedDatabase } from '../../../electron/api/troubleshooting-types.ts';
import type { SessionState } from '../../../electron/api/types.ts';
import { en } from '../../i18n/en.ts';
import { nl } from '../../i18n/nl.ts';
import { noticeText } from '../../notices/text.ts';
import { damagedTexts } from './damaged-text.ts';

const T = Date.UTC(2026, 10, 26, 12);
const DAY = 86_400_000;

async function speak(language: 'en' | 'nl') {
  const instance = i18next.createInstance();
  await instance.init({
    lng: language,
    resources: { en: { translation: en }, nl: { translation: nl } },
    interpolation: { escapeValue: false },
  });
  return instance.t;
}

const one = (change: Partial<DamagedDatabase> = {}): DamagedDatabase => ({
  name: 'damaged-2026-11-26T12-00-00-000Z-abcd',
  at: T,
  log: false,
  files: { folder: '/profile/damaged', bytes: 1_000_000 },
  back: { messages: 90, conversations: 2, attachments: 0, unsent: 1, unsentLost: 0, rebuilt: 14 },
  before: { messages: 90, at: T - DAY },
  lost: { messages: 0, from: null, to: null, conversations: [] },
  cloud: null,
  deletesUncertain: false,
  device: 'database',
  ...change,
});

async function said(language: 'en' | 'nl') {
  const t = await speak(language);
  return (damaged: DamagedDatabase): string =>
    damagedTexts(damaged, { language, counted: (key, count) => t(`damaged.${key}`, { count }) })
      .map(({ key, values }) => t(key, values))
      .join(' ');
}

test('UI-132 what came back, what waits, what was made again, and that nothing is known to be missing', async () => {
  const words = await said('en');
  expect(words(one())).toBe(
    'Came back: 90 messages, 2 conversations, no attachments. 1 message that waited to be sent is still waiting. 14 messages could only be read from the copy that the window uses. Their texts are whole. No message is known to be missing.',
  );
});

test('UI-132 what was lost is named by number, days and conversations; what nobody can name by the last count', async () => {
  const words = await said('en');
  const lost = {
    messages: 7,
    from: T - 9 * DAY,
    to: T - 2 * DAY,
    conversations: [{ id: 'c', title: 'Bob', messages: 7, from: T - 9 * DAY, to: T - 2 * DAY }],
  };
  const text = words(one({ lost, before: { messages: 120, at: T - DAY }, deletesUncertain: true }));
  for (const part of [
    '7 messages could not be read. From between November 17, 2026 and November 24, 2026. Bob: 7 messages',
    'there were 120 messages.',
    'Messages in iCloud is off on this device',
    'Not every delete could be read',
  ])
    expect(text).toContain(part);
  expect(text).not.toContain('known to be missing');
  expect(words(one({ lost, cloud: 'coming' }))).toContain('What iCloud has is still coming.');
  expect(words(one({ cloud: 'done' }))).toContain('Everything that iCloud has is here.');
  expect(words(one({ log: true }))).toContain('may be missing here');
});

test('UI-132 every way it can stand has words in every language', async () => {
  for (const language of ['en', 'nl'] as const) {
    const words = await said(language);
    const lost = { messages: 1, from: T, to: T, conversations: [] };
    for (const change of [
      { device: 'keepsake' },
      { device: 'none' },
      { lost },
      { back: null },
      { back: { messages: 1, conversations: 1, attachments: 1, unsent: 2, unsentLost: 1, rebuilt: 1 } },
      {
        lost: { ...lost, conversations: Array(8).fill({ id: 'c', title: 'x', messages: 1, from: T, to: T }) },
      },
    ] satisfies Partial<DamagedDatabase>[])
      expect(words(one(change))).not.toMatch(/damaged\.|\{\{/);
  }
});

test('UI-131 the notice says how many were read, and what becomes of the rest', async () => {
  const t = await speak('en');
  const notice = (why: string, messages: number) => {
    const { key, values } = noticeText(
      { id: 'n', at: T, code: 'databaseRecovered', detail: { why, messages } },
      's',
    );
    return t(key, values);
  };
  expect(notice('on', 3)).toContain('3 messages were read from it; what is missing comes from iCloud');
  expect(notice('part', 1)).toContain('1 message was read from it; others could not be');
  expect(new Set(['on', 'all', 'part', 'alone'].map((why) => notice(why, 3))).size).toBe(4);
});

test('UI-130 UI-133 what is going on, and why it cannot be opened, has words in every language', async () => {
  type Locked = Extract<SessionState, { kind: 'locked' }>['reason'];
  const reasons: Record<Locked, true> = {
    keyUnreadable: true,
    passphrase: true,
    fromTheFuture: true,
    damaged: true,
    diskFull: true,
    noAccess: true,
    busy: true,
  };
  for (const language of ['en', 'nl'] as const) {
    const t = await speak(language);
    const texts = [
      ...Object.keys(reasons).map((reason) => t(`closed.${reason}`)),
      t('recovering.lookingNow'),
      t('recovering.savingNow'),
      t('recovering.reading', { count: 3 }),
    ];
    expect(new Set(texts).size).toBe(texts.length);
    expect(texts.filter((text) => /^(closed|recovering)\./.test(text))).toEqual([]);
  }
});
