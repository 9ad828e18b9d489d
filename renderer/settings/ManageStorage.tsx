/** Manage Storage: what is used, what makes room, and Disable & Delete with its Undo. */
import { ChevronLeft } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SyncStatus } from '../../electron/api/types.ts';
import { storage, view } from '../app/state.ts';
import { failureText } from '../ui/failure.ts';
import { DisableAndDelete } from './DisableAndDelete.tsx';
import { PurgePending } from './PurgePending.tsx';
import { StorageFacts } from './StorageFacts.tsx';

export function ManageStorage({ status }: { status: SyncStatus }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const failure = storage.use((state) => state.failure);
  const back = useRef<HTMLButtonElement>(null);
  // The button that led here is gone: without this the focus would be nowhere.
  useEffect(() => back.current?.focus(), []);
  return (
    <>
      <div className="settings-page-header">
        <button
          ref={back}
          type="button"
          className="link-button settings-back"
          onClick={() => view.openSettings('messages')}
        >
          <ChevronLeft aria-hidden="true" />
          {t('common.back')}
        </button>
        <h2 className="settings-heading">{t('storage.title')}</h2>
      </div>
      <dl className="settings-group">
        <StorageFacts status={status} />
      </dl>
      {failure !== null && <p className="form-error">{failureText(t, failure)}</p>}
      <section className="settings-group settings-part">
        <h3 className="setting-label">{t('storage.room')}</h3>
        <p className="setting-help">{t('storage.roomHelp')}</p>
        <div className="settings-buttons">
          <button
            type="button"
            className="button"
            onClick={() => {
              view.closeSettings();
              view.show({ kind: 'recentlyDeleted' });
            }}
          >
            {t('settings.recentlyDeleted')}
          </button>
        </div>
      </section>
      <section className="settings-group settings-part">
        <h3 className="setting-label">{t('storage.disable.heading')}</h3>
        {status.purge === null ? (
          <>
            <p className="setting-help">{t('storage.disable.help')}</p>
            <div className="settings-buttons">
              <button type="button" className="button button-warn" onClick={() => setAsking(true)}>
                {t('storage.disable.open')}
              </button>
            </div>
          </>
        ) : (
          <PurgePending purge={status.purge} />
        )}
      </section>
      {asking && <DisableAndDelete status={status} onClose={() => setAsking(false)} />}
    </>
  );
}
