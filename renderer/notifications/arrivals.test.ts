import i18next from 'i18next';
import { beforeAll, expect, test } from 'vitest';
import type { ConversationSummary, MessagePreview } from '../../electron/api/types.ts';
import { en } from '../i18n/en.ts';
import { aConversation, aPreview } from '../sidebar/conversation.testkit.ts';
import { isNews, look, NEWS_MS, type Seen } from './arrivals.ts';
import { textOf, textOfSeveral } from './text.ts';

const NOW = 1_800_000_000_000;
const message = (more: Partial<MessagePreview> = {}): MessagePreview =>
  aPreview({ text: 'Are you\nthere?', at: NOW - 1000, ...more });
const conversation = (more: Partial<ConversationSummary> = {}): ConversationSummary =>
  aConversation({ unread: 1, lastMessage: message(), activityAt: NOW - 1000, ...more });

const EMPTY: Seen = new Map();
const arrivedIn = (list: ConversationSummary[], seen: Seen | null) =>
  look(list, seen, NOW).arrived.map(({ id }) => id);

test('UI-150 what came since the last look is new, once', () => {
  const first = look([], null, NOW);
  const one = conversation();
  const second = look([one], first.seen, NOW);
  expect(second.arrived).toEqual([one]);
  expect(arrivedIn([one], second.seen)).toEqual([]);
  // Read, marked unread, renamed: nothing has come.
  expect(arrivedIn([conversation({ title: 'Robert', markedUnread: true })], second.seen)).toEqual([]);
  expect(arrivedIn([conversation({ lastMessage: message({ at: NOW }), unread: 2 })], second.seen)).toEqual([
    'a',
  ]);
});

test('UI-150 of what is muted, read or one’s own, nothing is told', () => {
  expect(arrivedIn([conversation({ mutedUntil: NOW + 1 })], EMPTY)).toEqual([]);
  expect(arrivedIn([conversation({ mutedUntil: NOW })], EMPTY)).toEqual(['a']);
  expect(arrivedIn([conversation({ unread: 0 })], EMPTY)).toEqual([]);
  expect(arrivedIn([conversation({ lastMessage: message({ fromMe: true }) })], EMPTY)).toEqual([]);
  expect(arrivedIn([conversation({ lastMessage: null })], EMPTY)).toEqual([]);
});

test('UI-151 what is there at the first look, or was accepted more than a day ago, is history', () => {
  expect(arrivedIn([conversation()], null)).toEqual([]);
  expect(arrivedIn([conversation({ lastMessage: message({ at: NOW - NEWS_MS }) })], EMPTY)).toEqual([]);
  expect(arrivedIn([conversation({ lastMessage: message({ at: NOW - NEWS_MS + 1 }) })], EMPTY)).toEqual([
    'a',
  ]);
});

test('UI-151 where the newest message is deleted, the one before it is not new again', () => {
  const { seen } = look([conversation()], null, NOW);
  const earlier = conversation({ lastMessage: message({ at: NOW - 9000, text: 'Earlier' }) });
  const after = look([earlier], seen, NOW);
  expect(after.arrived).toEqual([]);
  expect(look([conversation()], after.seen, NOW).arrived).toEqual([]);
  // Its conversation was gone for a while.
  expect(look([earlier], look([], after.seen, NOW).seen, NOW).arrived).toEqual([]);
});

test('UI-150 a message that was unsent is nothing to tell of, and no notification is empty', () => {
  const unsent = conversation({ lastMessage: message({ text: '', unsent: true }) });
  expect(arrivedIn([unsent], EMPTY)).toEqual([]);
  expect(isNews(conversation(), NOW)).toBe(true);
  expect(isNews(unsent, NOW)).toBe(false);
  expect(textOf(i18next.t, unsent, 'text')).toEqual({ title: 'Bob', body: 'Bob unsent a message.' });
});

beforeAll(() =>
  i18next.init({
    lng: 'en',
    resources: { en: { translation: en } },
    interpolation: { escapeValue: false },
  }),
);

test('UI-153 a notification says as much as was chosen', () => {
  const { t } = i18next;
  const one = conversation();
  expect(textOf(t, one, 'text')).toEqual({ title: 'Bob', body: 'Are you there?' });
  expect(textOf(t, one, 'name')).toEqual({ title: 'Bob', body: 'New message' });
  expect(textOf(t, one, 'hidden')).toEqual({ title: 'Lockstep', body: 'New message' });
  const several = conversation({ unread: 12 });
  expect(textOf(t, several, 'text').title).toBe('Bob (12)');
  expect(textOf(t, several, 'name')).toEqual({ title: 'Bob', body: '12 new messages' });
  expect(textOf(t, several, 'hidden')).toEqual({ title: 'Lockstep', body: '12 new messages' });
});

test('UI-153 in a group it says who wrote, of files what they are, and nothing of a draft', () => {
  const { t } = i18next;
  const group = conversation({ kind: 'group', title: 'Family', draft: 'And I bring' });
  expect(textOf(t, group, 'text')).toEqual({ title: 'Family', body: 'Bob: Are you there?' });
  const picture = message({ text: '', attachments: [{ name: 'a.jpg', mediaType: 'image/jpeg' }] });
  expect(textOf(t, conversation({ lastMessage: picture }), 'text').body).not.toBe('');
  expect(textOfSeveral(t, [group, conversation({ unread: 3 }), group, group])).toEqual({
    title: 'Lockstep',
    body: '6 new messages in 4 conversations',
  });
});
