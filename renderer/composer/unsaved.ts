/**
 * What is written in a conversation and is no draft that the device keeps: an edit that is not saved, which message is being answered, and a text that
 * is too long to be kept. They stay while the window lives, so that going to another conversation and back loses nothing (SPEC UI-140).
 */
import type { Id, Message } from '../../electron/api/types.ts';

export type Edit = { message: Message; text: string };

/** By conversation, then by message; the one that was written last comes last. */
const edits = new Map<Id, Map<Id, Edit>>();
const replies = new Map<Id, Message>();
const longTexts = new Map<Id, string>();

/** The one that was written last. */
export const editIn = (conversation: Id): Edit | null =>
  [...(edits.get(conversation)?.values() ?? [])].at(-1) ?? null;
export const editOf = (conversation: Id, message: Id): Edit | null =>
  edits.get(conversation)?.get(message) ?? null;
export function keepEdit(conversation: Id, edit: Edit): void {
  const those = edits.get(conversation) ?? new Map<Id, Edit>();
  those.delete(edit.message.id);
  edits.set(conversation, those.set(edit.message.id, edit));
}
/** It was saved, or given up. */
export function dropEdit(conversation: Id, message: Id): void {
  edits.get(conversation)?.delete(message);
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
