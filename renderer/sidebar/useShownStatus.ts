/** How synchronizing stands, as the window shows it: the status line and Settings look here, and say the same. */
import { useEffect, useState } from 'react';
import type { SyncStatus } from '../../electron/api/types.ts';
import { status } from '../app/state.ts';
import { isWorking, QUIET_MS, shownStatus } from './status-line.ts';

/** Sending one message is work too, of some milliseconds: a line that flashes for each would say nothing. */
export function useShownStatus(): SyncStatus | null {
  const data = status.use((state) => state.data);
  const working = data !== null && isWorking(data);
  // A view that opens while work goes on shows it at once, as the line does.
  const [lasted, setLasted] = useState(working);
  useEffect(() => void status.load(), []);
  useEffect(() => {
    if (!working) {
      setLasted(false);
      return;
    }
    const timer = setTimeout(() => setLasted(true), QUIET_MS);
    return () => clearTimeout(timer);
  }, [working]);
  return data === null ? null : shownStatus(data, lasted);
}
