/** What somebody wrote since this window last looked at the list (SPEC UI-150, UI-151). Pure. */
import type { ConversationSummary, Id, Milliseconds } from '../../electron/api/types.ts';
import { isMuted } from '../sidebar/preview.ts';

/** By conversation: when the newest message that was ever seen in it was accepted. */
export type Seen = ReadonlyMap<Id, Milliseconds>;

/** What came later than this after it was accepted is history: who was away for so long looks at the list. */
export const NEWS_MS = 24 * 3_600_000;

/**
 * `arrived`: what of `list` has a newest message of somebody else's that is later than all that was seen, unread, of a conversation that is not muted.
 * `seen` null: the first look, at which nothing is new. A newest message that is deleted makes no earlier one new again.
 */
export function look(
  list: readonly ConversationSummary[],
  seen: Seen | null,
  now: Milliseconds,
): { arrived: ConversationSummary[]; seen: Seen } {
  const next = new Map(seen);
  const arrived: ConversationSummary[] = [];
  for (const one of list) {
    const { lastMessage } = one;
    if (lastMessage === null) continue;
    const before = seen?.get(one.id) ?? 0;
    if (lastMessage.at <= before) continue;
    next.set(one.id, lastMessage.at);
    if (seen !== null && !lastMessage.fromMe && now - lastMessage.at < NEWS_MS && isNews(one, now))
      arrived.push(one);
  }
  return { arrived, seen: next };
}

/** Whether there is anything left to tell of it. That somebody took something back is nothing to call anybody for. */
export const isNews = (one: ConversationSummary, now: Milliseconds): boolean =>
  one.unread > 0 && one.lastMessage?.unsent !== true && !isMuted(one, now);
