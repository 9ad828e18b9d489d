/** The status line under the list: the live state, when it is worth a line, and what its button does. */
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SyncStatus } from '../../electron/api/types.ts';
import { api } from '../app/api.ts';
import { session, status, view } from '../app/state.ts';
import { useAct } from '../ui/useAct.ts';
import { useNow } from '../ui/useNow.ts';
import { StatusLine } from './StatusLine.tsx';
import { QUIET_MS, type StatusAction, statusLine, worthSaying } from './status-line.ts';

export function StatusFooter() {
  const { t } = useTranslation();
  const act = useAct();
  const now = useNow(1000);
  const data = status.use((state) => state.data);
  useEffect(() => void status.load(), []);
  const shown = useWorthSaying(data);
  const run: Record<StatusAction, () => void> = {
    syncNow: () => void act(() => api.sync.now.mutate()),
    tryNow: () => void act(() => api.sync.now.mutate()),
    resume: () => void act(() => api.sync.resume.mutate()),
    continueAnyway: () => void act(() => api.sync.continueAnyway.mutate()),
    repair: () => void act(() => api.sync.repair.mutate()),
    manageStorage: () => view.openSettings('messages'),
    signIn: () => void session.load(),
    update: () => view.say(t('status.help.appTooOld')),
  };
  return (
    <StatusLine
      line={data === null || !shown ? null : statusLine(data, now)}
      onAction={(action) => run[action]()}
    />
  );
}

/** Sending one message is work too, of some milliseconds: a line that flashes for each would say nothing. */
function useWorthSaying(data: SyncStatus | null): boolean {
  const working = data !== null && data.phase !== 'idle' && data.phase !== 'paused';
  const [lasts, setLasts] = useState(false);
  useEffect(() => {
    if (!working) {
      setLasts(false);
      return;
    }
    const timer = setTimeout(() => setLasts(true), QUIET_MS);
    return () => clearTimeout(timer);
  }, [working]);
  return data !== null && (worthSaying(data) || (working && lasts));
}
