/** This device no longer belongs to the account, or was signed out by the cloud. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SessionState } from '../../electron/api/types.ts';
import { StartFresh } from './StartFresh.tsx';

export function RemovedScreen({ state }: { state: Extract<SessionState, { kind: 'removed' }> }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const revoked = state.reason === 'revoked';
  return (
    <main className="screen-message">
      <h1>{t(revoked ? 'closed.revokedTitle' : 'closed.removedTitle')}</h1>
      <p>{t(`closed.${state.reason}`, { handle: state.account.handle })}</p>
      <div className="button-row">
        <button type="button" className="button button-primary" onClick={() => setAsking(true)}>
          {t('closed.startFresh')}
        </button>
      </div>
      <StartFresh open={asking} onClose={() => setAsking(false)} />
    </main>
  );
}
