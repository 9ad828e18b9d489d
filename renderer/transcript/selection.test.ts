import i18next from 'i18next';
import { expect, test } from 'vitest';
import type { Message, MessageState } from '../../electron/api/types.ts';
import { en } from '../i18n/en.ts';
import { textOf } from './copy.ts';
import { beginSelection, chooseAll, extend, follow, toggle } from './selection.ts';

const order = ['a', 'b', 'c', 'd', 'e'];
const list = (ids: ReadonlySet<string>): string => [...ids].sort().join('');
function message(id: string, state: MessageState = 'received', sentAt = 1, key = id): Message {
  return {
    id,
    key,
    conversationId: 'x',
    sender: { id: 'bob', handle: 'bob@example.org', name: 'Bob', me: false },
    fromMe: state !== 'received',
    text: `text ${sentAt}`,
    at: 1_700_000_000_000 + sentAt,
    sentAt,
    service: 'lockstep',
    state,
    failure: null,
    missed: [],
    offers: [],
    editedAt: null,
    unsentAt: null,
    reactions: [],
    attachments: [],
    replyTo: null,
  };
}

test('UI-100 a click chooses one more or lets it go; Shift takes all in between, and a later range replaces the one before', () => {
  let selection = toggle(beginSelection('e'), 'b');
  expect(list(selection.ids)).toBe('be');
  selection = extend(selection, 'd', order);
  expect(list(selection.ids)).toBe('bcde');
  selection = extend(selection, 'a', order);
  expect(list(selection.ids)).toBe('abe');
  // From one that was let go, the range lets go.
  selection = extend(toggle(chooseAll(order), 'b'), 'd', order);
  expect(list(selection.ids)).toBe('ae');
  expect(list(extend(chooseAll(['a']), 'c', order).ids)).toBe('ac');
  expect(list(extend(beginSelection('a'), 'nowhere', order).ids)).toBe('a');
});

test('UI-100 what is gone is not chosen any more; what was on its way stays chosen when it is accepted', () => {
  const before = [message('a'), message('out', 'sending', 5), message('b')];
  const after = [message('a'), message('new', 'sent', 5, 'out')];
  const [was, is] = [
    { run: 1, messages: before },
    { run: 1, messages: after },
  ];
  const selection = follow(toggle(chooseAll(['a', 'b']), 'out'), was, is);
  expect([list(selection.ids), selection.anchor]).toEqual(['anew', 'new']);
  // What was never scrolled to is not gone.
  expect(list(follow(chooseAll(['far', 'a']), was, is).ids)).toBe('afar');
  // Nor is what lies in another part of the conversation than is shown now.
  expect(list(follow(chooseAll(['a', 'b']), was, { run: 2, messages: [message('z')] }).ids)).toBe('ab');
});

test('UI-100 Copy gives one message as it is, several each with its sender and time, and nothing unsent', async () => {
  const i18n = i18next.createInstance();
  const resources = { en: { translation: en } };
  const t = await i18n.init({ lng: 'en', resources, interpolation: { escapeValue: false } });
  const one = message('a');
  expect(textOf(t, 'en', [one, { ...message('b'), unsentAt: 3 }])).toBe('text 1');
  const lines = textOf(t, 'en', [one, message('c', 'sent', 2)]).split('\n');
  expect(lines[0]).toMatch(/^\[.*2023.*\] Bob: text 1$/);
  expect(lines[1]).toMatch(/^\[.*\] You: text 2$/);
});
