/** A message to somebody new, or to several: who, what, and off it goes. */
import { ArrowUp, ChevronLeft } from 'lucide-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { AccountInfo, ApiFailure } from '../../electron/api/types.ts';
import { useView, view } from '../app/state.ts';
import { ComposerField } from '../composer/ComposerField.tsx';
import { tooLongBy } from '../composer/length.ts';
import { failureText } from '../ui/failure.ts';
import { changeBegun, sendBegun, useBegun } from './begun.ts';
import { checkHandle, normalHandle, splitHandles } from './handles.ts';
import { ToField } from './ToField.tsx';
import './new-message.css';

export function NewMessagePane({ account }: { account: AccountInfo }) {
  const { t } = useTranslation();
  const { handles, typed, name, text, error, busy } = useBegun();
  const message = useRef<HTMLTextAreaElement>(null);

  /** Takes what is typed in as well; null when something in it is not a handle. */
  function collect(): string[] | null {
    const all = [...handles];
    for (const handle of splitHandles(typed).map(normalHandle)) {
      const problem = checkHandle(handle, account.handle);
      if (problem !== null) {
        changeBegun({ error: t(`newMessage.${problem}`, { handle }) });
        return null;
      }
      if (!all.includes(handle)) all.push(handle);
    }
    changeBegun({ handles: all, typed: '', error: null });
    return all;
  }

  async function start(): Promise<void> {
    const all = collect();
    if (all === null || busy) return;
    if (all.length === 0) {
      changeBegun({ error: t('newMessage.needSomebody') });
      return;
    }
    const here = (): boolean => useView.getState().pane.kind === 'new';
    try {
      const id = await sendBegun();
      // Whoever has gone elsewhere meanwhile writes there: the next words are for somebody else.
      if (here()) view.openConversation(id);
    } catch (caught) {
      const failure = caught as ApiFailure;
      const why =
        failure.reason === 'noAccount'
          ? t('newMessage.unknown', { handle: failure.about ?? all[0] })
          : failure.reason === 'blocked'
            ? t('newMessage.blocked', { name: failure.about })
            : failureText(t, failure);
      changeBegun({ error: why });
      if (!here()) view.say(t('newMessage.notSent', { why }));
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
        onTyped={(next) => changeBegun({ typed: next, error: null })}
        onCollect={collect}
        onAdd={(handle) =>
          changeBegun({
            handles: handles.includes(handle) ? handles : [...handles, handle],
            typed: '',
            error: null,
          })
        }
        onRemove={(handle) => changeBegun({ handles: handles.filter((one) => one !== handle) })}
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
            onChange={(event) => changeBegun({ name: event.target.value })}
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
            onValue={(next) => changeBegun({ text: next })}
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
