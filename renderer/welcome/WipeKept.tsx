/** The warning before the messages of somebody who is not signed in any more are taken off this device. */
import { useTranslation } from 'react-i18next';
import type { WipeScope } from '../../electron/api/types.ts';
import { api } from '../app/api.ts';
import { session } from '../app/state.ts';
import { ConfirmDialog } from '../ui/ConfirmDialog.tsx';
import { FormError } from '../ui/FormError.tsx';
import { useAnswered } from '../ui/useAnswered.ts';
import { wipeButton, wipeTexts } from './kept-text.ts';

type Props = { handle: string; scope: WipeScope; onClose: () => void };

export function WipeKept({ handle, scope, onClose }: Props) {
  const { t } = useTranslation();
  const { busy, error, run } = useAnswered();
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
        // What would be lost was said, and the button names it.
        const evenUnsent = scope.messages + scope.changes > 0;
        run(
          () => api.session.wipeKept.mutate({ confirmed: true, evenUnsent }),
          (state) => {
            onClose();
            session.set(state);
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
      <FormError text={error} />
    </ConfirmDialog>
  );
}
