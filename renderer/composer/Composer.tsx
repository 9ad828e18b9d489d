/**
 * Where one writes. Enter sends, Shift+Enter makes a line; what is not sent is kept as a draft, on the device, for this
 * conversation. It also serves to edit a message that was sent.
 */
import { ArrowUp, Check, X } from 'lucide-react';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConversationSummary, Message, PausedReason } from '../../electron/api/types.ts';
import { api, failureOf } from '../app/api.ts';
import { nameOf } from '../app/format.ts';
import { status, view } from '../app/state.ts';
import { AttachButton } from '../attachments/AttachButton.tsx';
import { filesOf, type Given, hasFiles } from '../attachments/dropped.ts';
import { messageLine } from '../attachments/kinds.ts';
import { Tray } from '../attachments/Tray.tsx';
import { loadTray, putBack, takeItems, useTray, wereSent } from '../attachments/tray.ts';
import { failureText } from '../ui/failure.ts';
import { ComposerField } from './ComposerField.tsx';
import { tooLongBy } from './length.ts';
import { dropEdit, editIn, editOf, keepEdit, keepReply, replyIn } from './unsaved.ts';
import { useDraft } from './useDraft.ts';
import './composer.css';

export type ComposerMode =
  | { kind: 'new' }
  | { kind: 'reply'; message: Message }
  | { kind: 'edit'; message: Message };

/** Why what is sent does not go at once. */
const HINTS: Partial<Record<PausedReason, string>> = {
  offline: 'composer.offline',
  cloudUnreachable: 'composer.offline',
  cloudTakesNothing: 'composer.cloudTakesNothing',
};

type Props = {
  conversation: ConversationSummary;
  mode: ComposerMode;
  onMode: (mode: ComposerMode) => void;
  onSent: (message: Message) => void;
  onFiles: (given: Given) => void;
};

export function Composer({ conversation, mode, onMode, onSent, onFiles }: Props) {
  const { t } = useTranslation();
  const field = useRef<HTMLTextAreaElement>(null);
  const draft = useDraft(conversation);
  const [edited, setEdited] = useState(() => editIn(conversation.id)?.text ?? '');
  /** As of now, for what comes back later. */
  const modeNow = useRef(mode);
  modeNow.current = mode;
  const hint = status.use(({ data }) => data?.paused && HINTS[data.paused.reason]);
  const editing = mode.kind === 'edit';
  const text = editing ? edited : draft.text;
  const setText = (next: string): void => {
    if (mode.kind === 'edit') {
      setEdited(next);
      keepEdit(conversation.id, { message: mode.message, text: next });
    } else draft.setText(next);
  };
  const tooLong = tooLongBy(text);
  const tray = useTray(conversation.id);
  const files = editing ? 0 : tray.length;
  const filesReady = editing || tray.every(({ id }) => id !== null);
  const canSend = (text.trim() !== '' || files > 0) && filesReady && tooLong === 0;

  useEffect(() => {
    const load = (): void => void loadTray(conversation.id).catch(() => {});
    load();
    // Another window may have sent them meanwhile.
    window.addEventListener('focus', load);
    return () => window.removeEventListener('focus', load);
  }, [conversation.id]);

  useEffect(() => {
    if (mode.kind === 'edit') {
      setEdited(editOf(conversation.id, mode.message.id)?.text ?? mode.message.text);
    }
    field.current?.focus();
  }, [mode, conversation.id]);
  useLayoutEffect(() => {
    // On a narrow window the keyboard would cover what one came to read.
    if (!matchMedia('(pointer: coarse)').matches) field.current?.focus();
  }, []);

  /** What is half written is given up: the edit of one message is, and no other, nor what is being answered meanwhile. */
  const backToNew = useCallback(() => {
    const { current } = modeNow;
    const reply = current.kind === 'edit' ? replyIn(conversation.id) : null;
    if (current.kind === 'edit') dropEdit(conversation.id, current.message.id);
    onMode(reply === null ? { kind: 'new' } : { kind: 'reply', message: reply });
  }, [conversation.id, onMode]);

  async function submit(): Promise<void> {
    if (!canSend) return;
    const what = text;
    const sent = editing ? [] : takeItems(conversation.id);
    try {
      if (mode.kind === 'edit') {
        const { id } = mode.message;
        if (what !== mode.message.text) await api.messages.edit.mutate({ id, text: what });
        // Written on while it was being saved: that is not saved yet.
        const now = editOf(conversation.id, id);
        const isOpen = modeNow.current.kind === 'edit' && modeNow.current.message.id === id;
        if (now !== null && now.text !== what) {
          const saved = { ...mode.message, text: what };
          keepEdit(conversation.id, { message: saved, text: now.text });
          if (isOpen) onMode({ kind: 'edit', message: saved });
        } else if (isOpen) backToNew();
        else dropEdit(conversation.id, id);
        return;
      }
      // The field is free at once; a failure brings the text back.
      draft.clear();
      const replyTo = mode.kind === 'reply' ? mode.message.id : null;
      if (mode.kind === 'reply') backToNew();
      const attachments = sent.flatMap(({ id }) => (id === null ? [] : [id]));
      const message = await api.messages.send.mutate({
        conversationId: conversation.id,
        text: what,
        replyTo,
        attachments,
      });
      if (message !== null) onSent(message);
      wereSent(sent);
    } catch (error) {
      if (mode.kind !== 'edit') {
        if (what !== '') draft.restore(what);
        putBack(conversation.id, sent);
        // Without what it answers it would be another message. What is being answered by now, here or after looking elsewhere, stays; an edit that is
        // open ends with the answer.
        if (mode.kind === 'reply' && replyIn(conversation.id) === null) {
          keepReply(conversation.id, mode.message);
          if (modeNow.current.kind === 'new') onMode(mode);
        }
      }
      view.say(failureText(t, failureOf(error)));
    }
  }

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {mode.kind === 'reply' && (
        <Bar
          title={t('composer.replying', {
            name: mode.message.fromMe ? t('common.you') : nameOf(mode.message.sender),
          })}
          text={messageLine(t, mode.message.text, mode.message.attachments)}
          closeLabel={t('composer.cancelReply')}
          onClose={backToNew}
        />
      )}
      {editing && (
        <Bar
          title={t('composer.editing')}
          text=""
          closeLabel={t('composer.cancelEdit')}
          onClose={backToNew}
        />
      )}
      {hint && !editing && <p className="composer-hint">{t(hint)}</p>}
      {tooLong > 0 && (
        <p className="composer-hint composer-error" role="alert">
          {t('composer.tooLong', { count: tooLong })}
        </p>
      )}
      {!editing && <Tray conversation={conversation.id} items={tray} />}
      <div className="composer-row">
        {!editing && <AttachButton onFiles={onFiles} />}
        <ComposerField
          ref={field}
          value={text}
          // All members' names in a row would be longer than the field.
          placeholder={
            conversation.kind === 'group' && conversation.name === null
              ? t('composer.message')
              : t('composer.placeholder', { title: conversation.title })
          }
          onValue={setText}
          onSubmit={() => void submit()}
          onEscape={mode.kind === 'new' ? null : backToNew}
          onBlur={editing ? undefined : draft.saveNow}
          onPaste={
            editing
              ? undefined
              : (event) => {
                  // Text that was copied with a picture of itself (a spreadsheet) is text.
                  if (!hasFiles(event.clipboardData) || event.clipboardData.types.includes('text/plain'))
                    return;
                  event.preventDefault();
                  onFiles(filesOf(event.clipboardData));
                }
          }
        />
        <button
          type="submit"
          className="send-button"
          aria-label={t(editing ? 'composer.saveEdit' : 'composer.send')}
          title={t(editing ? 'composer.saveEdit' : 'composer.send')}
          disabled={!canSend}
        >
          {editing ? <Check aria-hidden="true" /> : <ArrowUp aria-hidden="true" />}
        </button>
      </div>
    </form>
  );
}

type BarProps = { title: string; text: string; closeLabel: string; onClose: () => void };

function Bar({ title, text, closeLabel, onClose }: BarProps) {
  return (
    <div className="composer-bar">
      <div className="composer-bar-text">
        <strong>{title}</strong>
        {text !== '' && <span dir="auto">{text.slice(0, 200)}</span>}
      </div>
      <button type="button" className="icon-button" aria-label={closeLabel} onClick={onClose}>
        <X aria-hidden="true" />
      </button>
    </div>
  );
}
