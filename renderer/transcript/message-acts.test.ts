import { expect, test } from 'vitest';
import type { Message } from '../../electron/api/types.ts';
import { messageActs, myReaction } from './message-acts.ts';

const me = { id: 'me', handle: 'me', name: 'Me', me: true };
const own: Message = {
  id: 'a',
  key: 'a',
  conversationId: 'c',
  sender: me,
  fromMe: true,
  text: 'Hello',
  at: 0,
  sentAt: 0,
  service: 'lockstep',
  state: 'sent',
  failure: null,
  missed: [],
  offers: [],
  editedAt: null,
  unsentAt: null,
  reactions: [],
  replyTo: null,
  attachments: [],
};
const MINUTE = 60_000;

test('UI-29 own messages can be unsent for 2 minutes and edited for 15', () => {
  expect(messageActs(own, MINUTE)).toEqual(['react', 'reply', 'copy', 'edit', 'unsend', 'select', 'delete']);
  expect(messageActs(own, 3 * MINUTE)).not.toContain('unsend');
  expect(messageActs(own, 16 * MINUTE)).toEqual(['react', 'reply', 'copy', 'select', 'delete']);
});

test('UI-29 others’ messages, text messages, unsent and undelivered ones offer what makes sense', () => {
  const theirs: Message = { ...own, fromMe: false, state: 'received' };
  expect(messageActs(theirs, 0)).toEqual(['react', 'reply', 'copy', 'select', 'delete']);
  expect(messageActs({ ...own, service: 'sms' }, 0)).not.toContain('edit');
  expect(messageActs({ ...own, unsentAt: 1 }, 0)).toEqual(['select', 'delete']);
  const failed: Message = { ...own, state: 'failed', offers: ['tryAgain', 'discard'] };
  expect(messageActs(failed, 0)).toEqual(['retry', 'copy', 'select', 'delete']);
  expect(messageActs({ ...own, state: 'waiting' }, 0)).toEqual(['copy', 'select', 'delete']);
  expect(messageActs({ ...own, state: 'sending' }, 0)).toEqual(['copy', 'select', 'delete']);
});

test('OUT-37 one that some have got is tried again where that can be done, and is answered, edited and unsent like any other', () => {
  const carol = { id: 'carol', handle: 'carol', name: 'Carol', me: false };
  const missed: Message = { ...own, state: 'failed', missed: [carol], offers: ['tryAgain'] };
  expect(messageActs(missed, 0)).toEqual([
    'retry',
    ...['react', 'reply', 'copy', 'edit', 'unsend', 'select', 'delete'],
  ]);
  expect(messageActs({ ...missed, offers: [] }, 0)).not.toContain('retry');
});

test('UI-29 the own reaction is known, so that it can be taken back', () => {
  expect(myReaction(own)).toBeNull();
  expect(myReaction({ ...own, reactions: [{ emoji: '❤️', people: [me] }] })).toBe('❤️');
});

test('UI-161 to somebody who is blocked one says nothing any more, and may take something back', () => {
  expect(messageActs(own, MINUTE, true)).toEqual(['copy', 'unsend', 'select', 'delete']);
  expect(messageActs({ ...own, fromMe: false, state: 'received' }, 0, true)).toEqual([
    'copy',
    'select',
    'delete',
  ]);
});
