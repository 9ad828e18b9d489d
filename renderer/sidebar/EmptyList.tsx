/** No conversations: why that is so, and what to do. */
import { useTranslation } from 'react-i18next';
import { status, view } from '../app/state.ts';

export function EmptyList() {
  const { t } = useTranslation();
  const now = status.use((state) => state.data);
  if (now !== null && now.phase !== 'idle' && now.phase !== 'paused')
    return (
      <div className="list-note">
        <p>{t('sidebar.syncing')}</p>
      </div>
    );
  return (
    <div className="list-note">
      <h2>{t('sidebar.emptyTitle')}</h2>
      <p>{t('sidebar.emptyHelp')}</p>
      {now?.switch === 'off' && (
        <>
          <p>{t('sidebar.emptySwitchOff')}</p>
          <button type="button" className="link-button" onClick={() => view.openSettings('messages')}>
            {t('sidebar.emptySwitchButton')}
          </button>
        </>
      )}
    </div>
  );
}
