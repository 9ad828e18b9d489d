/** Small things that every zone step shares. */

import {
  type ZoneState as CloudZoneState,
  Zone,
} from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import type { ZoneName } from '../../store/values.ts';
import { getZoneState, type ZoneState } from '../../store/zone-state.ts';
import type { StepContext } from '../context.ts';
import { SyncFailure } from '../failure.ts';
import { garbled, numberOf } from '../network/answers.ts';
import type { CarriedPages } from './carried.ts';

export const ZONE: Record<ZoneName, Zone> = { account: Zone.ACCOUNT, messages: Zone.MESSAGES };

/** A zone step's context: besides the common one, what was asked for ahead. */
export type ZoneContext = StepContext & {
  readonly ahead: Map<string, Ahead>;
  /** Small changes that came with pokes (carried.ts). */
  readonly carried: Map<ZoneName, CarriedPages>;
  /** Records for whose unknown epoch the keyring was fetched already. */
  readonly askedKeysFor: Set<string>;
};

/** The next page, requested while this one is being applied. `late`: changes have been asked for since, and may be newer than what it has. */
export type Ahead = { key: string; page: Promise<unknown>; late: boolean };

/** What the cloud says about a zone beside its records. Goes into the database with the page it came with. */
export function heard(ctx: StepContext, state: CloudZoneState): Partial<ZoneState> {
  if (state.timeMs > 0n) {
    // Not in a poke: it may be read late.
    ctx.signal({ type: 'cloudTime', cloudMs: numberOf(state.timeMs) });
  }
  return {
    cloudRecords: numberOf(state.records),
    bytesUsed: numberOf(state.bytesUsed),
    quotaBytes: numberOf(state.quotaBytes),
    purgeAtMs: state.purgeAtMs > 0n ? numberOf(state.purgeAtMs) : null,
    askedMs: ctx.clock.now(),
  };
}

/** Purges of an account take thirty days each: so many would take a hundred years. */
const MOST_GENERATIONS = 1_200;

/**
 * Where a zone stands, from an answer of the cloud's. Throws `cloudGarbled` where it does not say so, or names a generation that no cloud of
 * ours has come to: a message is looked for under its id of each (names.ts).
 */
export function stateIn({ state }: { state?: CloudZoneState | undefined }): CloudZoneState {
  if (state === undefined) throw garbled('The cloud did not say where the zone stands.');
  if (state.generation > MOST_GENERATIONS)
    throw garbled('The cloud names a generation that it cannot have come to.');
  return state;
}

/** Asks the cloud where a zone stands. Throws what a call throws, and as `stateIn`. */
export async function askZone(ctx: StepContext, zone: ZoneName, signal = ctx.abort): Promise<CloudZoneState> {
  return stateIn(await ctx.cloud.zones.openZone({ zone: ZONE[zone] }, { signal }));
}

/** `slice` from the first row to the last: it gives the row to go on after, or null at the end. What commands do comes between. */
export async function inSlices(ctx: StepContext, slice: (after: number) => number | null): Promise<void> {
  for (let after: number | null = 0; after !== null; ) {
    after = slice(after);
    await ctx.timers.breathe();
  }
}

/** The page that begins at `at`: the one asked for ahead when it is that one, else a new request. */
export async function takePage<T>(
  ctx: ZoneContext,
  lane: string,
  at: Uint8Array,
  ask: (at: Uint8Array) => Promise<T>,
): Promise<{ page: T; late: boolean }> {
  const key = Buffer.from(at).toString('base64');
  const ahead = ctx.ahead.get(lane);
  ctx.ahead.delete(lane);
  if (ahead?.key !== key) return { page: await ask(at), late: false };
  const page = (await ahead.page) as T;
  return { page, late: ahead.late };
}

export function askAhead<T>(
  ctx: ZoneContext,
  lane: string,
  at: Uint8Array,
  ask: (at: Uint8Array) => Promise<T>,
): void {
  const page = ask(at);
  // Its failure is met where the page is taken; nobody may be waiting by then.
  page.catch(() => {});
  ctx.ahead.set(lane, { key: Buffer.from(at).toString('base64'), page, late: false });
}

/** Changes are being asked for: what was asked for before them in another lane may be older. */
export function outdateAhead(ctx: ZoneContext, lane: string): void {
  const ahead = ctx.ahead.get(lane);
  if (ahead !== undefined) ctx.ahead.set(lane, { ...ahead, late: true });
}

/**
 * Neither the cloud's list nor a record that is asked for says of which incarnation it is. So before either is taken for a loss, the cloud is
 * asked where the zone stands: was it put back to a backup in the middle of this, or purged, the next opening deals with it (SPEC SYN-111).
 */
export async function demandUnmoved(ctx: StepContext, zone: ZoneName): Promise<void> {
  const state = await askZone(ctx, zone);
  const { generation, incarnation } = getZoneState(ctx.store, zone);
  if (state.generation !== generation || state.incarnation !== incarnation) {
    throw new SyncFailure('zoneMoved', 'The zone was restored or moved while it was looked through.');
  }
}
