/** How it stands: the status line's words, what the cloud holds, and what can be done about it now. */
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { SyncStatus } from '../../electron/api/types.ts';
import { api } from '../app/api.ts';
import { storage, view } from '../app/state.ts';
import { StatusDetails } from '../sidebar/StatusDetails.tsx';
import { StatusProgress } from '../sidebar/StatusProgress.tsx';
import { useStatusActions } from '../sidebar/useStatusActions.ts';
import { failureText } from '../ui/failure.ts';
import { useAct } from '../ui/useAct.ts';
import { useNow } from '../ui/useNow.ts';
import { Fact } from './Fact.tsx';
import { StorageFacts } from './StorageFacts.tsx';
import { type SyncButton, syncButtons, syncState } from './sync-state.ts';

export function SyncSection({ status, returned }: { status: SyncStatus; returned: boolean }) {
  const { t, i18n } = useTranslation();
  const act = useAct();
  const now = useNow(1000);
  const run = useStatusActions();
  const failure = storage.use((state) => state.failure);
  const manage = useRef<HTMLButtonElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: when the page appears
  useEffect(() => {
    if (returned) manage.current?.focus();
  }, []);
  const state = syncState(status, now, i18n.language);
  return (
    <>
      <dl className="settings-group">
        <Fact label={t('settings.status')}>
          {t(state.text.key, state.text.values)}
          {state.details.length > 0 && (
            <span className="setting-second">
              <StatusDetails details={state.details} />
            </span>
          )}
          <StatusProgress progress={state.progress} />
          {state.last !== null && (
            <span className="setting-second">{t(state.last.key, state.last.values)}</span>
          )}
        </Fact>
        <StorageFacts status={status} />
      </dl>
      {/* Where there is no connection, the status has said so. */}
      {failure !== null && status.phase !== 'paused' && (
        <p className="form-error">{failureText(t, failure)}</p>
      )}
      <div className="settings-buttons">
        {syncButtons(status).map((button) =>
          button === 'cancel' ? (
            <button
              key={status.switch === 'on' ? 'first' : 'cancel'}
              type="button"
              className="button"
              onClick={() => void act(() => api.sync.cancel.mutate())}
            >
              {t('common.cancel')}
            </button>
          ) : (
            <button
              key={isFirst(button) ? 'first' : button}
              type="button"
              className="button"
              onClick={() => run(button)}
            >
              {t(`status.${button}`)}
            </button>
          ),
        )}
        <button
          ref={manage}
          type="button"
          className="button"
          onClick={() => view.openSettings('messages', 'storage')}
        >
          {t('storage.open')}
        </button>
      </div>
    </>
  );
}

/** One button that changes its meaning keeps the focus. */
const isFirst = (button: SyncButton): boolean =>
  button === 'syncNow' || button === 'resume' || button === 'hold';
