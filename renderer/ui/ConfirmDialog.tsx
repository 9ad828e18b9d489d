/** The warning before something that cannot simply be taken back: one act, and Cancel. */
import type { ReactNode } from 'react';
import { AskDialog } from './AskDialog.tsx';

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

export function ConfirmDialog({ confirmLabel, onConfirm, destructive, children, ...rest }: Props) {
  return (
    <AskDialog
      {...rest}
      acts={[{ label: confirmLabel, tone: destructive ? 'danger' : 'primary', onAct: onConfirm }]}
    >
      {children}
    </AskDialog>
  );
}
