/**
 * Small changes that came with a poke (SPEC SYN-95). They are a page of the cloud's like any other, opened and checked as one; all that is
 * saved is the call. A page is taken only by a device that is exactly where it begins, in the generation and incarnation that it names;
 * otherwise it is forgotten and the device asks. In memory alone: what is lost is asked for.
 */
import type { ZonePoke } from '../../../shared/proto/gen/lockstep/cloud/v1/events_pb.js';
import type {
  ChangesResponse,
  Record as CloudRecord,
} from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import type { ZoneName } from '../../store/values.ts';
import type { ZoneState } from '../../store/zone-state.ts';
import { numberOf } from '../network/answers.ts';
import type { ZoneContext } from './zone-call.ts';

type Carried = { from: number; to: number; page: ChangesResponse };
/** Of one zone. `ahead`: up to this seq, what is here is not what the cloud had at any one head. */
export type CarriedPages = { pages: readonly Carried[]; ahead: number };

const NONE: CarriedPages = { pages: [], ahead: 0 };

/** So many pokes may wait while a step is under way; beyond that it is quicker to ask. */
const MOST = 64;

/** Keeps what a poke brought, if it goes on from what is kept. */
export function carry(ctx: ZoneContext, zone: ZoneName, poke: ZonePoke): void {
  const { changes: page } = poke;
  const kept = ctx.carried.get(zone) ?? NONE;
  if (page === undefined || page.state === undefined || page.more) {
    // The device's own change, or one too large. What comes after it may go on from there.
    return;
  }
  const next = { from: numberOf(poke.from), to: numberOf(poke.head), page };
  const goesOn = kept.pages.at(-1)?.to === next.from && kept.pages.length < MOST;
  ctx.carried.set(zone, { ...kept, pages: goesOn ? [...kept.pages, next] : [next] });
}

/**
 * Records of up to this seq came another way than by the feed: with the answer of a push, or asked for by name. A page that ends before them says a
 * digest that is not the one of what is here any more. So does one that ends before the head that a page with more to come was made at: it left out
 * what had changed once more. And so it is with a head that another device has seen: a page that is only late is no rollback. In all of these the
 * device asks.
 */
export function aheadOfFeed(ctx: ZoneContext, zone: ZoneName, seq: number): void {
  const kept = ctx.carried.get(zone) ?? NONE;
  ctx.carried.set(zone, { ...kept, ahead: Math.max(kept.ahead, seq) });
}

/** Until the device has asked: nobody can say from which head on its digest is one of the cloud's. */
const UNTIL_ASKED = Number.MAX_SAFE_INTEGER;

/**
 * A walk gives what is unchanged since it began. What was changed meanwhile comes by the feed, and until all of that is here, the digest is none
 * that the cloud ever had: the device asks for the rest at once, instead of going from poke to poke.
 */
export function walkedBeside(ctx: ZoneContext, zone: ZoneName): void {
  aheadOfFeed(ctx, zone, UNTIL_ASKED);
}

/** It has asked, and is at this head with everything. */
export function hasAsked(ctx: ZoneContext, zone: ZoneName, head: number): void {
  const kept = ctx.carried.get(zone) ?? NONE;
  if (kept.ahead === UNTIL_ASKED) ctx.carried.set(zone, { ...kept, ahead: head });
}

/** The highest seq of what was asked for by name. */
export const newest = (records: readonly CloudRecord[]): number =>
  Math.max(0, ...records.map(({ seq }) => numberOf(seq)));

/** The page that begins where the zone is now, if there is one. */
export function takeCarried(ctx: ZoneContext, zone: ZoneName, at: ZoneState): ChangesResponse | null {
  const kept = ctx.carried.get(zone) ?? NONE;
  const [first, ...others] = kept.pages.filter(({ to }) => to > at.head);
  // During a walk nothing is compared, so what came beside the feed does not matter.
  const behind = first !== undefined && first.to < kept.ahead && at.phase !== 'walking';
  if (first === undefined || first.from !== at.head || behind) {
    ctx.carried.set(zone, { ...kept, pages: [] });
    return null;
  }
  ctx.carried.set(zone, { ...kept, pages: others });
  const { state } = first.page;
  const same = state?.generation === at.generation && state.incarnation === at.incarnation;
  return same && numberOf(state.head) === first.to ? first.page : null;
}
