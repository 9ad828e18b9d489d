import { expect, test } from 'vitest';
import type { Message } from '../../electron/api/types.ts';
import { type MessageRow, rowsOf, statesShown } from './rows.ts';

const NOON = new Date(2026, 4, 4, 12, 0).getTime();
const SECOND = 1000;
let made = 0;
function message(from: 'me' | 'bob', after: number, more: Partial<Message> = {}): Message {
  made++;
  return {
    id: made.toString(16).padStart(32, '0'),
    key: `key-${made}`,
    conversationId: '1',
    sender: { id: from, handle: from, name: from, me: from === 'me' },
    fromMe: from === 'me',
    text: 'Hello',
    at: NOON + after * SECOND,
    sentAt: NOON,
    service: 'lockstep',
    state: from === 'me' ? 'sent' : 'received',
    failure: null,
    missed: [],
    offers: [],
    editedAt: null,
    unsentAt: null,
    reactions: [],
    replyTo: null,
    attachments: [],
    ...more,
  };
}
const plain = { group: false, firstUnread: null };
const bubbles = (messages: Message[], options: Parameters<typeof rowsOf>[1] = plain): MessageRow[] =>
  rowsOf(messages, options).filter((row) => row.kind === 'message');

test('UI-20 messages of one sender within a minute are one group; the tail is on its last', () => {
  const rows = bubbles([message('bob', 0), message('bob', 60), message('bob', 121), message('me', 125)]);
  expect(rows.map((row) => [row.first, row.last])).toEqual([
    [true, false],
    [false, true],
    [true, true],
    [true, true],
  ]);
});

test('UI-21 a line says the day at each new day, and the time after more than an hour', () => {
  const kinds = rowsOf(
    [message('bob', 0), message('bob', 3600), message('bob', 7201), message('bob', 90_000)],
    plain,
  );
  expect(kinds.map((row) => (row.kind === 'line' ? (row.day ? 'day' : 'time') : row.kind))).toEqual([
    'day',
    'message',
    'message',
    'time',
    'message',
    'day',
    'message',
  ]);
});

test('UI-22 names stand in groups only, above the first bubble of others', () => {
  const messages = [message('bob', 0), message('bob', 5), message('me', 9)];
  expect(bubbles(messages).some((row) => row.showName)).toBe(false);
  expect(bubbles(messages, { group: true, firstUnread: null }).map((row) => row.showName)).toEqual([
    true,
    false,
    false,
  ]);
});

test('UI-23 the mark above the first unread message counts those of others', () => {
  const messages = [message('bob', 0), message('bob', 5), message('me', 9), message('bob', 12)];
  const rows = rowsOf(messages, { group: false, firstUnread: messages[1]!.id });
  expect(rows[2]).toEqual({ kind: 'unread', key: 'unread', count: 2 });
});

test('UI-24 delivered and read stand under the newest they are true of; every failed message says so', () => {
  const messages = [
    message('me', 0, { state: 'read' }),
    message('me', 1, { state: 'read' }),
    message('me', 2, { state: 'failed' }),
    message('me', 3, { state: 'delivered' }),
    message('me', 4, { state: 'delivered' }),
    message('bob', 5),
    message('me', 6, { state: 'sending' }),
    message('me', 7, { state: 'sending' }),
  ];
  const shown = statesShown(messages);
  expect(messages.map((one) => shown.has(one.id))).toEqual([
    false,
    true,
    true,
    false,
    true,
    false,
    false,
    true,
  ]);
});

test('UI-145 a row is known by its message, whatever its id is, and two are never taken for one', () => {
  const sending = message('me', 0, { state: 'sending' });
  const keyOf = (list: Message[]) =>
    rowsOf(list, { group: false, firstUnread: null }).flatMap((row) =>
      row.kind === 'message' ? row.key : [],
    );
  const accepted = { ...sending, id: 'f'.repeat(32), state: 'sent' as const };
  expect(keyOf([accepted])).toEqual(keyOf([sending]));
  expect(keyOf([sending, accepted])).toEqual([sending.key, accepted.id]);
});
