/**
 * Housekeeping: what a machine deletes (30 days, Keep Messages), and what this device tells the others. Runs at the head of the zones only, and deletes
 * only when the cloud's time *and* the device's agree that the day has come (SPEC SYN-28).
 */

import { getDirty, markDirty } from '../../store/dirty.ts';
import { noteLetGo } from '../../store/let-go.ts';
import { addLocalDelete, dueHere } from '../../store/local-deletes.ts';
import { messageRow } from '../../store/messages.ts';
import { dueForGood, KEPT_MS } from '../../store/recently-deleted.ts';
import { recordRow } from '../../store/records.ts';
import { getZoneState } from '../../store/zone-state.ts';
import type { StepResult } from '../engine/steps.ts';
import { expireMessages } from './keep.ts';
import { ownDeviceSeen } from './own-device.ts';
import { fetchUnreadable } from './refetch.ts';
import type { ZoneContext } from './zone-call.ts';

const AGAIN_MS = 10 * 60_000;

/** `again`: also asks once more for what is known of and not whole here (SPEC SYN-160). `cloudMs`: the cloud's time as heard last, carried on by a clock that nobody sets; null when it has not spoken yet. */
export async function tidy(
  ctx: ZoneContext,
  { mayDelete, again }: { mayDelete: boolean; again: boolean },
  cloudMs: number | null,
): Promise<StepResult['tidy']> {
  const { store } = ctx;
  const slice = ctx.sizes.slice.tidy;
  ownDeviceSeen(ctx);
  store.checkpoint();
  if (again) for (const zone of ['account', 'messages'] as const) await fetchUnreadable(ctx, zone);
  const now = ctx.clock.now();
  if (!mayDelete || cloudMs === null) {
    return { nextAt: now + AGAIN_MS };
  }
  const agreed = Math.floor(Math.min(now, cloudMs));
  const travels = getZoneState(store, 'messages').switch === 'on';
  // With the switch off this device is not at the head: what was deleted everywhere may have been recovered since on another one (SPEC SYN-28).
  const due = travels ? dueForGood(store, agreed, slice) : dueHere(store, agreed - KEPT_MS, slice);
  let deleted = 0;
  store.write(() => {
    // The first of them is the one that was deleted first.
    const byMs = due[0] === undefined ? null : (messageRow(store, due[0])?.deleted_ms ?? null);
    for (const id of due) {
      if (!travels) {
        addLocalDelete(store, id, now, true);
        deleted += 1;
        continue;
      }
      const row = recordRow(store, 'messages', id);
      // What has changes of its own waits until they are pushed; the content goes when the cloud has agreed.
      if (row !== undefined && row.rev > 0 && getDirty(store, 'messages', id) === undefined) {
        markDirty(store, 'messages', id, 'delete', 0, row.rev);
        deleted += 1;
      }
    }
    if (deleted > 0) {
      noteLetGo(store, 'thirtyDays', deleted, now, byMs);
      store.changes.flag('recentlyDeleted');
    }
  });
  const more = expireMessages(ctx, travels ? 'account' : 'device', agreed);
  return { nextAt: deleted === slice || more ? now + 1000 : now + AGAIN_MS };
}
