/** The messages cannot be opened: why, that nothing was changed, and what can be done. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SessionState } from '../../electron/api/types.ts';
import { api } from '../app/api.ts';
import { session } from '../app/state.ts';
import { useAct } from '../ui/useAct.ts';
import { StartFresh } from './StartFresh.tsx';

export function LockedScreen({ state }: { state: Extract<SessionState, { kind: 'locked' }> }) {
  const { t } = useTranslation();
  const act = useAct();
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState(false);
  return (
    <main className="screen-message">
      <h1>{t('closed.lockedTitle')}</h1>
      <p>{t(`closed.${state.reason}`)}</p>
      {state.detail !== '' && (
        <details>
          <summary>{t('closed.detail')}</summary>
          <p>{state.detail}</p>
        </details>
      )}
      <div className="button-row">
        <button
          type="button"
          className="button button-primary"
          disabled={busy}
          onClick={() => {
            setBusy(true);
            void act(async () => session.set(await api.session.unlock.mutate())).finally(() =>
              setBusy(false),
            );
          }}
        >
          {t('closed.tryAgain')}
        </button>
        <button type="button" className="button" onClick={() => setAsking(true)}>
          {t('closed.startFresh')}
        </button>
      </div>
      <StartFresh open={asking} onClose={() => setAsking(false)} />
    </main>
  );
}
