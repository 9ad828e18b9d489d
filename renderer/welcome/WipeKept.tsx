/** The warning before the messages of somebody who is not signed in any more are taken off this device. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { WipeScope } from '../../electron/api/types.ts';
import { api, failureOf } from '../app/api.ts';
import { session } from '../app/state.ts';
import { ConfirmDialog } from '../ui/ConfirmDialog.tsx';
import { failureText } from '../ui/failure.ts';
import { wipeButton, wipeTexts } from './kept-text.ts';

type Props = { handle: string; scope: WipeScope; onClose: () => void };

export function WipeKept({ handle, scope, onClose }: Props) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const button = wipeButton(scope);
  return (
    <ConfirmDialog
      open
      destructive
      busy={busy}
      title={t('closed.wipeTitle')}
      confirmLabel={t(button.key, button.values)}
      onCancel={onClose}
      onConfirm={() => {
        setBusy(true);
        setError(null);
        // What would be lost was said, and the button names it.
        const evenUnsent = scope.messages + scope.changes > 0;
        api.session.wipeKept.mutate({ confirmed: true, evenUnsent }).then(
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
      {wipeTexts(scope, handle).map(({ key, values }) => (
        <p key={key} className="strong">
          {t(key, values)}
        </p>
      ))}
      <p>{t('closed.wipeNoUndo')}</p>
      {error !== null && (
        <p className="form-error" role="alert">
          {error}
        </p>
      )}
    </ConfirmDialog>
  );
}
