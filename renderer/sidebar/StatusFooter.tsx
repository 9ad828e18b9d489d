/** The status line under the list: the live state, when it is worth a line. */
import { useNow } from '../ui/useNow.ts';
import { StatusLine } from './StatusLine.tsx';
import { statusLine } from './status-line.ts';
import { useShownStatus } from './useShownStatus.ts';
import { useStatusActions } from './useStatusActions.ts';

export function StatusFooter() {
  const now = useNow(1000);
  const status = useShownStatus();
  const onAction = useStatusActions();
  return <StatusLine line={status === null ? null : statusLine(status, now)} onAction={onAction} />;
}
