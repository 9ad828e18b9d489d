import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AccountInfo } from '../../electron/api/types.ts';
import { api, failureOf } from '../app/api.ts';
import { view } from '../app/state.ts';
import { Field } from '../ui/Field.tsx';
import { failureText } from '../ui/failure.ts';
import { Modal } from '../ui/Modal.tsx';
import { PasswordField, usePasswordStrength } from '../welcome/PasswordField.tsx';

export function ChangePassword({ account, onClose }: { account: AccountInfo; onClose: () => void }) {
  const { t } = useTranslation();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [signOutOthers, setSignOutOthers] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const strength = usePasswordStrength(next, account.handle, account.name);
  return (
    <Modal open title={t('settings.changePasswordTitle')} onClose={onClose} className="dialog-small">
      <form
        className="dialog-body"
        onSubmit={(event) => {
          event.preventDefault();
          setBusy(true);
          setError(null);
          api.session.changePassword.mutate({ current, next, signOutOthers }).then(
            () => {
              view.say(t('settings.passwordChanged'));
              onClose();
            },
            (caught: unknown) => {
              setError(failureText(t, failureOf(caught)));
              setBusy(false);
            },
          );
        }}
      >
        <Field
          label={t('settings.currentPassword')}
          type="password"
          autoComplete="current-password"
          value={current}
          onValue={setCurrent}
        />
        <PasswordField label={t('settings.newPassword')} value={next} onValue={setNext} strength={strength} />
        <label className="check">
          <input
            type="checkbox"
            checked={signOutOthers}
            onChange={(event) => setSignOutOthers(event.target.checked)}
          />
          {t('settings.signOutOthers')}
        </label>
        {error !== null && (
          <p className="form-error" role="alert">
            {error}
          </p>
        )}
        {busy && <p className="setting-help">{t('welcome.working.signIn')}</p>}
        <div className="dialog-buttons">
          <button type="button" className="button" onClick={onClose}>
            {t('common.cancel')}
          </button>
          <button
            type="submit"
            className="button button-primary"
            disabled={busy || current === '' || strength?.enough !== true}
            aria-busy={busy || undefined}
          >
            {t('settings.changePasswordButton')}
          </button>
        </div>
      </form>
    </Modal>
  );
}
