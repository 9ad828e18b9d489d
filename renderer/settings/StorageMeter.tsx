/** How much of the account's storage at the cloud is used, in words and as a bar. */
import { useTranslation } from 'react-i18next';
import type { StorageInfo } from '../../electron/api/types.ts';
import { byteSize } from '../app/format.ts';

type Props = { stored: StorageInfo | null; almostFull: boolean };

export function StorageMeter({ stored, almostFull }: Props) {
  const { t, i18n } = useTranslation();
  if (stored === null) return '–';
  const share = stored.quotaBytes <= 0 ? 0 : Math.min(1, stored.bytesUsed / stored.quotaBytes);
  return (
    <>
      {t('storage.of', {
        used: byteSize(stored.bytesUsed, i18n.language),
        quota: byteSize(stored.quotaBytes, i18n.language),
      })}
      <meter
        className="storage-meter"
        aria-label={t('storage.used')}
        min={0}
        max={1}
        high={0.9}
        value={share}
      />
      {share >= 1 ? (
        <span className="setting-second">{t('storage.full')}</span>
      ) : (
        (almostFull || share >= 0.9) && <span className="setting-second">{t('storage.almostFull')}</span>
      )}
    </>
  );
}
