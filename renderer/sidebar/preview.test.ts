import { expect, test } from 'vitest';
import { sortConversations } from '../app/order.ts';
import { aPreview, aConversation as conversation } from './conversation.testkit.ts';
import { markedParts } from './marked.ts';
import { isMuted, previewOf, unreadIn } from './preview.ts';

const last = aPreview();

test('UI-03 pinned conversations come first, then the newest', () => {
  const list = [
    conversation({ id: 'old', activityAt: 1 }),
    conversation({ id: 'new', activityAt: 9 }),
    conversation({ id: 'pinned', activityAt: 0, pinned: true }),
  ];
  expect(sortConversations(list).map((one) => one.id)).toEqual(['pinned', 'new', 'old']);
});

test('UI-04 the second line: a draft first, then what failed, then the newest message on one line', () => {
  expect(previewOf(conversation({ draft: ' a\nb ' }), false)).toEqual({ kind: 'draft', text: 'a b' });
  expect(previewOf(conversation({ draft: 'a' }), true)).toEqual({
    kind: 'plain',
    text: 'Hello there',
    files: [],
  });
  expect(
    previewOf(conversation({ lastMessage: { ...last, fromMe: true, state: 'failed' } }), false).kind,
  ).toBe('failed');
  expect(previewOf(conversation({ lastMessage: { ...last, fromMe: true } }), false).kind).toBe('mine');
  expect(previewOf(conversation({ kind: 'group' }), false)).toEqual({
    kind: 'named',
    name: 'Bob',
    text: 'Hello there',
    files: [],
  });
  expect(previewOf(conversation({ lastMessage: null }), false).kind).toBe('none');
});

test('UI-04 of a newest message that was unsent, the second line says that it was, and by whom', () => {
  const unsent = { ...last, text: '', unsent: true };
  expect(previewOf(conversation({ lastMessage: unsent }), false)).toEqual({
    kind: 'unsent',
    fromMe: false,
    name: 'Bob',
  });
  expect(previewOf(conversation({ lastMessage: { ...unsent, fromMe: true } }), false)).toMatchObject({
    kind: 'unsent',
    fromMe: true,
  });
  expect(previewOf(conversation({ lastMessage: unsent, draft: 'a' }), false).kind).toBe('draft');
});

test('UI-04 what is muted does not count in the window’s title, until its time', () => {
  const list = [
    { unread: 2, mutedUntil: null },
    { unread: 30, mutedUntil: 6 },
  ];
  expect([unreadIn(list, 5), unreadIn(list, 6)]).toEqual([2, 32]);
});

test('UI-04 muted lasts until its time', () => {
  expect(isMuted({ mutedUntil: null }, 5)).toBe(false);
  expect(isMuted({ mutedUntil: 6 }, 5)).toBe(true);
  expect(isMuted({ mutedUntil: 5 }, 5)).toBe(false);
});

test('UI-05 what was searched for is marked, whatever ranges come', () => {
  expect(markedParts('abcdef', [[1, 3]]).map((part) => [part.text, part.marked])).toEqual([
    ['a', false],
    ['bc', true],
    ['def', false],
  ]);
  for (const ranges of [
    [
      [2, 4],
      [0, 3],
    ],
    [[5, 99]],
    [[3, 3]],
    [[9, 12]],
  ] as [number, number][][])
    expect(
      markedParts('abcdef', ranges)
        .map((part) => part.text)
        .join(''),
    ).toBe('abcdef');
});
