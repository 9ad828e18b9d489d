/** The switch "Messages in iCloud" of this device, and why it is as it is. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SyncStatus } from '../../electron/api/types.ts';
import { devices } from '../app/state.ts';
import { Switch } from '../ui/Switch.tsx';
import { PurgePending } from './PurgePending.tsx';
import { switchNote } from './switch-note.ts';
import { TurnOff } from './TurnOff.tsx';
import { TurnOn } from './TurnOn.tsx';

export function SwitchSection({ status }: { status: SyncStatus }) {
  const { t } = useTranslation();
  const known = devices.use((state) => state.data);
  const [asking, setAsking] = useState<'on' | 'off' | null>(null);
  const on = status.switch === 'on' || status.switch === 'enabling';
  const note = switchNote(status, known);
  return (
    <div className="settings-group">
      <Switch
        label={t('switch.name')}
        help={t(on ? 'switch.help' : 'switch.helpOff')}
        on={on}
        // Turning off ends or is cancelled below; a pending purge is undone first.
        disabled={status.switch === 'disabling' || (!on && status.purge !== null)}
        onChange={(next) => setAsking(next ? 'on' : 'off')}
      />
      {note !== null && (
        <p className="settings-note" role="note">
          {t(note.key, note.values)}
        </p>
      )}
      {status.purge !== null && <PurgePending purge={status.purge} />}
      {asking === 'on' && <TurnOn onClose={() => setAsking(null)} />}
      {asking === 'off' && <TurnOff onClose={() => setAsking(null)} />}
    </div>
  );
}
