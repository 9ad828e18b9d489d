import i18next from 'i18next';
import { beforeAll, expect, test } from 'vitest';
import type { KeepMessages, KeepPreview } from '../../electron/api/types.ts';
import { listNames } from '../app/names.ts';
import { en } from '../i18n/en.ts';
import { nl } from '../i18n/nl.ts';
import { choiceText, KEEP_CHOICES, keepWarning, pendingAt, shortens } from './keep-text.ts';

const AT = Date.UTC(2026, 10, 22, 14, 5);
const DAY = 86_400_000;
const KEEP: KeepMessages = { days: 0, effectiveAt: null, before: 0, scope: 'account' };
const PREVIEW = {
  scope: 'account',
  complete: true,
  messages: 1234,
  attachments: 0,
  before: AT - 30 * DAY,
  effectiveAt: AT,
  devicesOn: ['Laptop', 'Desktop', 'Mac mini'],
  devicesKeeping: [],
  devicesUnknown: [],
  inCloud: true,
} satisfies KeepPreview;

beforeAll(async () => {
  process.env['TZ'] = 'UTC';
  await i18next.init({
    lng: 'en',
    resources: { en: { translation: en }, nl: { translation: nl } },
    interpolation: { escapeValue: false },
  });
});

function said(language: 'en' | 'nl', days: 30 | 365, change: Partial<KeepPreview>): string[] {
  const t = i18next.getFixedT(language);
  const preview = { ...PREVIEW, ...change } as typeof PREVIEW;
  const { title, lines } = keepWarning(days, preview, language, listNames(language));
  return [
    t(title.key, title.values),
    ...lines.map(({ key, values, from }) =>
      t(key, from === undefined ? values : { ...values, from: t(from.key, from.values) }),
    ),
  ];
}

test('UI-121 the choices have their words, and a number of days of a newer app has its own', () => {
  expect(KEEP_CHOICES.map((days) => choiceText(days).key)).toEqual([
    'keep.forever',
    'keep.year',
    'keep.month',
  ]);
  expect(choiceText(7)).toEqual({ key: 'keep.days', values: { count: 7 } });
  expect(i18next.getFixedT('nl')('keep.days', { count: 7 })).toBe('7 dagen');
});

test('UI-122 a shorter choice is asked about, also shorter than what holds until another takes effect', () => {
  expect([365, 30, 0].map((days) => shortens(KEEP, days, AT))).toEqual([true, true, false]);
  expect([365, 30, 0].map((days) => shortens({ ...KEEP, days: 365 }, days, AT))).toEqual([
    false,
    true,
    false,
  ]);
  const pending = { ...KEEP, days: 30, before: 0, effectiveAt: AT + 1 };
  expect([365, 0].map((days) => shortens(pending, days, AT))).toEqual([true, false]);
  expect([365, 0].map((days) => shortens(pending, days, AT + 1))).toEqual([false, false]);
});

test('UI-122 the warning says how many go, from before when, from where and when, and that others keep theirs', () => {
  expect(said('en', 30, {})).toEqual([
    'Keep messages for only 30 days?',
    '1,234 messages from before October 23, 2026 will be deleted from all 3 of your devices where Messages in iCloud is on (Laptop, Desktop, and Mac mini) on November 22, 2026 at 2:05 PM.',
    'They do not go through Recently Deleted and cannot be brought back. Until November 22, 2026 at 2:05 PM you can still change this.',
    'From then on, each message is deleted when it is 30 days old.',
    'The people you wrote with keep theirs.',
  ]);
  expect(said('nl', 365, { messages: 1 })[1]).toBe(
    'Op 22 november 2026 om 14:05 verdwijnt 1 bericht van vóór 23 oktober 2026 van al je 3 apparaten waarop Berichten in iCloud aanstaat (Laptop, Desktop en Mac mini).',
  );
});

test('UI-122 ATT-33 how many attachments go with them is said', () => {
  expect(said('en', 30, { attachments: 56 })[1]).toMatch(/^1,234 messages from before/);
  expect(said('en', 30, { attachments: 56 })[2]).toBe('With them go 56 attachments.');
  expect(said('nl', 30, { attachments: 1 })[2]).toBe('Daarmee verdwijnt 1 bijlage.');
});

test('UI-122 it says what is not known yet, which devices keep theirs, and of one device alone what stays elsewhere', () => {
  const alone = said('en', 30, {
    devicesOn: ['Laptop'],
    devicesKeeping: ['Desktop'],
    devicesUnknown: ['Mac mini'],
    complete: false,
    messages: 0,
  });
  expect(alone[1]).toBe(
    'No message here is from before October 23, 2026, so nothing will be deleted on November 22, 2026 at 2:05 PM.',
  );
  expect(alone.slice(2, 5)).toEqual([
    'Not everything from iCloud is on this device yet, so there may be more.',
    'Kept on Desktop, where Messages in iCloud is off.',
    'Mac mini has not said yet whether Messages in iCloud is on there.',
  ]);
  expect(said('en', 30, { devicesOn: ['Laptop'] })[1]).toContain('from this device and from iCloud');
  const here: Partial<KeepPreview> = { scope: 'device', devicesOn: [], devicesKeeping: ['Desktop'] };
  expect(said('en', 30, here).slice(1, 4)).toEqual([
    '1,234 messages from before October 23, 2026 will be deleted from this device only on November 22, 2026 at 2:05 PM.',
    'What Desktop and iCloud have stays there.',
    'What is only on this device will be gone.',
  ]);
  expect(said('en', 30, { ...here, inCloud: false })[2]).toBe('What Desktop has stays there.');
  expect(said('en', 30, { ...here, devicesKeeping: [] })[2]).toBe('What is in iCloud stays there.');
});

test('UI-123 a shortening that is to come is shown with its time until then, and no longer', () => {
  expect(pendingAt(KEEP, AT)).toBeNull();
  const pending = { ...KEEP, days: 30, before: 365, effectiveAt: AT + 1 };
  expect(pendingAt(pending, AT)).toBe(AT + 1);
  expect(pendingAt(pending, AT + 1)).toBeNull();
});
