/**
 * The part of a conversation that the transcript holds: one unbroken run of messages, oldest first. Pure functions;
 * transcript-store.ts asks the device and applies them.
 *
 * Invariants: no message twice; ordered as the device ordered them; pages join only at an edge they were asked for.
 */
import type { Id, Message, MessageCursor, MessagePage } from '../../electron/api/types.ts';

export type Window = MessagePage;

/**
 * A message that waits in the outbox: its place is not final, so it is never an anchor. One that is to be sent to some again looks the same, and has
 * its place further up.
 */
export const isPending = (message: Message): boolean =>
  message.state === 'waiting' || message.state === 'sending' || message.state === 'failed';

/** Up to where somebody has read who sees this one: to itself, or, while it waits, to what stands before it. */
export function readUpTo(messages: readonly Message[], seen: Message): Message | undefined {
  if (!isPending(seen)) return seen;
  const at = messages.findIndex((message) => message.id === seen.id);
  return messages.slice(0, at + 1).findLast((message) => !isPending(message));
}

export const cursorOf = (message: Message): MessageCursor => ({ at: message.at, id: message.id });

/** A place just before every message of that time. */
export const justBefore = (message: Message): MessageCursor => ({
  at: Math.max(0, message.at - 1),
  id: 'f'.repeat(32),
});

/** Older messages in front of the run. */
export function prepend(window: Window, page: MessagePage): Window {
  const known = new Set(window.messages.map(({ key }) => key));
  const fresh = page.messages.filter(({ key }) => !known.has(key));
  return { messages: [...fresh, ...window.messages], hasOlder: page.hasOlder, hasNewer: window.hasNewer };
}

/** Everything from `index` on gives way to what the device says now. Equal messages keep their identity. */
export function replaceFrom(window: Window, index: number, page: MessagePage): Window {
  const before = new Map(window.messages.map((message) => [message.key, message]));
  const fresh = page.messages.map((message) => {
    const old = before.get(message.key);
    return old !== undefined && sameMessage(old, message) ? old : message;
  });
  const keys = new Set(fresh.map(({ key }) => key));
  const kept = window.messages.slice(0, index).filter(({ key }) => !keys.has(key));
  return { messages: [...kept, ...fresh], hasOlder: window.hasOlder, hasNewer: page.hasNewer };
}

/** A message just sent from here: at the end, or in its place when it is there already and was not accepted meanwhile. */
export function putSent(window: Window, message: Message): Window {
  if (window.hasNewer) return window;
  const index = window.messages.findIndex(({ key }) => key === message.key);
  const there = window.messages[index];
  if (there !== undefined && there.id !== message.id) return window;
  const messages = [...window.messages];
  if (index >= 0) messages[index] = message;
  else messages.push(message);
  return { ...window, messages };
}

/** What to ask again after a change. */
export type RefreshPlan = {
  /** Messages from here on are replaced. */
  from: number;
  /** The last message that stays; null: from the very first message held. */
  anchor: MessageCursor;
  /** How many messages the run holds from there on. */
  held: number;
};

/**
 * The smallest tail that covers what changed. Ids that are not held may be new messages at the end, so the tail
 * behind the last settled message is always asked again. Null: nothing to do here (an empty run is loaded anew).
 */
export function planRefresh(window: Window, ids: readonly Id[] | 'all'): RefreshPlan | null {
  const { messages } = window;
  const changed = ids === 'all' ? null : new Set(ids);
  let from = messages.length;
  for (let i = messages.length - 1; i >= 0; i--) {
    const message = messages[i]!;
    if (changed === null || changed.has(message.id) || isPending(message)) from = i;
  }
  // The anchor must be a settled message.
  while (from > 0 && isPending(messages[from - 1]!)) from--;
  const first = messages[0];
  if (first === undefined) return null;
  const anchor = from > 0 ? cursorOf(messages[from - 1]!) : justBefore(first);
  return { from, anchor, held: messages.length - from };
}

/**
 * Whether something of a change is neither in the run before it nor in the tail that was asked again: it lies further up, in the run or before
 * it. History comes in late, in a first sync or out of Recently Deleted.
 */
export function liesFurtherUp(before: Window, after: Window, ids: readonly Id[] | 'all'): boolean {
  if (ids === 'all') return true;
  const known = new Set([...before.messages, ...after.messages].map((message) => message.id));
  return ids.some((id) => !known.has(id));
}

function sameMessage(a: Message, b: Message): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
