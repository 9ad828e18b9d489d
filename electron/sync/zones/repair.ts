/**
 * The digests differ at one head: the list of what the cloud has against the list of what this device knows of it, and fetching what
 * differs. Local content is merged, never taken away. Unhealthy when the cloud has less than it had (SPEC SYN-19).
 */

import { baseInventory } from '../../store/records.ts';
import { sameBytes, type ZoneName } from '../../store/values.ts';
import { getZoneState, recountDigest, setZoneState } from '../../store/zone-state.ts';
import type { StepResult } from '../engine/steps.ts';
import { garbled, requireIds } from '../network/answers.ts';
import { applyPage } from './apply.ts';
import { aheadOfFeed, newest } from './carried.ts';
import { alarmNotice } from './heads.ts';
import { openPage } from './open-page.ts';
import { fetchUnreadable } from './refetch.ts';
import { demandUnmoved, ZONE, type ZoneContext } from './zone-call.ts';

type Item = { id: Uint8Array; rev: number; hash: Uint8Array };

export async function repairZone(ctx: ZoneContext, zone: ZoneName): Promise<StepResult['repair']> {
  const { store } = ctx;
  const { head, generation } = getZoneState(store, zone);
  ctx.ahead.clear();
  // The kept digest may be what is wrong.
  recountDigest(store, zone);
  let missing = 0;
  let after: Uint8Array = new Uint8Array();
  for (let more = true; more; ) {
    const page = await ctx.cloud.zones.inventory(
      { zone: ZONE[zone], after, limit: ctx.sizes.list },
      { signal: ctx.abort },
    );
    requireIds(page.items);
    if (head > 0 && page.head === 0n) {
      // An empty answer, of which everything here would be a loss. Only a zone that was moved meanwhile has truly nothing.
      await demandUnmoved(ctx, zone);
      throw garbled('The cloud lists a zone as if nothing had ever been in it.');
    }
    const last = page.items.at(-1)?.id ?? null;
    const local = localUpTo(ctx, zone, after, page.more ? last : null);
    const { fetch, lost } = compare(page.items, local);
    missing += lost;
    for (let at = 0; at < fetch.length; ) {
      const ids = fetch.slice(at, at + ctx.sizes.fetch);
      const { records } = await ctx.cloud.zones.fetch({ zone: ZONE[zone], ids }, { signal: ctx.abort });
      const opened = await openPage(ctx, zone, generation, records);
      if (opened.staleKeyring) {
        ctx.signal({ type: 'keyringStale' });
        return { healthy: true, head: -1 };
      }
      if (opened.older.length > 0) await demandUnmoved(ctx, zone);
      missing += opened.older.length;
      aheadOfFeed(ctx, zone, newest(records));
      await applyPage(ctx, zone, opened, { holdTombstones: false, place: () => {} });
      if (records.length === 0) {
        break;
      }
      at += records.length;
    }
    more = page.more && last !== null;
    after = last ?? after;
    await ctx.timers.breathe();
  }
  // What came damaged has the right base, so no digest tells of it.
  if (!(await fetchUnreadable(ctx, zone))) {
    return { healthy: true, head: -1 };
  }
  if (missing > 0) {
    await demandUnmoved(ctx, zone);
    store.write(() => {
      alarmNotice(ctx, 'rolledBack', { zone, head, missing });
      setZoneState(store, zone, { phase: 'stopped:rolledBack' });
    });
    return { healthy: false, head };
  }
  return { healthy: true, head };
}

function localUpTo(ctx: ZoneContext, zone: ZoneName, after: Uint8Array, last: Uint8Array | null): Item[] {
  const items: Item[] = [];
  for (let from = after; ; ) {
    const page = baseInventory(ctx.store, zone, from, ctx.sizes.list);
    for (const item of page) {
      if (last !== null && Buffer.compare(item.id, last) > 0) {
        return items;
      }
      items.push(item);
    }
    const end = page.at(-1);
    if (page.length < ctx.sizes.list || end === undefined) {
      return items;
    }
    from = end.id;
  }
}

/** Both sorted by id. `lost`: known to have been at the cloud, and not there any more. */
function compare(cloud: readonly Item[], local: readonly Item[]): { fetch: Uint8Array[]; lost: number } {
  const fetch: Uint8Array[] = [];
  let lost = 0;
  let j = 0;
  for (const item of cloud) {
    for (; j < local.length && Buffer.compare((local[j] as Item).id, item.id) < 0; j += 1) {
      lost += 1;
    }
    const known = local[j];
    if (known !== undefined && sameBytes(known.id, item.id)) {
      j += 1;
      if (known.rev === item.rev && sameBytes(known.hash, item.hash)) {
        continue;
      }
    }
    fetch.push(item.id);
  }
  return { fetch, lost: lost + (local.length - j) };
}
