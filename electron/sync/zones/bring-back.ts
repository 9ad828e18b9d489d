/**
 * Messages that were deleted for good on this device alone have no content here; when they come back, the zone gives it again. Before the
 * switch is on, so that on means whole (SPEC SYN-36).
 */
import { unreadable } from '../../store/bases.ts';
import { mapKey } from '../../store/values.ts';
import { getZoneState } from '../../store/zone-state.ts';
import { applyPage } from './apply.ts';
import { openPage } from './open-page.ts';
import { ZONE, type ZoneContext } from './zone-call.ts';

const FETCH = 400;

export async function bringBack(ctx: ZoneContext): Promise<void> {
  const { generation } = getZoneState(ctx.store, 'messages');
  const asked = new Set<string>();
  for (;;) {
    // Also what does not open at all, which is asked for once.
    const ids = unreadable(ctx.store, 'messages', FETCH + asked.size)
      .filter((id) => !asked.has(mapKey(id)))
      .slice(0, FETCH);
    if (ids.length === 0) {
      return;
    }
    for (const id of ids) {
      asked.add(mapKey(id));
    }
    const { records } = await ctx.cloud.zones.fetch({ zone: ZONE.messages, ids }, { signal: ctx.abort });
    const opened = await openPage(ctx, 'messages', generation, records);
    if (opened.staleKeyring) {
      ctx.signal({ type: 'keyringStale' });
      return;
    }
    await applyPage(ctx, 'messages', opened, { holdTombstones: false, place: () => {} });
  }
}
