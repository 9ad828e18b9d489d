/** What the checks and the report are made from, gathered at one moment: asked of the cloud, the sync worker, the store and the disk. */
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { getIdentity } from '../../store/identity.ts';
import { type LetGo, listLetGo } from '../../store/let-go.ts';
import { listNotices } from '../../store/notices.ts';
import { type OnlyHere, onlyHere } from '../../store/only-here.ts';
import { recentlyDeletedSummary } from '../../store/recently-deleted.ts';
import { getZoneState } from '../../store/zone-state.ts';
import type { SyncStatus } from '../../sync/status-types.ts';
import type { CloudProbe, DatabaseCheck } from '../../sync/troubleshooting-types.ts';
import { accountStoreOf, type CallContext, read, run } from '../calls/context.ts';
import { type ListedDevice, listedDevices } from '../calls/listed-devices.ts';

export type Facts = {
  /** By this computer's clock. */
  now: number;
  appVersion: string;
  handle: string;
  /** The cloud runs on this computer. */
  cloudHere: boolean;
  devices: ListedDevice[];
  status: SyncStatus;
  probe: CloudProbe;
  /** What the cloud said last about its storage; `asOf` null: nothing yet. */
  heard: { bytesUsed: number; quotaBytes: number; asOf: number | null };
  purgeAt: number | null;
  onlyHere: OnlyHere;
  recentlyDeleted: { messages: number; firstGoesMs: number | null };
  /** What went for good on this device, the oldest first. */
  letGo: LetGo[];
  /** On the disk where the messages are; null where the system does not say. */
  freeBytes: number | null;
  database: DatabaseCheck | null;
  /** Codes of those that were not put away. */
  notices: string[];
};

export async function gatherFacts(context: CallContext, database: DatabaseCheck | null): Promise<Facts> {
  accountStoreOf(context); // refuses before anybody is asked
  const [probe, freeBytes] = await Promise.all([run(context, 'probeCloud', null), freeBytesOf(context)]);
  const status = await run(context, 'status', null);
  // Meanwhile somebody may have signed out, or the cloud said that this device was removed.
  return read(context, (store) => {
    const identity = getIdentity(store);
    const zone = getZoneState(store, 'messages');
    const now = Date.now();
    return {
      now,
      appVersion: context.appVersion,
      handle: identity?.handle ?? '',
      cloudHere: identity?.cloudUrl === context.host.cloudHere?.address(),
      devices: listedDevices(store),
      status,
      probe,
      heard:
        probe.storage === null
          ? {
              bytesUsed: zone.bytesUsed,
              quotaBytes: zone.quotaBytes,
              asOf: zone.askedMs === 0 ? null : zone.askedMs,
            }
          : { ...probe.storage, asOf: now },
      purgeAt: status.purge?.at ?? zone.purgeAtMs,
      onlyHere: onlyHere(store),
      recentlyDeleted: recentlyDeletedSummary(store),
      letGo: listLetGo(store),
      freeBytes,
      database,
      notices: [...context.notices, ...listNotices(store)].map(({ code }) => code),
    };
  });
}

async function freeBytesOf(context: CallContext): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(dirname(accountStoreOf(context).path));
    return bavail * bsize;
  } catch {
    return null; // not every file system says
  }
}
