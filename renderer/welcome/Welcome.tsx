/** First start: make an account, sign in, or come back with the recovery key. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SessionState } from '../../electron/api/types.ts';
import { CreateAccount } from './CreateAccount.tsx';
import { Recover } from './Recover.tsx';
import { SignIn } from './SignIn.tsx';
import { StartFresh } from './StartFresh.tsx';
import { WipeButton } from './WipeButton.tsx';
import './welcome.css';

export type SignedOut = Extract<SessionState, { kind: 'signedOut' }>;

export function Welcome({ state }: { state: SignedOut }) {
  const { t } = useTranslation();
  const [step, setStep] = useState<'choose' | 'create' | 'signIn' | 'recover'>('choose');
  const [asking, setAsking] = useState(false);
  const back = (): void => setStep('choose');
  switch (step) {
    case 'create':
      return <CreateAccount state={state} onBack={back} onSignIn={() => setStep('signIn')} />;
    case 'signIn':
      return (
        <SignIn
          state={state}
          onBack={back}
          onCreate={() => setStep('create')}
          onRecover={() => setStep('recover')}
        />
      );
    case 'recover':
      return <Recover state={state} onBack={() => setStep('signIn')} />;
    case 'choose':
      return (
        <main className="welcome welcome-choose">
          <Mark />
          <h1>{t('welcome.title')}</h1>
          <p className="welcome-intro">
            {state.kept === null ? t('welcome.intro') : t('welcome.kept', { handle: state.kept.handle })}
          </p>
          <div className="welcome-buttons">
            {state.kept === null && (
              <button
                type="button"
                className="button button-primary button-large"
                onClick={() => setStep('create')}
              >
                {t('welcome.createAccount')}
              </button>
            )}
            <button
              type="button"
              className={state.kept === null ? 'button button-large' : 'button button-primary button-large'}
              onClick={() => setStep('signIn')}
            >
              {t('welcome.signIn')}
            </button>
            {state.kept !== null && (
              <>
                <WipeButton handle={state.kept.handle} className="button button-large button-warn" />
                <button type="button" className="link-button" onClick={() => setAsking(true)}>
                  {t('closed.startFresh')}
                </button>
              </>
            )}
          </div>
          <p className="welcome-note">{t('welcome.notApple')}</p>
          <StartFresh open={asking} onClose={() => setAsking(false)} />
        </main>
      );
  }
}

function Mark() {
  return (
    <svg className="welcome-mark" viewBox="0 0 64 64" aria-hidden="true">
      <rect width="64" height="64" rx="15" fill="#0a74ec" />
      <path
        d="M32 14c-12 0-21 7.5-21 17 0 5.5 3 10.3 7.8 13.4-.3 2.8-1.6 5.1-3.6 7 4 .1 7.7-1.3 10.3-3.5 2.1.4 4.2.6 6.5.6 12 0 21-7.6 21-17.5S44 14 32 14z"
        fill="#fff"
      />
      <path d="M26 31.5v-3.2a6 6 0 0 1 12 0v3.2" fill="none" stroke="#0a6cf0" strokeWidth="2.8" />
      <rect x="23.5" y="30.5" width="17" height="11.5" rx="2.8" fill="#0a6cf0" />
    </svg>
  );
}
