/** What a check's button does. Those that only explain (`update`, `clockHelp`) are the row's own matter. */
import type { CheckAction } from '../../../electron/api/troubleshooting-types.ts';
import { api } from '../../app/api.ts';
import { session, view } from '../../app/state.ts';
import { useAct } from '../../ui/useAct.ts';

export type ExplainedAction = 'update' | 'clockHelp';
export const isExplained = (action: CheckAction): action is ExplainedAction =>
  action === 'update' || action === 'clockHelp';

/** `again`: the checks are run once more after what could change them. */
export function useCheckActions(
  again: () => Promise<void>,
): (action: Exclude<CheckAction, ExplainedAction>) => Promise<void> {
  const act = useAct();
  const then = async (work: () => Promise<unknown>): Promise<void> => {
    await act(work);
    await again();
  };
  const leaveTo = async (show: () => void): Promise<void> => {
    view.closeSettings();
    show();
  };
  const run: Record<Exclude<CheckAction, ExplainedAction>, () => Promise<void>> = {
    syncNow: () => then(() => api.sync.now.mutate()),
    tryNow: () => then(() => api.sync.now.mutate()),
    startCloudHere: () =>
      then(async () => {
        await api.session.checkCloud.mutate({ cloud: { kind: 'thisComputer' } });
        await api.sync.now.mutate();
      }),
    resume: () => then(() => api.sync.resume.mutate()),
    continueAnyway: () => then(() => api.sync.continueAnyway.mutate()),
    repair: () => then(() => api.sync.repair.mutate()),
    checkDatabase: () => then(() => api.troubleshooting.checkDatabase.mutate()),
    signIn: () => session.load(),
    manageStorage: async () => view.openSettings('messages', 'storage'),
    openSwitch: async () => view.openSettings('messages'),
    showDevices: async () => view.openSettings('devices'),
    showRecentlyDeleted: () => leaveTo(() => view.show({ kind: 'recentlyDeleted' })),
    showNotices: () => leaveTo(() => {}),
  };
  return (action) => run[action]();
}
