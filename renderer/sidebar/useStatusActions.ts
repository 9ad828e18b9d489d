/** What the status line's button does, and the same one in Settings. */
import { useTranslation } from 'react-i18next';
import { api } from '../app/api.ts';
import { session, view } from '../app/state.ts';
import { useAct } from '../ui/useAct.ts';
import type { StatusAction } from './status-line.ts';

export function useStatusActions(): (action: StatusAction) => void {
  const { t } = useTranslation();
  const act = useAct();
  const run: Record<StatusAction, () => void> = {
    syncNow: () => void act(() => api.sync.now.mutate()),
    tryNow: () => void act(() => api.sync.now.mutate()),
    hold: () => void act(() => api.sync.hold.mutate()),
    resume: () => void act(() => api.sync.resume.mutate()),
    continueAnyway: () => void act(() => api.sync.continueAnyway.mutate()),
    repair: () => void act(() => api.sync.repair.mutate()),
    manageStorage: () => view.openSettings('messages', 'storage'),
    signIn: () => void session.load(),
    update: () => view.say(t('status.help.appTooOld')),
  };
  return (action) => run[action]();
}
