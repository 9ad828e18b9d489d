import { useTranslation } from 'react-i18next';
import type { Settings } from '../../electron/api/types.ts';
import { api } from '../app/api.ts';
import { settings } from '../app/state.ts';
import { useAct } from '../ui/useAct.ts';
import { RadioGroup } from './RadioGroup.tsx';

export function LanguageSettings() {
  const { t } = useTranslation();
  const act = useAct();
  const chosen = settings.use((state) => state.data);
  if (chosen === null) return <p>{t('common.loading')}</p>;
  return (
    <>
      <RadioGroup<Settings['language']>
        legend={t('settings.language')}
        value={chosen.language}
        options={[
          { value: 'system', label: t('settings.system') },
          // Each language in its own words, so that whoever needs it finds it.
          { value: 'en', label: 'English', lang: 'en' },
          { value: 'nl', label: 'Nederlands', lang: 'nl' },
        ]}
        onChange={(language) =>
          void act(async () => settings.set(await api.settings.set.mutate({ language })))
        }
      />
      <p className="setting-help">{t('settings.languageHelp')}</p>
    </>
  );
}
