import { expect, test } from 'vitest';
import type { Message, MessageState } from '../../electron/api/types.ts';
import { firstUnreadOf } from './first-unread.ts';
import {
  liesFurtherUp,
  planRefresh,
  prepend,
  putSent,
  readUpTo,
  replaceFrom,
  type Window,
} from './window.ts';

const id = (n: number): string => n.toString(16).padStart(32, '0');
function message(n: number, state: MessageState = 'received', text = `${n}`): Message {
  return {
    id: id(n),
    key: `key-${n}`,
    conversationId: '1',
    sender: { id: 'bob', handle: 'bob', name: 'Bob', me: false },
    fromMe: state !== 'received',
    text,
    at: n * 10,
    sentAt: n * 10,
    service: 'lockstep',
    state,
    failure: null,
    missed: [],
    offers: [],
    editedAt: null,
    unsentAt: null,
    reactions: [],
    replyTo: null,
    attachments: [],
  };
}
const run = (...messages: Message[]): Window => ({ messages, hasOlder: true, hasNewer: false });
const ids = (window: Window): string[] => window.messages.map((one) => one.id);

test('UI-28 older messages come in front, none twice', () => {
  const window = prepend(run(message(3), message(4)), {
    messages: [message(1), message(2), message(3)],
    hasOlder: false,
    hasNewer: true,
  });
  expect(ids(window)).toEqual([1, 2, 3, 4].map(id));
  expect(window).toMatchObject({ hasOlder: false, hasNewer: false });
});

test('UI-28 a change asks again for the smallest tail that covers it', () => {
  const window = run(message(1), message(2), message(3), message(4));
  expect(planRefresh(window, [id(9)])).toEqual({ from: 4, anchor: { at: 40, id: id(4) }, held: 0 });
  expect(planRefresh(window, [id(3)])).toEqual({ from: 2, anchor: { at: 20, id: id(2) }, held: 2 });
  expect(planRefresh(window, 'all')).toEqual({ from: 0, anchor: { at: 9, id: 'f'.repeat(32) }, held: 4 });
  expect(planRefresh(run(), 'all')).toBeNull();
});

test('UI-94 what is neither held nor in the new tail lies further up', () => {
  const before = run(message(3), message(4));
  const after = run(message(3), message(4), message(5));
  expect(liesFurtherUp(before, after, [id(5), id(4)])).toBe(false);
  expect(liesFurtherUp(before, run(message(3)), [id(4)])).toBe(false);
  expect(liesFurtherUp(before, after, [id(5), id(1)])).toBe(true);
  expect(liesFurtherUp(before, after, 'all')).toBe(true);
});

test('UI-28 what waits in the outbox is never an anchor: its place is not final', () => {
  const window = run(message(1), message(2, 'waiting'), message(3, 'sending'));
  expect(planRefresh(window, [id(9)])).toMatchObject({ from: 1, anchor: { id: id(1) } });
});

test('UI-28 a tail replaced: accepted messages change their id and place, equal ones keep their identity', () => {
  const kept = message(2);
  const before = run(message(1), kept, message(3, 'sending'));
  const after = replaceFrom(before, 1, {
    messages: [message(2), message(5, 'sent')],
    hasOlder: true,
    hasNewer: false,
  });
  expect(ids(after)).toEqual([1, 2, 5].map(id));
  expect(after.messages[1]).toBe(kept);
});

test('UI-28 UI-145 a sent message appears once, and not in the middle of old history', () => {
  const window = run(message(1));
  // Accepted, and asked for, before it was answered: it is there under its other id.
  const accepted: Window = {
    ...window,
    messages: [...window.messages, { ...message(3, 'sent'), key: 'key-2' }],
  };
  expect(putSent(accepted, message(2, 'sending'))).toBe(accepted);
  const once = putSent(window, message(2, 'waiting'));
  expect(ids(putSent(once, message(2, 'sending')))).toEqual([1, 2].map(id));
  const old = { ...window, hasNewer: true };
  expect(putSent(old, message(2, 'waiting'))).toBe(old);
});

test('UI-23 the first unread message is the one with that many received ones from it on', () => {
  const messages = [message(1), message(2), message(3, 'sent'), message(4)];
  expect(firstUnreadOf(messages, 0)).toBeNull();
  expect(firstUnreadOf(messages, 2)).toBe(id(2));
  expect(firstUnreadOf(messages, 9)).toBeNull();
});

test('OUT-32 whoever sees one that is to be sent to some again has read what stands before it, and nothing behind', () => {
  const before = message(1);
  const again = message(2, 'waiting');
  const after = message(3);
  const waits = message(4, 'waiting');
  const all = [before, again, after, waits];
  expect(all.map((seen) => readUpTo(all, seen)?.id)).toEqual([id(1), id(1), id(3), id(3)]);
  expect(readUpTo([again], again)).toBeUndefined();
  // A refresh begins at it, and is anchored at what is settled.
  expect(planRefresh(run(...all), [])).toMatchObject({ from: 1, anchor: { id: id(1) }, held: 3 });
});
