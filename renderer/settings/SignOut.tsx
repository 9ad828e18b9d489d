import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, failureOf } from '../app/api.ts';
import { session, status } from '../app/state.ts';
import { ConfirmDialog } from '../ui/ConfirmDialog.tsx';
import { failureText } from '../ui/failure.ts';

export function SignOut({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [wipe, setWipe] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const on = status.use((state) => state.data?.switch === 'on');
  return (
    <ConfirmDialog
      open
      destructive
      busy={busy}
      title={t('settings.signOutTitle')}
      confirmLabel={t('settings.signOutButton')}
      onCancel={onClose}
      onConfirm={() => {
        setBusy(true);
        api.session.signOut.mutate({ wipe }).then(
          (state) => {
            onClose();
            session.set(state);
          },
          (caught: unknown) => {
            setError(failureText(t, failureOf(caught)));
            setBusy(false);
          },
        );
      }}
    >
      <p>{t('settings.signOutHelp')}</p>
      <fieldset className="choices">
        <legend className="visually-hidden">{t('settings.signOutTitle')}</legend>
        <Choice
          checked={!wipe}
          onChoose={() => setWipe(false)}
          label={t('settings.signOutKeep')}
          help={t('settings.signOutKeepHelp')}
        />
        <Choice
          checked={wipe}
          onChoose={() => setWipe(true)}
          label={t('settings.signOutWipe')}
          help={t(on ? 'settings.signOutWipeOn' : 'settings.signOutWipeOff')}
        />
      </fieldset>
      {error !== null && (
        <p className="form-error" role="alert">
          {error}
        </p>
      )}
    </ConfirmDialog>
  );
}

type ChoiceProps = { checked: boolean; onChoose: () => void; label: string; help: string };

function Choice({ checked, onChoose, label, help }: ChoiceProps) {
  return (
    <label className="choice" data-checked={checked || undefined}>
      <input type="radio" name="sign-out" checked={checked} onChange={onChoose} />
      <span>
        <strong>{label}</strong>
        <span className="setting-help">{help}</span>
      </span>
    </label>
  );
}
