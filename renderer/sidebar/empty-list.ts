/** Why there is no conversation, and what to do. Pure. */
import type { SyncStatus } from '../../electron/api/types.ts';
import { isWorking } from './status-line.ts';

/**
 * onTheWay: the history is being fetched. switchOff: only what arrives from now on shows here, and the switch is the way to the rest.
 * none: there is nothing yet.
 */
export function whyEmpty(status: SyncStatus | null): 'onTheWay' | 'switchOff' | 'none' {
  if (status === null) return 'none';
  if (status.switch === 'off') return 'switchOff';
  return isWorking(status) ? 'onTheWay' : 'none';
}
