/** The second line of a conversation in the list. Pure. */
import type { AttachmentName, ConversationSummary } from '../../electron/api/types.ts';

export type Preview =
  | { kind: 'draft'; text: string }
  | { kind: 'failed' }
  | { kind: 'unsent'; fromMe: boolean; name: string }
  | { kind: 'mine'; text: string; files: AttachmentName[] }
  | { kind: 'named'; name: string; text: string; files: AttachmentName[] }
  | { kind: 'plain'; text: string; files: AttachmentName[] }
  | { kind: 'none' };

/** A draft comes before everything, unless the conversation is open (then one sees it in the composer). */
export function previewOf(one: ConversationSummary, open: boolean): Preview {
  const draft = oneLine(one.draft);
  if (draft !== '' && !open) return { kind: 'draft', text: draft };
  const last = one.lastMessage;
  if (last === null) return { kind: 'none' };
  if (last.state === 'failed') return { kind: 'failed' };
  // It has no text any more: without words of its own, the line would be empty.
  if (last.unsent) return { kind: 'unsent', fromMe: last.fromMe, name: last.senderName };
  const text = oneLine(last.text);
  const files = last.attachments;
  if (last.fromMe) return { kind: 'mine', text, files };
  if (one.kind === 'group' && last.senderName !== '')
    return { kind: 'named', name: last.senderName, text, files };
  return { kind: 'plain', text, files };
}

/** How many messages are unread in these conversations, of those that are not muted (UI-04): for the window's title. */
export const unreadIn = (
  list: readonly Pick<ConversationSummary, 'unread' | 'mutedUntil'>[],
  now: number,
): number => list.reduce((sum, one) => sum + (isMuted(one, now) ? 0 : one.unread), 0);

export function isMuted(one: Pick<ConversationSummary, 'mutedUntil'>, now: number): boolean {
  return one.mutedUntil !== null && one.mutedUntil > now;
}

function oneLine(text: string): string {
  return text.slice(0, 300).replace(/\s+/gu, ' ').trim();
}
