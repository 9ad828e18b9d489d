/**
 * The selection of one open conversation and its keys: Escape ends it, ⌘A or Ctrl+A takes all of the conversation, Delete asks. They work
 * wherever the focus is, but in a dialog, a menu or a field that takes text.
 */
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Id, Message } from '../../electron/api/types.ts';
import { api, failureOf } from '../app/api.ts';
import { isCommand, takesText } from '../app/keys.ts';
import { view } from '../app/state.ts';
import { failureText } from '../ui/failure.ts';
import {
  chooseAll as allOf,
  beginSelection,
  extend,
  follow,
  type Run,
  type Selection,
  toggle,
} from './selection.ts';

/** What one delete takes, as the device says. */
export const MOST = 10_000;

export type Selecting = {
  selection: Selection | null;
  begin: (id: Id) => void;
  /** `range`: from what was clicked last. */
  choose: (id: Id, range: boolean) => void;
  chooseAll: () => void;
  remove: () => void;
  end: () => void;
};

/** `run`: of which part of the conversation the messages are (transcript-store.ts). */
export function useSelection(conversationId: Id, messages: readonly Message[], run: number): Selecting {
  const { t } = useTranslation();
  const [selection, setSelection] = useState<Selection | null>(null);
  const on = selection !== null;

  const before = useRef<Run>({ run, messages });
  useEffect(() => {
    const old = before.current;
    before.current = { run, messages };
    setSelection((now) => (now === null ? null : follow(now, old, { run, messages })));
  }, [run, messages]);

  const end = useCallback(() => setSelection(null), []);
  const chooseAll = useCallback(() => {
    api.messages.ids.query({ conversationId, limit: MOST }).then(
      (ids) => setSelection((now) => (now === null ? null : allOf(ids))),
      (error: unknown) => view.say(failureText(t, failureOf(error))),
    );
  }, [conversationId, t]);
  const latest = useRef(selection);
  latest.current = selection;
  const remove = useCallback(() => {
    const ids = [...(latest.current?.ids ?? [])];
    if (ids.length > 0) view.askToDelete({ kind: 'messages', ids }, end);
  }, [end]);

  useEffect(() => {
    if (!on) return;
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing) return;
      if (document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"]') !== null) return;
      if (event.key === 'Escape') end();
      else if (takesText(event.target)) return;
      else if (isCommand(event) && event.key.toLowerCase() === 'a') chooseAll();
      else if (event.key === 'Delete' || event.key === 'Backspace') remove();
      else return;
      event.preventDefault();
    };
    // Before the window's own keys: Escape would lead to the message field.
    window.addEventListener('keydown', onKey, true);
    return () => window.removeEventListener('keydown', onKey, true);
  }, [on, end, chooseAll, remove]);

  return {
    selection,
    begin: useCallback((id: Id) => setSelection(beginSelection(id)), []),
    choose: useCallback(
      (id: Id, range: boolean) =>
        setSelection((now) => {
          if (now === null) return null;
          return range
            ? extend(
                now,
                id,
                before.current.messages.map((message) => message.id),
              )
            : toggle(now, id);
        }),
      [],
    ),
    chooseAll,
    remove,
    end,
  };
}
