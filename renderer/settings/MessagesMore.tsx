/**
 * What is about all messages and not about synchronizing them: how long they are kept, receipts, the ways to other pages.
 */
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../app/api.ts';
import { settings, view } from '../app/state.ts';
import { Switch } from '../ui/Switch.tsx';
import { useAct } from '../ui/useAct.ts';
import { BlockedPeople } from './BlockedPeople.tsx';
import { KeepMessages } from './KeepMessages.tsx';

export function MessagesMore() {
  const { t } = useTranslation();
  const act = useAct();
  const chosen = settings.use((state) => state.data);
  useEffect(() => void settings.load(), []);
  return (
    <>
      <KeepMessages />
      {chosen !== null && (
        <div className="settings-group">
          <Switch
            label={t('settings.receipts')}
            help={t('settings.receiptsHelp')}
            on={chosen.readReceipts}
            onChange={(readReceipts) =>
              void act(async () => settings.set(await api.settings.set.mutate({ readReceipts })))
            }
          />
        </div>
      )}
      <BlockedPeople />
      <div className="settings-buttons">
        <button
          type="button"
          className="button"
          onClick={() => {
            view.closeSettings();
            view.show({ kind: 'recentlyDeleted' });
          }}
        >
          {t('settings.recentlyDeleted')}
        </button>
        <button type="button" className="button" onClick={() => view.openSettings('troubleshooting')}>
          {t('settings.troubleshootingOpen')}
        </button>
      </div>
    </>
  );
}
