/**
 * Tells the device how far one has read: up to the newest message that was on screen while the window had the focus.
 * It only ever goes forward.
 */
import { useEffect, useMemo, useRef } from 'react';
import type { ConversationSummary, Message } from '../../electron/api/types.ts';
import { api } from '../app/api.ts';
import { cursorOf, readUpTo } from './window.ts';

const PAUSE_MS = 150;

export function useReading(conversation: ConversationSummary, messages: readonly Message[]) {
  const latest = useRef({ conversation, messages });
  latest.current = { conversation, messages };
  const state = useRef<{ seen: Message | null; told: number; timer: ReturnType<typeof setTimeout> | null }>({
    seen: null,
    told: 0,
    timer: null,
  });

  const reading = useMemo(() => {
    const tell = (): void => {
      state.current.timer = null;
      const { seen, told } = state.current;
      const { conversation: one } = latest.current;
      if (seen === null || one.unread === 0 || document.visibilityState !== 'visible' || !document.hasFocus())
        return;
      if (seen.at <= told) return;
      state.current.told = seen.at;
      api.conversations.markRead.mutate({ id: one.id, upTo: cursorOf(seen) }).catch(() => {
        // Not told: the next look tells it again.
        state.current.told = told;
      });
    };
    const soon = (): void => {
      state.current.timer ??= setTimeout(tell, PAUSE_MS);
    };
    return {
      soon,
      seen: (message: Message): void => {
        const upTo = readUpTo(latest.current.messages, message);
        if (upTo === undefined) return;
        if (state.current.seen === null || upTo.at >= state.current.seen.at) state.current.seen = upTo;
        soon();
      },
    };
  }, []);

  // Coming back to the window, or hearing of new unread ones, is a reason to look again.
  useEffect(() => {
    window.addEventListener('focus', reading.soon);
    document.addEventListener('visibilitychange', reading.soon);
    return () => {
      window.removeEventListener('focus', reading.soon);
      document.removeEventListener('visibilitychange', reading.soon);
      if (state.current.timer !== null) clearTimeout(state.current.timer);
      state.current.timer = null;
    };
  }, [reading]);
  useEffect(() => {
    if (conversation.unread > 0) reading.soon();
  }, [conversation.unread, reading]);
  return reading;
}
