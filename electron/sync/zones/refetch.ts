/**
 * Fetches again the records of which only the base is here: content that a delete on this device alone had taken away (SYN-36), and what the
 * cloud delivered damaged (Repair, SYN-16). Where the switch went on and the cloud gave something else for such a record, only asking again
 * brings it: its base is right, so no digest tells of it (SYN-160). What opens now is applied and no longer said to be refused; the rest stays as it is.
 */
import { unreadable } from '../../store/bases.ts';
import { mapKey, type ZoneName } from '../../store/values.ts';
import { getZoneState } from '../../store/zone-state.ts';
import { applyPage } from './apply.ts';
import { aheadOfFeed, newest } from './carried.ts';
import { openPage } from './open-page.ts';
import { demandUnmoved, ZONE, type ZoneContext } from './zone-call.ts';

/** False when a newer keyring is needed first. */
export async function fetchUnreadable(ctx: ZoneContext, zone: ZoneName): Promise<boolean> {
  const { store, sizes } = ctx;
  const { generation } = getZoneState(store, zone);
  const asked = new Set<string>();
  for (;;) {
    // Also what does not open at all, which is asked for once.
    const ids = unreadable(store, zone, sizes.fetch + asked.size)
      .filter((id) => !asked.has(mapKey(id)))
      .slice(0, sizes.fetch);
    if (ids.length === 0) {
      if (asked.size > 0 && unreadable(store, zone, 1).length > 0) ctx.signal({ type: 'notWhole' });
      return true;
    }
    for (const id of ids) {
      asked.add(mapKey(id));
    }
    // An answer holds only so many: what is left is asked for, too, as long as that brings something.
    for (let left = ids; left.length > 0; ) {
      const { records } = await ctx.cloud.zones.fetch({ zone: ZONE[zone], ids: left }, { signal: ctx.abort });
      const opened = await openPage(ctx, zone, generation, records);
      if (opened.staleKeyring) {
        ctx.signal({ type: 'keyringStale' });
        return false;
      }
      if (opened.older.length > 0) await demandUnmoved(ctx, zone);
      aheadOfFeed(ctx, zone, newest(records));
      await applyPage(ctx, zone, opened, { holdTombstones: false, place: () => {} });
      const given = new Set(records.map(({ id }) => mapKey(id)));
      const rest = left.filter((id) => !given.has(mapKey(id)));
      left = rest.length < left.length ? rest : [];
    }
  }
}
