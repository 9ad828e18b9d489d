import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { WipeScope } from '../../electron/api/types.ts';
import { api, failureOf } from '../app/api.ts';
import { listNames } from '../app/names.ts';
import { session } from '../app/state.ts';
import { ConfirmDialog } from '../ui/ConfirmDialog.tsx';
import { failureText } from '../ui/failure.ts';
import { signOutButton, wipeHelp } from './sign-out-text.ts';

export function SignOut({ onClose }: { onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const [wipe, setWipe] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [scope, setScope] = useState<WipeScope | null>(null);
  /** What the device refused to lose: asked again, by a button that names it. */
  const [refused, setRefused] = useState<WipeScope | null>(null);
  useEffect(() => {
    // Without it there is no promise of where the messages stay; the device checks again by itself.
    api.session.wipeScope.query().then(setScope, () => {});
  }, []);
  const names = listNames(i18n.language);
  const button = signOutButton(wipe ? refused : null);
  async function failed(caught: unknown): Promise<void> {
    const failure = failureOf(caught);
    if (failure.reason === 'notYetInCloud') {
      const now = await api.session.wipeScope.query().catch(() => null);
      setScope(now);
      setRefused(now);
    }
    setError(failureText(t, failure));
    setBusy(false);
  }
  function choose(next: boolean): void {
    setWipe(next);
    setRefused(null);
    setError(null);
  }
  return (
    <ConfirmDialog
      open
      destructive
      busy={busy}
      title={t('settings.signOutTitle')}
      confirmLabel={t(button.key, button.values)}
      onCancel={onClose}
      onConfirm={() => {
        setBusy(true);
        api.session.signOut.mutate({ wipe, evenUnsent: wipe && refused !== null }).then((state) => {
          onClose();
          session.set(state);
        }, failed);
      }}
    >
      <p>{t('settings.signOutHelp')}</p>
      <fieldset className="choices">
        <legend className="visually-hidden">{t('settings.signOutTitle')}</legend>
        <Choice
          checked={!wipe}
          onChoose={() => choose(false)}
          label={t('settings.signOutKeep')}
          help={t('settings.signOutKeepHelp')}
        />
        <Choice
          checked={wipe}
          onChoose={() => choose(true)}
          label={t('settings.signOutWipe')}
          help={
            scope === null
              ? ''
              : wipeHelp(scope, names)
                  .map((text) => t(text.key, text.values))
                  .join(' ')
          }
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
