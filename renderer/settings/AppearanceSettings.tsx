import { useTranslation } from 'react-i18next';
import type { Settings } from '../../electron/api/types.ts';
import { api } from '../app/api.ts';
import { settings } from '../app/state.ts';
import { useAct } from '../ui/useAct.ts';
import { RadioGroup } from './RadioGroup.tsx';

export function AppearanceSettings() {
  const { t } = useTranslation();
  const act = useAct();
  const chosen = settings.use((state) => state.data);
  if (chosen === null) return <p>{t('common.loading')}</p>;
  return (
    <RadioGroup<Settings['appearance']>
      legend={t('settings.theme')}
      value={chosen.appearance}
      options={[
        { value: 'system', label: t('settings.system') },
        { value: 'light', label: t('settings.light') },
        { value: 'dark', label: t('settings.dark') },
      ]}
      onChange={(appearance) =>
        void act(async () => settings.set(await api.settings.set.mutate({ appearance })))
      }
    />
  );
}
