/** The account's devices: which of them take part, when they last did, and how to send one away. */
import { Laptop, Pencil } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Device } from '../../electron/api/types.ts';
import { api } from '../app/api.ts';
import { fullTime, timeAgo } from '../app/format.ts';
import { devices, status } from '../app/state.ts';
import { Field } from '../ui/Field.tsx';
import { failureText } from '../ui/failure.ts';
import { Modal } from '../ui/Modal.tsx';
import { useAct } from '../ui/useAct.ts';
import { useNow } from '../ui/useNow.ts';
import { lastSyncedOf } from './last-synced.ts';
import { RemoveDevice } from './RemoveDevice.tsx';

export function DevicesSettings() {
  const { t } = useTranslation();
  const list = devices.use((state) => state.data);
  const failure = devices.use((state) => state.failure);
  const [renaming, setRenaming] = useState<Device | null>(null);
  const [removing, setRemoving] = useState<Device | null>(null);
  useEffect(() => void devices.load(), []);
  return (
    <>
      {failure !== null && <p className="form-error">{failureText(t, failure)}</p>}
      {list === null && failure === null && <p>{t('common.loading')}</p>}
      <ul className="settings-group" aria-label={t('settings.devices')}>
        {list?.map((device) => (
          <DeviceRow
            key={device.id}
            device={device}
            onRename={() => setRenaming(device)}
            onRemove={() => setRemoving(device)}
          />
        ))}
      </ul>
      {renaming !== null && <RenameDevice device={renaming} onClose={() => setRenaming(null)} />}
      {removing !== null && <RemoveDevice device={removing} onClose={() => setRemoving(null)} />}
    </>
  );
}

type RowProps = { device: Device; onRename: () => void; onRemove: () => void };

function DeviceRow({ device, onRename, onRemove }: RowProps) {
  const { t, i18n } = useTranslation();
  const now = useNow(30_000);
  const facts = [device.platform, device.appVersion].filter((one) => one !== null && one !== '').join(' · ');
  // This device knows its own switch before its record has been written.
  const here = status.use((one) => (one.data === null ? null : one.data.switch === 'on'));
  const switchOn = device.thisDevice ? (here ?? device.switchOn) : device.switchOn;
  const lastSyncedAt = status.use((one) => lastSyncedOf(device, one.data));
  const state =
    switchOn === null ? 'settings.switchUnknown' : switchOn ? 'settings.switchOn' : 'settings.switchOff';
  return (
    <li className="setting-row device" aria-label={device.name}>
      <Laptop aria-hidden="true" className="device-icon" />
      <div className="setting-text device-text">
        <p className="setting-label">
          <bdi>{device.name}</bdi>
          {device.thisDevice && <span className="badge">{t('settings.thisDevice')}</span>}
        </p>
        <p className="setting-help">{t(state)}</p>
        <p className="setting-help">
          {lastSyncedAt === null
            ? t('status.neverSynced')
            : t('status.lastSynced', {
                when: timeAgo(lastSyncedAt, now, i18n.language) ?? t('status.justNow'),
              })}
          {device.addedAt !== null && (
            <> · {t('settings.added', { when: fullTime(device.addedAt, i18n.language) })}</>
          )}
        </p>
        {facts !== '' && <p className="setting-help">{facts}</p>}
      </div>
      <button
        type="button"
        className="icon-button"
        aria-label={t('settings.renameDevice', { name: device.name })}
        onClick={onRename}
      >
        <Pencil aria-hidden="true" />
      </button>
      {!device.thisDevice && (
        <button
          type="button"
          className="button"
          aria-label={t('settings.removeNamed', { name: device.name })}
          onClick={onRemove}
        >
          {t('settings.remove')}
        </button>
      )}
    </li>
  );
}

function RenameDevice({ device, onClose }: { device: Device; onClose: () => void }) {
  const { t } = useTranslation();
  const act = useAct();
  const [name, setName] = useState(device.name);
  return (
    <Modal
      open
      title={t('settings.renameDevice', { name: device.name })}
      onClose={onClose}
      className="dialog-small"
    >
      <form
        className="dialog-body"
        onSubmit={(event) => {
          event.preventDefault();
          void act(async () => {
            await api.devices.rename.mutate({ id: device.id, name: name.trim() });
            await devices.load();
          }).then((ok) => ok && onClose());
        }}
      >
        <Field label={t('settings.deviceName')} value={name} onValue={setName} maxLength={100} />
        <div className="dialog-buttons">
          <button type="button" className="button" onClick={onClose}>
            {t('common.cancel')}
          </button>
          <button type="submit" className="button button-primary" disabled={name.trim() === ''}>
            {t('common.save')}
          </button>
        </div>
      </form>
    </Modal>
  );
}
