/** Which screen the session asks for; theme and language as the settings say. */
import { CSPProvider } from '@base-ui/react/csp-provider';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { SessionState } from '../../electron/api/types.ts';
import { applyLanguage } from '../i18n/i18n.ts';
import { failureText } from '../ui/failure.ts';
import { Toasts } from '../ui/Toasts.tsx';
import { toasts } from '../ui/toasts.ts';
import { LockedScreen } from '../welcome/LockedScreen.tsx';
import { RecoveringScreen } from '../welcome/RecoveringScreen.tsx';
import { RecoveryKey } from '../welcome/RecoveryKey.tsx';
import { RemovedScreen } from '../welcome/RemovedScreen.tsx';
import { Welcome } from '../welcome/Welcome.tsx';
import { Frame } from './Frame.tsx';
import { keepHistory } from './history.ts';
import { forgetEverything, startListening } from './listen.ts';
import { session, settings, useConnection, useView, view } from './state.ts';
import { useTheme } from './theme.ts';

export function App() {
  const state = session.use((one) => one.data);
  const chosen = settings.use((one) => one.data);
  useEffect(() => {
    void session.load();
    return startListening();
  }, []);
  const kind = state?.kind ?? null;
  const account = state?.kind === 'signedIn' ? state.account.id : null;
  useEffect(() => {
    if (kind === null) return;
    if (kind === 'signedIn') return;
    forgetEverything();
    toasts.forget();
    view.closeSettings();
    useView.setState({ pane: { kind: 'none' }, asking: null, help: false });
  }, [kind]);
  useEffect(() => {
    if (account === null) return;
    void settings.load();
    return keepHistory(account);
  }, [account]);
  useTheme(chosen?.appearance ?? 'system');
  useEffect(() => applyLanguage(chosen?.language ?? 'system'), [chosen?.language]);
  return (
    <CSPProvider disableStyleElements>
      <Screen state={state} />
      <Toasts />
    </CSPProvider>
  );
}

function Screen({ state }: { state: SessionState | null }) {
  const { t } = useTranslation();
  const failure = session.use((one) => one.failure);
  const connected = useConnection((one) => one.connected);
  if (state === null)
    return (
      <main className="screen-message">
        {failure === null ? (
          <>
            <div className="spinner" aria-hidden="true" />
            <p>{t('app.starting')}</p>
          </>
        ) : (
          <>
            <h1>{t('app.notAnswering')}</h1>
            <p role="alert">
              {failure.reason === 'appUnreachable' || !connected
                ? t('app.notAnsweringHelp')
                : failureText(t, failure)}
            </p>
            <button type="button" className="button button-primary" onClick={() => void session.load()}>
              {t('common.tryAgain')}
            </button>
          </>
        )}
      </main>
    );
  switch (state.kind) {
    case 'signedOut':
      return <Welcome state={state} />;
    case 'confirmRecovery':
      return <RecoveryKey state={state} />;
    case 'signedIn':
      return <Frame account={state.account} />;
    case 'locked':
      return <LockedScreen state={state} />;
    case 'recovering':
      return <RecoveringScreen state={state} />;
    case 'removed':
      return <RemovedScreen state={state} />;
  }
}
