/** The recovery key, shown once: first to be kept, then two words of it are asked back. */
import { Copy, Download, Printer } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SessionState } from '../../electron/api/types.ts';
import { api, failureOf } from '../app/api.ts';
import { session, view } from '../app/state.ts';
import { Field } from '../ui/Field.tsx';
import { failureText } from '../ui/failure.ts';
import { useAct } from '../ui/useAct.ts';
import { type FormError, FormPage } from './FormPage.tsx';
import { recoverySheet } from './recovery-words.ts';
import './welcome.css';

type State = Extract<SessionState, { kind: 'confirmRecovery' }>;

export function RecoveryKey({ state }: { state: State }) {
  const [asking, setAsking] = useState(false);
  return asking ? (
    <AskBack state={state} onBack={() => setAsking(false)} />
  ) : (
    <Sheet state={state} onKept={() => setAsking(true)} />
  );
}

function Sheet({ state, onKept }: { state: State; onKept: () => void }) {
  const { t } = useTranslation();
  const act = useAct();
  const sheet = (): string =>
    recoverySheet(state.words, {
      title: t('recovery.sheetTitle'),
      for: t('recovery.sheetFor', { handle: state.account.handle }),
      help: t('recovery.sheetHelp'),
    });
  return (
    <main className="welcome">
      <div className="welcome-form recovery">
        <h1>{t('recovery.title')}</h1>
        <p className="recovery-for">{t('recovery.sheetFor', { handle: state.account.handle })}</p>
        <p className="welcome-intro">{t('recovery.intro')}</p>
        <ol className="recovery-words" aria-label={t('recovery.list')}>
          {state.words.map((word, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a word may stand twice; its place is what it is
            <li key={index}>{word}</li>
          ))}
        </ol>
        <div className="recovery-buttons">
          <button
            type="button"
            className="button"
            onClick={() =>
              void act(() => navigator.clipboard.writeText(state.words.join(' ')), t('recovery.copied'))
            }
          >
            <Copy aria-hidden="true" />
            {t('recovery.copy')}
          </button>
          <button type="button" className="button" onClick={() => window.print()}>
            <Printer aria-hidden="true" />
            {t('recovery.print')}
          </button>
          <button type="button" className="button" onClick={() => save(sheet(), t('recovery.fileName'))}>
            <Download aria-hidden="true" />
            {t('recovery.save')}
          </button>
        </div>
        <p className="recovery-help">{t('recovery.sheetHelp')}</p>
        <button type="button" className="button button-primary button-large" onClick={onKept}>
          {t('recovery.written')}
        </button>
      </div>
    </main>
  );
}

function save(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function AskBack({ state, onBack }: { state: State; onBack: () => void }) {
  const { t } = useTranslation();
  const [first, setFirst] = useState('');
  const [second, setSecond] = useState('');
  const [working, setWorking] = useState<string | null>(null);
  const [error, setError] = useState<FormError | null>(null);
  const [one, two] = state.ask;

  async function submit(): Promise<void> {
    setError(null);
    setWorking(t('recovery.checking'));
    try {
      session.set(await api.session.confirmRecovery.mutate({ answers: [first, second] }));
      view.show({ kind: 'none' });
    } catch (caught) {
      const failure = failureOf(caught);
      const wrong = failure.reason === 'wrongWords';
      setError({
        text: wrong ? t('recovery.wrong') : failureText(t, failure),
        field: wrong ? 'first' : null,
      });
    } finally {
      setWorking(null);
    }
  }

  return (
    <FormPage
      title={t('recovery.askTitle')}
      intro={t('recovery.askHelp')}
      error={error}
      working={working}
      submitLabel={t('recovery.confirm')}
      disabled={first.trim() === '' || second.trim() === ''}
      onSubmit={() => void submit()}
      onBack={onBack}
    >
      <Field
        name="first"
        label={t('recovery.word', { number: one + 1 })}
        value={first}
        onValue={setFirst}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
      />
      <Field
        label={t('recovery.word', { number: two + 1 })}
        value={second}
        onValue={setSecond}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
      />
    </FormPage>
  );
}
