/** Settings > Messages: the switch of this device, what the cloud holds, how it stands. */
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../app/api.ts';
import { byteSize } from '../app/format.ts';
import { settings, status, storage, view } from '../app/state.ts';
import { failureText } from '../ui/failure.ts';
import { Switch } from '../ui/Switch.tsx';
import { useAct } from '../ui/useAct.ts';
import { useNow } from '../ui/useNow.ts';
import { KeepMessages } from './KeepMessages.tsx';
import { TurnOff, TurnOn } from './SwitchDialogs.tsx';
import { syncState } from './sync-state.ts';

export function MessagesSettings() {
  const { t, i18n } = useTranslation();
  const act = useAct();
  const now = useNow(1000);
  const sync = status.use((state) => state.data);
  const chosen = settings.use((state) => state.data);
  const stored = storage.use((state) => state.data);
  const failure = storage.use((state) => state.failure);
  const [asking, setAsking] = useState<'on' | 'off' | null>(null);
  const phase = sync?.phase;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is stored changes when a phase ends
  useEffect(() => void storage.load(), [phase]);
  useEffect(() => {
    void status.load();
    void settings.load();
  }, []);
  if (sync === null) return <p>{t('common.loading')}</p>;

  const on = sync.switch === 'on' || sync.switch === 'enabling';
  const changing = sync.switch === 'enabling' || sync.switch === 'disabling';
  const working = sync.phase !== 'idle' && sync.phase !== 'paused';
  const state = syncState(sync, now, i18n.language);
  const share = stored === null || stored.quotaBytes <= 0 ? 0 : stored.bytesUsed / stored.quotaBytes;
  return (
    <>
      <div className="settings-group">
        <Switch
          label={t('settings.switch')}
          help={t(on ? 'settings.switchHelp' : 'settings.switchOffHelp')}
          on={on}
          disabled={sync.switch === 'disabling'}
          onChange={(next) => setAsking(next ? 'on' : 'off')}
        />
        {sync.switchReason !== null && (
          <p className="settings-note" role="note">
            {t(sync.switchReason === 'purged' ? 'settings.switchPurged' : 'settings.switchRemoved')}
          </p>
        )}
      </div>
      <dl className="settings-group">
        <div className="setting-row">
          <dt className="setting-label">{t('settings.status')}</dt>
          <dd className="setting-value">
            {t(state.text.key, state.text.values)}
            {state.last !== null && (
              <span className="setting-second">{t(state.last.key, state.last.values)}</span>
            )}
          </dd>
        </div>
        <div className="setting-row">
          <dt className="setting-label">{t('settings.inCloudCount')}</dt>
          <dd className="setting-value">
            {stored === null ? '–' : t('settings.messagesCount', { count: stored.messagesInCloud })}
          </dd>
        </div>
        <div className="setting-row">
          <dt className="setting-label">{t('settings.here')}</dt>
          <dd className="setting-value">
            {stored === null ? '–' : t('settings.messagesCount', { count: stored.messagesHere })}
          </dd>
        </div>
        <div className="setting-row">
          <dt className="setting-label">{t('settings.storageUsed')}</dt>
          <dd className="setting-value">
            {stored === null
              ? '–'
              : t('settings.storageOf', {
                  used: byteSize(stored.bytesUsed, i18n.language),
                  quota: byteSize(stored.quotaBytes, i18n.language),
                })}
            {stored !== null && (
              <meter
                className="storage-meter"
                aria-label={t('settings.storageUsed')}
                min={0}
                max={1}
                high={0.9}
                value={Math.min(1, share)}
              />
            )}
            {share > 0.9 && <span className="setting-second">{t('settings.storageAlmost')}</span>}
          </dd>
        </div>
      </dl>
      {failure !== null && <p className="form-error">{failureText(t, failure)}</p>}
      <div className="settings-buttons">
        {changing && working ? (
          <button type="button" className="button" onClick={() => void act(() => api.sync.cancel.mutate())}>
            {t('settings.cancelSync')}
          </button>
        ) : (
          <button
            type="button"
            className="button"
            disabled={working}
            onClick={() => void act(() => api.sync.now.mutate())}
          >
            {t('settings.syncNow')}
          </button>
        )}
        {sync.action === 'repair' && (
          <button type="button" className="button" onClick={() => void act(() => api.sync.repair.mutate())}>
            {t('status.repair')}
          </button>
        )}
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
      </div>
      {share > 0.5 && <p className="setting-help">{t('settings.manageStorageHelp')}</p>}
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
      <KeepMessages />
      <TurnOn open={asking === 'on'} onClose={() => setAsking(null)} />
      <TurnOff open={asking === 'off'} onClose={() => setAsking(null)} />
    </>
  );
}
