import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Device } from '../../electron/api/types.ts';
import { api, failureOf } from '../app/api.ts';
import { devices, session, view } from '../app/state.ts';
import { ConfirmDialog } from '../ui/ConfirmDialog.tsx';
import { Field } from '../ui/Field.tsx';
import { failureText } from '../ui/failure.ts';

export function RemoveDevice({ device, onClose }: { device: Device; onClose: () => void }) {
  const { t } = useTranslation();
  const [stolen, setStolen] = useState(false);
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  return (
    <ConfirmDialog
      open
      destructive
      busy={busy}
      disabled={stolen && password === ''}
      title={t('settings.removeTitle', { name: device.name })}
      confirmLabel={t('settings.removeButton')}
      onCancel={onClose}
      onConfirm={() => {
        setBusy(true);
        setError(null);
        api.devices.remove.mutate({ id: device.id, stolen, password: stolen ? password : null }).then(
          () => {
            view.say(t('settings.removed', { name: device.name }));
            void devices.load();
            // The new recovery key is shown next, as after signing up.
            if (stolen) void session.load();
            onClose();
          },
          (caught: unknown) => {
            setError(failureText(t, failureOf(caught)));
            setBusy(false);
          },
        );
      }}
    >
      <p>{t('settings.removeHelp')}</p>
      <label className="check">
        <input type="checkbox" checked={stolen} onChange={(event) => setStolen(event.target.checked)} />
        {t('settings.removeStolen')}
      </label>
      {stolen && (
        <>
          <p>{t('settings.removeStolenHelp')}</p>
          <Field
            label={t('settings.currentPassword')}
            type="password"
            autoComplete="current-password"
            value={password}
            onValue={setPassword}
          />
        </>
      )}
      {error !== null && (
        <p className="form-error" role="alert">
          {error}
        </p>
      )}
    </ConfirmDialog>
  );
}
