/**
 * The draft of a conversation: typed here, kept on the device a moment later, and taken over from another device when
 * nobody has typed here meanwhile.
 */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { ConversationSummary } from '../../electron/api/types.ts';
import { api, saveDraftAtTheEnd } from '../app/api.ts';
import { tooLongBy } from './length.ts';
import { keepLongText, longTextIn } from './unsaved.ts';

const PAUSE_MS = 400;

export function useDraft(conversation: Pick<ConversationSummary, 'id' | 'draft'>) {
  const { id } = conversation;
  const [text, setShown] = useState(() => longTextIn(id) ?? conversation.draft);
  const state = useRef({ text, saved: conversation.draft });
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);

  const saveNow = useCallback((): void => {
    if (timer.current !== null) clearTimeout(timer.current);
    timer.current = null;
    const { text: now, saved } = state.current;
    const tooLong = tooLongBy(now) > 0;
    keepLongText(id, tooLong ? now : null);
    if (now === saved || tooLong) return;
    state.current.saved = now;
    api.conversations.setDraft.mutate({ id, text: now }).catch(() => {
      // Still on screen; the next pause in typing saves it again.
      if (state.current.saved === now) state.current.saved = saved;
    });
  }, [id]);

  const setText = useCallback(
    (next: string): void => {
      state.current.text = next;
      setShown(next);
      if (timer.current !== null) clearTimeout(timer.current);
      timer.current = setTimeout(saveNow, PAUSE_MS);
    },
    [saveNow],
  );

  // What another device wrote, if this one has nothing unsaved.
  useEffect(() => {
    const { text: now, saved } = state.current;
    if (now !== saved || conversation.draft === saved || timer.current !== null) return;
    state.current = { text: conversation.draft, saved: conversation.draft };
    setShown(conversation.draft);
  }, [conversation.draft]);

  useEffect(() => {
    const atTheEnd = (): void => {
      const { text: now, saved } = state.current;
      if (now !== saved && tooLongBy(now) === 0) saveDraftAtTheEnd(id, now);
    };
    window.addEventListener('pagehide', atTheEnd);
    return () => {
      window.removeEventListener('pagehide', atTheEnd);
      saveNow();
    };
  }, [id, saveNow]);

  const clear = useCallback((): void => {
    state.current.text = '';
    setShown('');
    saveNow();
  }, [saveNow]);
  const restore = useCallback(
    (what: string): void => {
      // Something new was typed meanwhile: keep both.
      setText(state.current.text === '' ? what : `${what}\n${state.current.text}`);
    },
    [setText],
  );
  return { text, setText, saveNow, clear, restore };
}
