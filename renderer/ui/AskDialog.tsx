/**
 * A question before something happens, with one or several acts to choose from. Cancel has the focus and Escape means it; Enter never
 * chooses an act, not even on its own button: that takes a click or the space bar.
 */
import { AlertDialog } from '@base-ui/react/alert-dialog';
import { type ReactNode, useRef } from 'react';
import { useTranslation } from 'react-i18next';

export type Act = { label: string; tone: 'primary' | 'danger' | 'plain'; onAct: () => void };

type Props = {
  open: boolean;
  title: string;
  children: ReactNode;
  /** None: there is nothing to choose but Cancel. Several stand one above the other. */
  acts: Act[];
  onCancel: () => void;
  /** It is being done. */
  busy?: boolean | undefined;
  /** What one must know first is not known yet. */
  disabled?: boolean | undefined;
};

const CLASSES = { primary: 'button button-primary', danger: 'button button-danger', plain: 'button' };

export function AskDialog({ open, title, children, acts, onCancel, busy, disabled }: Props) {
  const { t } = useTranslation();
  const cancel = useRef<HTMLButtonElement>(null);
  const blocked = busy || disabled;
  const stacked = acts.length > 1;
  const cancelButton = (
    <AlertDialog.Close ref={cancel} className="button">
      {t('common.cancel')}
    </AlertDialog.Close>
  );
  return (
    <AlertDialog.Root open={open} onOpenChange={(next) => !next && onCancel()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="backdrop" />
        <AlertDialog.Popup className="dialog confirm" initialFocus={cancel}>
          <AlertDialog.Title className="dialog-title">{title}</AlertDialog.Title>
          <AlertDialog.Description render={<div />} className="confirm-text">
            {children}
          </AlertDialog.Description>
          <div className="dialog-buttons" data-stacked={stacked || undefined}>
            {!stacked && cancelButton}
            {acts.map((act) => (
              <button
                key={act.label}
                type="button"
                className={CLASSES[act.tone]}
                // Not `disabled`: the Tab key reaches it from the start, also while the reach of a delete is looked up.
                aria-disabled={blocked || undefined}
                aria-busy={busy || undefined}
                onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
                onClick={() => !blocked && act.onAct()}
              >
                {act.label}
              </button>
            ))}
            {stacked && cancelButton}
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
