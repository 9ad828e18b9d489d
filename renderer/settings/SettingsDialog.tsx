/** The settings, a tab a topic; Messages first, where the switch is. */
import { Dialog } from '@base-ui/react/dialog';
import { Tabs } from '@base-ui/react/tabs';
import {
  Bell,
  CircleUserRound,
  Cloud,
  Keyboard,
  Languages,
  LifeBuoy,
  MonitorSmartphone,
  SunMoon,
  X,
} from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { AccountInfo } from '../../electron/api/types.ts';
import { type SettingsTab, useView, view } from '../app/state.ts';
import { AccountSettings } from './AccountSettings.tsx';
import { AppearanceSettings } from './AppearanceSettings.tsx';
import { DevicesSettings } from './DevicesSettings.tsx';
import { LanguageSettings } from './LanguageSettings.tsx';
import { MessagesSettings } from './MessagesSettings.tsx';
import { NotificationSettings } from './NotificationSettings.tsx';
import { TroubleshootingSettings } from './troubleshooting/TroubleshootingSettings.tsx';
import './settings.css';

const ICONS: Record<SettingsTab, ReactNode> = {
  messages: <Cloud />,
  account: <CircleUserRound />,
  devices: <MonitorSmartphone />,
  notifications: <Bell />,
  appearance: <SunMoon />,
  language: <Languages />,
  troubleshooting: <LifeBuoy />,
};
const TABS = Object.keys(ICONS) as SettingsTab[];

export function SettingsDialog({ account }: { account: AccountInfo }) {
  const { t } = useTranslation();
  const tab = useView((state) => state.settingsTab);
  // In a narrow window not all tabs fit: the one that is open is in sight, also when a button led to it.
  useEffect(() => {
    if (tab !== null)
      document
        .querySelector('.settings-tab[data-active]')
        ?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [tab]);
  if (tab === null) return null;
  return (
    <Dialog.Root open onOpenChange={(open) => !open && view.closeSettings()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="dialog settings">
          <header className="dialog-header">
            <Dialog.Title className="dialog-title">{t('settings.title')}</Dialog.Title>
            <button
              type="button"
              className="icon-button dialog-header-more"
              aria-label={t('help.open')}
              title={t('help.open')}
              onClick={() => {
                view.closeSettings();
                useView.setState({ help: true });
              }}
            >
              <Keyboard aria-hidden="true" />
            </button>
            <Dialog.Close className="icon-button" aria-label={t('common.close')}>
              <X aria-hidden="true" />
            </Dialog.Close>
          </header>
          <Tabs.Root
            value={tab}
            onValueChange={(value: SettingsTab) => view.openSettings(value)}
            className="settings-body"
          >
            <Tabs.List className="settings-tabs" aria-label={t('settings.sections')}>
              {TABS.map((one) => (
                <Tabs.Tab key={one} value={one} className="settings-tab">
                  <span aria-hidden="true">{ICONS[one]}</span>
                  {t(`settings.${one}`)}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            <Panel value="messages">
              <MessagesSettings />
            </Panel>
            <Panel value="account">
              <AccountSettings account={account} />
            </Panel>
            <Panel value="devices">
              <DevicesSettings />
            </Panel>
            <Panel value="notifications">
              <NotificationSettings />
            </Panel>
            <Panel value="appearance">
              <AppearanceSettings />
            </Panel>
            <Panel value="language">
              <LanguageSettings />
            </Panel>
            <Panel value="troubleshooting">
              <TroubleshootingSettings />
            </Panel>
          </Tabs.Root>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Panel({ value, children }: { value: SettingsTab; children: ReactNode }) {
  return (
    <Tabs.Panel value={value} className="settings-panel">
      {children}
    </Tabs.Panel>
  );
}
