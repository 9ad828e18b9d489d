/** What the cloud holds, and what this device does: rows of a list of facts. */
import { useTranslation } from 'react-i18next';
import type { SyncStatus } from '../../electron/api/types.ts';
import { fullTime } from '../app/format.ts';
import { storage } from '../app/state.ts';
import { Fact } from './Fact.tsx';
import { StorageMeter } from './StorageMeter.tsx';

export function StorageFacts({ status }: { status: SyncStatus }) {
  const { t, i18n } = useTranslation();
  const stored = storage.use((state) => state.data);
  const failed = storage.use((state) => state.failure !== null);
  return (
    <>
      <Fact label={t('storage.inCloud')}>
        {stored === null ? '–' : t('storage.messages', { count: stored.messagesInCloud })}
      </Fact>
      <Fact label={t('storage.here')}>
        {stored === null ? '–' : t('storage.messages', { count: stored.messagesHere })}
      </Fact>
      <Fact label={t('storage.used')}>
        <StorageMeter stored={stored} almostFull={status.almostFull} />
        {stored !== null && failed && (
          <span className="setting-second">
            {t('storage.asOf', { when: fullTime(stored.asOf, i18n.language) })}
          </span>
        )}
      </Fact>
    </>
  );
}
