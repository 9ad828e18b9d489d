/**
 * What is written in a conversation and is no draft that the device keeps: an edit that is not saved, which message is being answered, and a text that
 * is too long to be kept. They stay while the window lives, so that going to another conversation and back loses nothing (SPEC UI-140).
 */
import type { Id, Message } from '../../electron/api/types.ts';

export type Edit = { message: Message; text: string };

const edits = new Map<Id, Edit>();
const replies = new Map<Id, Message>();
const longTexts = new Map<Id, string>();

export const editIn = (conversation: Id): Edit | null => edits.get(conversation) ?? null;
/** null: it was saved, or given up. */
export function keepEdit(conversation: Id, edit: Edit | null): void {
  if (edit === null) edits.delete(conversation);
  else edits.set(conversation, edit);
}

export const replyIn = (conversation: Id): Message | null => replies.get(conversation) ?? null;
/** null: it was sent, or given up. */
export function keepReply(conversation: Id, message: Message | null): void {
  if (message === null) replies.delete(conversation);
  else replies.set(conversation, message);
}

export const longTextIn = (conversation: Id): string | null => longTexts.get(conversation) ?? null;
/** null: what stands there now is short enough for the device. */
export function keepLongText(conversation: Id, text: string | null): void {
  if (text === null) longTexts.delete(conversation);
  else longTexts.set(conversation, text);
}

/** Another account, or none. */
export function forgetUnsaved(): void {
  edits.clear();
  replies.clear();
  longTexts.clear();
}
