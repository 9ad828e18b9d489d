/**
 * The new message that is being written: to whom, what, and what became of sending it. Kept while the window lives, so that looking at a
 * conversation meanwhile loses nothing, and so that what could not be sent is still there (SPEC UI-140).
 */
import { create } from 'zustand';
import type { Id } from '../../electron/api/types.ts';
import { api, failureOf } from '../app/api.ts';
import { findConversation, putConversation } from '../app/conversations.ts';
import { isClosed } from '../blocking/closed.ts';

export type Begun = {
  handles: readonly string[];
  /** In To, and no handle yet. */
  typed: string;
  name: string;
  text: string;
  /** In words. */
  error: string | null;
  /** It is being sent. */
  busy: boolean;
  /** The conversation that was begun for these people under this name, when only the message could not be sent. */
  started: { id: Id; to: string } | null;
};

const EMPTY: Begun = {
  ...{ handles: [], typed: '', name: '', text: '', error: null },
  ...{ busy: false, started: null },
};

export const useBegun = create<Begun>(() => EMPTY);
export const changeBegun = (change: Partial<Begun>): void => useBegun.setState(change);
export const forgetBegun = (): void => useBegun.setState(EMPTY);

/** With somebody who is blocked. By name. */
class Closed extends Error {}

/**
 * Begins the conversation and sends the message in it; gives the conversation. What fails is thrown, and all that was written stays. A second try goes
 * on in the conversation that the first one began: people would be in two groups otherwise.
 */
export async function sendBegun(): Promise<Id> {
  const begun = useBegun.getState();
  const { handles, text } = begun;
  const name = handles.length > 1 && begun.name.trim() !== '' ? begun.name.trim() : null;
  const to = JSON.stringify([name, [...handles].sort()]);
  changeBegun({ busy: true, error: null });
  try {
    const before = begun.started?.to === to ? begun.started.id : null;
    const conversation =
      before === null
        ? await api.conversations.start.mutate({ handles: [...handles], name })
        : (findConversation(before) ?? (await api.conversations.get.query({ id: before })));
    const { id } = conversation;
    if (before === null) {
      putConversation(conversation);
      changeBegun({ started: { id, to } });
    }
    if (isClosed(conversation)) throw new Closed(conversation.title);
    if (text.trim() !== '') await api.messages.send.mutate({ conversationId: id, text, replyTo: null });
    const now = useBegun.getState().text;
    forgetBegun();
    // What was written while it was being sent is a message of its own.
    const more = now.startsWith(text) ? now.slice(text.length) : now;
    if (more.trim() !== '') await api.conversations.setDraft.mutate({ id, text: more.trimStart() });
    return id;
  } catch (caught) {
    changeBegun({ busy: false });
    if (caught instanceof Closed) throw { reason: 'blocked', retryAfterMs: null, about: caught.message };
    throw failureOf(caught);
  }
}
