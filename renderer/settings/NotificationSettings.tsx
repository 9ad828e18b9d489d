import { useTranslation } from 'react-i18next';
import type { Settings } from '../../electron/api/types.ts';
import { api } from '../app/api.ts';
import { settings } from '../app/state.ts';
import { askForPermission, usePermission } from '../notifications/permission.ts';
import { useAct } from '../ui/useAct.ts';
import { RadioGroup } from './RadioGroup.tsx';

export function NotificationSettings() {
  const { t } = useTranslation();
  const act = useAct();
  const { permission } = usePermission();
  const chosen = settings.use((state) => state.data);
  if (chosen === null) return <p>{t('common.loading')}</p>;
  const wanted = chosen.notifications !== 'off';
  return (
    <>
      <RadioGroup<Settings['notifications']>
        legend={t('notifications.show')}
        value={chosen.notifications}
        options={[
          { value: 'text', label: t('notifications.text') },
          { value: 'name', label: t('notifications.name') },
          { value: 'hidden', label: t('notifications.hidden') },
          { value: 'off', label: t('notifications.off') },
        ]}
        onChange={(notifications) =>
          void act(async () => {
            settings.set(await api.settings.set.mutate({ notifications }));
            // A click, so that the browser may ask.
            if (notifications !== 'off' && permission === 'default') await askForPermission();
          })
        }
      />
      {wanted && permission === 'default' && (
        <p className="setting-help" role="status">
          {t('notifications.notAsked')}{' '}
          <button type="button" className="button" onClick={() => void act(askForPermission)}>
            {t('notifications.allow')}
          </button>
        </p>
      )}
      {wanted && permission === 'denied' && (
        <p className="setting-help" role="status">
          {t('notifications.denied')}
        </p>
      )}
      {wanted && permission === 'unsupported' && (
        <p className="setting-help" role="status">
          {t('notifications.unsupported')}
        </p>
      )}
      <p className="setting-help">{t('notifications.help')}</p>
    </>
  );
}
