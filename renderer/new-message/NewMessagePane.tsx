/** A message to somebody new, or to several: who, what, and off it goes. */
import { ArrowUp, ChevronLeft } from 'lucide-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AccountInfo } from '../../electron/api/types.ts';
import { api, failureOf } from '../app/api.ts';
import { putConversation } from '../app/conversations.ts';
import { view } from '../app/state.ts';
import { ComposerField } from '../composer/ComposerField.tsx';
import { tooLongBy } from '../composer/length.ts';
import { failureText } from '../ui/failure.ts';
import { checkHandle, normalHandle, splitHandles } from './handles.ts';
import { ToField } from './ToField.tsx';
import './new-message.css';

export function NewMessagePane({ account }: { account: AccountInfo }) {
  const { t } = useTranslation();
  const [handles, setHandles] = useState<string[]>([]);
  const [typed, setTyped] = useState('');
  const [name, setName] = useState('');
  const [text, setText] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const message = useRef<HTMLTextAreaElement>(null);

  /** Takes what is typed in as well; null when something in it is not a handle. */
  function collect(): string[] | null {
    const all = [...handles];
    for (const handle of splitHandles(typed).map(normalHandle)) {
      const problem = checkHandle(handle, account.handle);
      if (problem !== null) {
        setError(t(`newMessage.${problem}`, { handle }));
        return null;
      }
      if (!all.includes(handle)) all.push(handle);
    }
    setHandles(all);
    setTyped('');
    setError(null);
    return all;
  }

  async function start(): Promise<void> {
    const all = collect();
    if (all === null || busy) return;
    if (all.length === 0) {
      setError(t('newMessage.needSomebody'));
      return;
    }
    setBusy(true);
    try {
      const groupName = all.length > 1 && name.trim() !== '' ? name.trim() : null;
      const conversation = await api.conversations.start.mutate({ handles: all, name: groupName });
      putConversation(conversation);
      if (text.trim() !== '')
        await api.messages.send.mutate({ conversationId: conversation.id, text, replyTo: null });
      view.openConversation(conversation.id);
    } catch (caught) {
      const failure = failureOf(caught);
      setError(
        failure.reason === 'noAccount'
          ? t('newMessage.unknown', { handle: failure.about ?? all[0] })
          : failureText(t, failure),
      );
      setBusy(false);
    }
  }

  return (
    <section className="pane" aria-label={t('newMessage.title')}>
      <header className="pane-header">
        <button
          type="button"
          className="icon-button pane-back"
          aria-label={t('transcript.back')}
          onClick={() => view.show({ kind: 'none' })}
        >
          <ChevronLeft aria-hidden="true" />
        </button>
        <h1 className="pane-title new-title">{t('newMessage.title')}</h1>
      </header>
      <ToField
        handles={handles}
        typed={typed}
        error={error}
        onTyped={(next) => {
          setTyped(next);
          setError(null);
        }}
        onCollect={collect}
        onAdd={(handle) => {
          setHandles((all) => (all.includes(handle) ? all : [...all, handle]));
          setTyped('');
          setError(null);
        }}
        onRemove={(handle) => setHandles((all) => all.filter((one) => one !== handle))}
        onDone={() => message.current?.focus()}
      />
      {handles.length > 1 && (
        <div className="to-row">
          <label htmlFor="group-name">{t('newMessage.groupName')}</label>
          <input
            id="group-name"
            dir="auto"
            maxLength={100}
            placeholder={t('common.optional')}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </div>
      )}
      <div className="transcript screen-message">
        <p>{t('newMessage.toHelp')}</p>
        <p className="new-lock">{t('transcript.encrypted')}</p>
      </div>
      <form
        className="composer"
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        <div className="composer-row">
          <ComposerField
            ref={message}
            value={text}
            placeholder={t('composer.message')}
            onValue={setText}
            onSubmit={() => void start()}
            onEscape={null}
          />
          <button
            type="submit"
            className="send-button"
            aria-label={t('composer.send')}
            title={t('composer.send')}
            aria-busy={busy || undefined}
            disabled={busy || text.trim() === '' || tooLongBy(text) > 0}
          >
            <ArrowUp aria-hidden="true" />
          </button>
        </div>
      </form>
    </section>
  );
}
