/** The warning before Disable & Delete: exactly what happens, where, and until when it can be taken back. */
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { SyncStatus } from '../../electron/api/types.ts';
import { api } from '../app/api.ts';
import { listNames } from '../app/names.ts';
import { devices, storage } from '../app/state.ts';
import { AskDialog } from '../ui/AskDialog.tsx';
import { FormError } from '../ui/FormError.tsx';
import { useAnswered } from '../ui/useAnswered.ts';
import { disableTexts } from './disable-text.ts';
import { offTexts, tooSmallText } from './switch-preview.ts';
import { useNumbers } from './useNumbers.ts';

export function DisableAndDelete({ status, onClose }: { status: SyncStatus; onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const { busy, error, run } = useAnswered();
  const known = devices.use((state) => state.data);
  const stored = storage.use((state) => state.data);
  const { data, waiting } = useNumbers(() => api.sync.offPreview.query());
  useEffect(() => void devices.load(), []);
  const on = status.switch === 'on' || status.switch === 'enabling';
  // What does not fit here would be gone from this device with iCloud's copy.
  const tooSmall = on && data?.fits === false ? tooSmallText(data, i18n.language) : null;
  const confirm = (): void => run(() => api.sync.disableAndDelete.mutate({ confirmed: true }), onClose);
  return (
    <AskDialog
      open
      busy={busy}
      disabled={known === null || (on && waiting)}
      title={t('storage.disable.title')}
      acts={tooSmall === null ? [{ label: t('storage.disable.button'), tone: 'danger', onAct: confirm }] : []}
      onCancel={onClose}
    >
      {known === null && <p role="status">{t('common.loading')}</p>}
      {tooSmall !== null && (
        <>
          <p className="strong">{t(tooSmall.key, tooSmall.values)}</p>
          <p>{t('switch.off.tooSmallHelp')}</p>
        </>
      )}
      {tooSmall === null && known !== null && (
        <>
          {disableTexts(known, status.switch, listNames(i18n.language)).map(({ key, values }) => (
            <p key={key} className="strong">
              {t(key, values)}
            </p>
          ))}
          <p>
            {t('storage.disable.keeps')}
            {on && data !== null && data.toDownload > 0 && (
              <>
                {' '}
                {t('storage.disable.here')}{' '}
                {offTexts(data, i18n.language)
                  .map(({ key, values }) => t(key, values))
                  .join(' ')}
              </>
            )}
          </p>
          <p className="strong">
            {stored === null
              ? t('storage.disable.copy')
              : t('storage.disable.copyCount', { count: stored.messagesInCloud })}
          </p>
          <p>{t('storage.disable.undo')}</p>
        </>
      )}
      <FormError text={error} />
    </AskDialog>
  );
}
