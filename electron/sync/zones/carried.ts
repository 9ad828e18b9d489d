/**
 * Small changes that came with a poke (SPEC SYN-95). They are a page of the cloud's like any other, opened and checked as one; all that is
 * saved is the call. A page is taken only by a device that is exactly where it begins, in the generation and incarnation that it names;
 * otherwise it is forgotten and the device asks. In memory alone: what is lost is asked for.
 */
import type { ZonePoke } from '../../../shared/proto/gen/lockstep/cloud/v1/events_pb.js';
import type { ChangesResponse } from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import type { ZoneName } from '../../store/values.ts';
import type { ZoneState } from '../../store/zone-state.ts';
import { numberOf } from '../network/answers.ts';
import type { ZoneContext } from './zone-call.ts';

export type Carried = { from: number; to: number; page: ChangesResponse };

/** So many pokes may wait while a step is under way; beyond that it is quicker to ask. */
const MOST = 64;

/** Keeps what a poke brought, if it goes on from what is kept. */
export function carry(ctx: ZoneContext, zone: ZoneName, poke: ZonePoke): void {
  const { changes: page } = poke;
  const kept = ctx.carried.get(zone) ?? [];
  if (page === undefined || page.state === undefined || page.more) {
    // The device's own change, or one too large. What comes after it may go on from there.
    return;
  }
  const next = { from: numberOf(poke.from), to: numberOf(poke.head), page };
  const goesOn = kept.at(-1)?.to === next.from && kept.length < MOST;
  ctx.carried.set(zone, goesOn ? [...kept, next] : [next]);
}

/** The page that begins where the zone is now, if there is one. */
export function takeCarried(ctx: ZoneContext, zone: ZoneName, at: ZoneState): ChangesResponse | null {
  const kept = (ctx.carried.get(zone) ?? []).filter(({ to }) => to > at.head);
  const first = kept[0];
  if (first === undefined || first.from !== at.head) {
    ctx.carried.delete(zone);
    return null;
  }
  ctx.carried.set(zone, kept.slice(1));
  const { state } = first.page;
  const same = state?.generation === at.generation && state.incarnation === at.incarnation;
  return same && numberOf(state.head) === first.to ? first.page : null;
}
