/** The warning before something that the device does, and that can fail: it stays open meanwhile, and says why where it did. */
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../app/api.ts';
import { ConfirmDialog } from './ConfirmDialog.tsx';
import { failureText } from './failure.ts';

type Props = {
  title: string;
  confirmLabel: string;
  children: ReactNode;
  act: () => Promise<unknown>;
  /** It is done; `onClose` follows. */
  onDone: () => void;
  onClose: () => void;
};

export function ConfirmAct({ title, confirmLabel, children, act, onDone, onClose }: Props) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  return (
    <ConfirmDialog
      open
      destructive
      busy={busy}
      title={title}
      confirmLabel={confirmLabel}
      onCancel={onClose}
      onConfirm={() => {
        setBusy(true);
        setError(null);
        act().then(
          () => {
            onDone();
            onClose();
          },
          (caught: unknown) => {
            setError(failureText(t, failureOf(caught)));
            setBusy(false);
          },
        );
      }}
    >
      {children}
      {error !== null && (
        <p className="form-error" role="alert">
          {error}
        </p>
      )}
    </ConfirmDialog>
  );
}
