/** No conversations: why that is so, and what to do. */
import { useTranslation } from 'react-i18next';
import { status, view } from '../app/state.ts';
import { whyEmpty } from './empty-list.ts';

export function EmptyList() {
  const { t } = useTranslation();
  const why = whyEmpty(status.use((state) => state.data));
  if (why === 'onTheWay')
    return (
      <div className="list-note">
        <p>{t('sidebar.syncing')}</p>
      </div>
    );
  return (
    <div className="list-note">
      <h2>{t('sidebar.emptyTitle')}</h2>
      {why === 'switchOff' && (
        <>
          <p>{t('sidebar.emptySwitchOff')}</p>
          <button type="button" className="link-button" onClick={() => view.openSettings('messages')}>
            {t('sidebar.emptySwitchButton')}
          </button>
        </>
      )}
      <p>{t('sidebar.emptyHelp')}</p>
    </div>
  );
}
