/**
 * Whether the device that is signed in takes part from the start. Not asked where messages were kept: then its switch is as it was, and
 * Settings has it.
 */
import { useTranslation } from 'react-i18next';
import { Switch } from '../ui/Switch.tsx';

export function TakesPart({ on, onChange }: { on: boolean; onChange: (on: boolean) => void }) {
  const { t } = useTranslation();
  return (
    <div className="takes-part">
      <Switch
        label={t('welcome.takesPart')}
        help={t(on ? 'welcome.takesPartOn' : 'welcome.takesPartOff')}
        on={on}
        onChange={onChange}
      />
    </div>
  );
}
