/**
 * The warning before something that cannot simply be taken back. Cancel has the focus and Escape means it; Enter never
 * confirms, not even on the confirming button: that takes a click or the space bar.
 */
import { AlertDialog } from '@base-ui/react/alert-dialog';
import { type ReactNode, useRef } from 'react';
import { useTranslation } from 'react-i18next';

type Props = {
  open: boolean;
  title: string;
  children: ReactNode;
  confirmLabel: string;
  onConfirm: () => void;
  onCancel: () => void;
  /** The act takes something away. */
  destructive?: boolean;
  busy?: boolean;
  disabled?: boolean;
};

export function ConfirmDialog(props: Props) {
  const { t } = useTranslation();
  const cancel = useRef<HTMLButtonElement>(null);
  const blocked = props.busy || props.disabled;
  return (
    <AlertDialog.Root open={props.open} onOpenChange={(open) => !open && props.onCancel()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="backdrop" />
        <AlertDialog.Popup className="dialog confirm" initialFocus={cancel}>
          <AlertDialog.Title className="dialog-title">{props.title}</AlertDialog.Title>
          <AlertDialog.Description render={<div />} className="confirm-text">
            {props.children}
          </AlertDialog.Description>
          <div className="dialog-buttons">
            <AlertDialog.Close ref={cancel} className="button">
              {t('common.cancel')}
            </AlertDialog.Close>
            <button
              type="button"
              className={props.destructive ? 'button button-danger' : 'button button-primary'}
              // Not `disabled`: the Tab key reaches it from the start, also while the reach of a delete is looked up.
              aria-disabled={blocked || undefined}
              aria-busy={props.busy || undefined}
              onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
              onClick={() => !blocked && props.onConfirm()}
            >
              {props.confirmLabel}
            </button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
