/** Why the switch is as it is, and what a pending Disable & Delete means: texts from the status and the devices' names. Pure. */
import type { Device, Id, SyncStatus } from '../../electron/api/types.ts';

export type Text = { key: string; values: Record<string, string | number> };

const DAY = 86_400_000;

/** Where something was asked for: here, on a device that has a name, or on one that nobody knows (any more). */
type Where = { kind: 'here' } | { kind: 'named'; name: string } | { kind: 'somewhere' };

function whereOf(id: Id | null, devices: readonly Device[] | null): Where {
  const device = devices?.find((one) => one.id === id);
  if (device === undefined) return { kind: 'somewhere' };
  return device.thisDevice ? { kind: 'here' } : { kind: 'named', name: device.name };
}

/** Null: it is as this person's own click here left it. A pending purge has a text of its own (`purgeTexts`). */
export function switchNote(status: SyncStatus, devices: readonly Device[] | null): Text | null {
  const reason = status.switchReason;
  if (reason === null || (reason === 'purging' && status.purge !== null)) return null;
  if (reason !== 'allDevices') return { key: `switch.note.${reason}`, values: {} };
  const where = whereOf(status.switchedBy, devices);
  switch (where.kind) {
    case 'here':
      return { key: 'switch.note.allDevicesHere', values: {} };
    case 'named':
      return { key: 'switch.note.allDevices', values: { name: where.name } };
    case 'somewhere':
      return { key: 'switch.note.allDevicesSomewhere', values: {} };
  }
}

/** Until when, which device asked, and what Undo does. Days are counted up: on the last one there is one left. */
export function purgeTexts(
  purge: NonNullable<SyncStatus['purge']>,
  devices: readonly Device[] | null,
  now: number,
): { title: Text; left: Text; by: Text } {
  const days = Math.ceil((purge.at - now) / DAY);
  const where = whereOf(purge.by, devices);
  return {
    title: { key: 'switch.purge.title', values: { at: purge.at } },
    left:
      days > 0
        ? { key: 'switch.purge.left', values: { count: days } }
        : { key: 'switch.purge.now', values: {} },
    by:
      where.kind === 'named'
        ? { key: 'switch.purge.by', values: { name: where.name } }
        : {
            key: where.kind === 'here' ? 'switch.purge.byHere' : 'switch.purge.bySomewhere',
            values: {},
          },
  };
}
