/** One open conversation: header, transcript, composer. Everything it holds ends when another one is opened. */
import { ChevronLeft } from 'lucide-react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { createStore, useStore } from 'zustand';
import type { ConversationSummary, Id, Message, MessageCursor } from '../../electron/api/types.ts';
import { api, failureOf } from '../app/api.ts';
import { conversations, findConversation } from '../app/conversations.ts';
import { view } from '../app/state.ts';
import { DropZone } from '../attachments/DropZone.tsx';
import type { Given } from '../attachments/dropped.ts';
import { useAttach } from '../attachments/useAttach.ts';
import { BlockedBar } from '../blocking/BlockedBar.tsx';
import { isClosed } from '../blocking/closed.ts';
import { Composer, type ComposerMode } from '../composer/Composer.tsx';
import { editIn, keepReply, replyIn } from '../composer/unsaved.ts';
import { IdentityBanner } from '../trust/IdentityBanner.tsx';
import { failureText } from '../ui/failure.ts';
import { PaneHeader } from './PaneHeader.tsx';
import { SelectionBar } from './SelectionBar.tsx';
import { TranscriptList } from './TranscriptList.tsx';
import { createTranscript, type TranscriptState, type TranscriptStore } from './transcript-store.ts';
import { type Selecting, useSelection } from './useSelection.ts';
import './transcript.css';

type Props = { id: Id; at: MessageCursor | null };

export function ConversationPane({ id, at }: Props) {
  const { t } = useTranslation();
  const { conversation, gone } = useConversation(id);

  if (conversation === null)
    return (
      <div className="screen-message">
        {gone === null ? (
          <div className="spinner" role="img" aria-label={t('common.loading')} />
        ) : (
          <p>{gone}</p>
        )}
        <button type="button" className="button" onClick={() => view.show({ kind: 'none' })}>
          <ChevronLeft aria-hidden="true" />
          {t('common.back')}
        </button>
      </div>
    );
  return <OpenConversation key={id} conversation={conversation} at={at} />;
}

/**
 * The conversation as the list has it, or as the device gives it where the list does not: just begun, found by searching, or without messages and
 * begun anew. `gone`, in words: it was here with messages and they were deleted, it never was, or the device does not say.
 */
function useConversation(id: Id): { conversation: ConversationSummary | null; gone: string | null } {
  const { t } = useTranslation();
  const listed = conversations.use((state) => state.data?.find((one) => one.id === id) ?? null);
  const loaded = conversations.use((state) => state.data !== null);
  const [known, setKnown] = useState<ConversationSummary | null>(null);
  const [gone, setGone] = useState<string | null>(null);
  useEffect(() => {
    if (listed === null) return;
    setKnown(listed);
    setGone(null);
  }, [listed]);
  const missing = loaded && listed === null;
  const hadMessages = useRef(false);
  hadMessages.current = known !== null && known.lastMessage !== null;
  useEffect(() => {
    if (!missing) return;
    let asked = true;
    api.conversations.get.query({ id }).then(
      (found) => {
        if (!asked) return;
        if (hadMessages.current && found.lastMessage === null) setGone(t('transcript.deleted'));
        else setKnown(found);
      },
      (error: unknown) => {
        if (!asked) return;
        const failure = failureOf(error);
        setGone(failure.reason === 'notFound' ? t('transcript.notFound') : failureText(t, failure));
      },
    );
    return () => {
      asked = false;
    };
  }, [id, missing, t]);
  return { conversation: gone === null ? (listed ?? known) : null, gone };
}

function OpenConversation({
  conversation,
  at,
}: {
  conversation: ConversationSummary;
  at: MessageCursor | null;
}) {
  const { t } = useTranslation();
  const { id } = conversation;
  const [transcript, setTranscript] = useState<TranscriptStore | null>(null);
  const [mode, showMode] = useState<ComposerMode>(() => {
    const reply = replyIn(id);
    if (reply !== null) return { kind: 'reply', message: reply };
    const edit = editIn(id);
    return edit === null ? { kind: 'new' } : { kind: 'edit', message: edit.message };
  });
  const setMode = useCallback(
    (next: ComposerMode): void => {
      // An edit in between takes nothing from an answer that is half written.
      if (next.kind !== 'edit') keepReply(id, next.kind === 'reply' ? next.message : null);
      showMode(next);
    },
    [id],
  );
  const add = useAttach(id);
  const attach = (given: Given): void => {
    // Files go with a new message; an edit has none, and is not given up for them.
    if (isClosed(conversation)) view.say(t('blocking.alone', { name: conversation.title }));
    else if (mode.kind === 'edit') view.say(t('attachments.whileEditing'));
    else void add(given);
  };
  const unread = conversation.unread;
  // biome-ignore lint/correctness/useExhaustiveDependencies: how many were unread when it was opened, not since
  useEffect(() => {
    const made = createTranscript(id, unread, at);
    setTranscript(made);
    if (findConversation(id)?.markedUnread) void api.conversations.markRead.mutate({ id }).catch(() => {});
    return () => made.end();
  }, [id, at]);
  const composing = useMemo(
    () => ({
      reply: (message: Message) => setMode({ kind: 'reply', message }),
      edit: (message: Message) => setMode({ kind: 'edit', message }),
    }),
    [setMode],
  );
  const messages = useStore(transcript?.store ?? NOT_YET, (state) => state.window?.messages ?? NONE);
  const run = useStore(transcript?.store ?? NOT_YET, (state) => state.run);
  const selecting = useSelection(id, messages, run);
  const choosing = selecting.selection !== null;
  return (
    <DropZone label={t('transcript.header', { title: conversation.title })} onFiles={attach}>
      <PaneHeader conversation={conversation} />
      <IdentityBanner conversation={conversation} />
      {transcript === null ? (
        <div className="transcript" />
      ) : (
        <LoadedTranscript
          conversation={conversation}
          transcript={transcript}
          composing={composing}
          selecting={selecting}
        />
      )}
      {choosing && <SelectionBar selecting={selecting} conversationId={id} messages={messages} />}
      {!choosing && <BlockedBar conversation={conversation} />}
      {/* Kept, with what is half written in it. */}
      <div hidden={choosing || isClosed(conversation)}>
        <Composer
          conversation={conversation}
          mode={mode}
          onMode={setMode}
          onSent={(message) => transcript?.sent(message)}
          onFiles={attach}
        />
      </div>
    </DropZone>
  );
}

const NONE: readonly Message[] = [];
const NOT_YET = createStore<Pick<TranscriptState, 'window' | 'run'>>(() => ({ window: null, run: 0 }));

type LoadedProps = {
  conversation: ConversationSummary;
  transcript: TranscriptStore;
  composing: { reply: (message: Message) => void; edit: (message: Message) => void };
  selecting: Selecting;
};

function LoadedTranscript({ conversation, transcript, composing, selecting }: LoadedProps) {
  const { t } = useTranslation();
  const window = useStore(transcript.store, (state) => state.window);
  const failure = useStore(transcript.store, (state) => state.failure);
  if (window === null)
    return (
      <div className="transcript screen-message">
        {failure === null ? (
          <div className="spinner" role="img" aria-label={t('common.loading')} />
        ) : (
          <>
            <p role="alert">{failureText(t, failure)}</p>
            <button type="button" className="button" onClick={() => void transcript.openAt(null)}>
              {t('common.tryAgain')}
            </button>
          </>
        )}
      </div>
    );
  return (
    <TranscriptList
      conversation={conversation}
      transcript={transcript}
      composing={composing}
      selecting={selecting}
    />
  );
}
