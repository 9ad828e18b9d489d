/**
 * This device no longer belongs to the account, or was signed out by the cloud. Its messages are still here, closed, and their person
 * decides: signing in again shows them, deleting takes them off this device. Starting fresh puts them aside.
 */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SessionState } from '../../electron/api/types.ts';
import { KeepOrWipe } from './KeepOrWipe.tsx';
import { Recover } from './Recover.tsx';
import { SignIn } from './SignIn.tsx';
import { StartFresh } from './StartFresh.tsx';
import type { SignedOut } from './Welcome.tsx';
import './welcome.css';

export function RemovedScreen({ state }: { state: Extract<SessionState, { kind: 'removed' }> }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const [step, setStep] = useState<'said' | 'signIn' | 'recover'>('said');
  const revoked = state.reason === 'revoked';
  const { kept, account } = state;
  const signedOut: SignedOut = {
    kind: 'signedOut',
    cloudAddress: kept.here ? null : kept.cloudAddress,
    canHostHere: kept.here,
    kept,
  };
  if (step === 'signIn')
    return <SignIn state={signedOut} onBack={() => setStep('said')} onRecover={() => setStep('recover')} />;
  if (step === 'recover') return <Recover state={signedOut} onBack={() => setStep('signIn')} />;
  return (
    <main className="screen-message">
      <h1>{t(revoked ? 'closed.revokedTitle' : 'closed.removedTitle')}</h1>
      <p>{t(`closed.${state.reason}`, { handle: account.handle })}</p>
      <p>{t('closed.messagesHere')}</p>
      <KeepOrWipe handle={account.handle} onSignIn={() => setStep('signIn')} />
      <button type="button" className="link-button" onClick={() => setAsking(true)}>
        {t('closed.startFresh')}
      </button>
      <StartFresh open={asking} onClose={() => setAsking(false)} />
    </main>
  );
}
