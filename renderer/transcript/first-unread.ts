import type { Id, Message } from '../../electron/api/types.ts';

/** The id of the first unread message, when it lies in this run: unread ones are the last `unread` received. */
export function firstUnreadOf(messages: readonly Message[], unread: number): Id | null {
  let left = unread;
  if (left === 0) return null;
  for (let i = messages.length - 1; i >= 0; i--) {
    const message = messages[i]!;
    if (message.fromMe) continue;
    left--;
    if (left === 0) return message.id;
  }
  return null;
}
