/**
 * The two ways records come down: backward during a first sync (newest days first), forward by the change feed beside it and ever after.
 *
 * A walk gives what has not changed since it began, as the cloud's cursor says; the feed gives what has. Between two pages of the walk the
 * feed is asked when there is something new (SYN-167): it is merged like any page, but that nothing is compared before the walk has
 * ended, since until then what is here is nothing that the cloud ever had.
 */

import type {
  BackfillResponse,
  ChangesResponse,
  ZoneState as CloudZoneState,
  PushResponse,
} from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { oldestFirst } from '../../store/pulled.ts';
import { sameBytes, type ZoneName } from '../../store/values.ts';
import { getZoneState, setZoneState, zoneDigest } from '../../store/zone-state.ts';
import type { Walk } from '../engine/state.ts';
import type { StepResult } from '../engine/steps.ts';
import { garbled, numberOf } from '../network/answers.ts';
import { applyHeldTombstones, applyPage } from './apply.ts';
import { aheadOfFeed, hasAsked, takeCarried, walkedBeside } from './carried.ts';
import { settleEarlier } from './earlier-names.ts';
import { alarmNotice, noteOwnHead, otherDevicesSay, seenByOthers } from './heads.ts';
import { openPage } from './open-page.ts';
import { savedWalk, walkedOn } from './walk.ts';
import { askAhead, heard, outdateAhead, takePage, ZONE, type ZoneContext } from './zone-call.ts';
import { noteHeard } from './zone-heard.ts';

const CHECKPOINT_PAGES = 8;
/** A first sync commits after so long, from when there is something to read, or after `Sizes.together` records. */
const TOGETHER_MS = 400;

export async function walkPage(ctx: ZoneContext, zone: ZoneName): Promise<StepResult['walk']> {
  try {
    return await walkOn(ctx, zone);
  } catch (error) {
    // The next page may be long in coming: what is here shows.
    ctx.store.commitBulk();
    throw error;
  }
}

async function walkOn(ctx: ZoneContext, zone: ZoneName): Promise<StepResult['walk']> {
  const { store, sizes } = ctx;
  const state = getZoneState(store, zone);
  const cursor = state.backfillCursor ?? new Uint8Array();
  const before = savedWalk(state.extra);
  const ask =
    (limit: number) =>
    (at: Uint8Array): Promise<BackfillResponse> =>
      ctx.cloud.zones.backfill({ zone: ZONE[zone], cursor: at, limit }, { signal: ctx.abort });
  const { page, late } = await takePage(
    ctx,
    walkLane(zone),
    cursor,
    ask(pageAfter(ctx, state.backfillDone, before)),
  );
  if (page.cursor.length === 0) {
    // An empty answer would be the end of the walk, with nothing here.
    throw garbled('The cloud gave a page of a first sync without saying where it ends.');
  }
  const walk = walkedOn(before, page.records, page.more);
  const done = state.backfillDone + page.records.length;
  if (page.more) {
    askAhead(ctx, walkLane(zone), page.cursor, ask(pageAfter(ctx, done, walk)));
  }
  const opened = await openPage(ctx, zone, state.generation, page.records);
  if (opened.staleKeyring) {
    store.commitBulk();
    return { walk: before, more: true, staleKeyring: true };
  }
  walkedBeside(ctx, zone);
  opened.items = oldestFirst(opened.items);
  // It was on its way when the feed brought these: no cloud that goes back.
  if (late) opened.older = [];
  await applyPage(ctx, zone, opened, {
    holdTombstones: true,
    // Conversations alone are nothing to read yet.
    goesOn:
      page.more &&
      (before.messages.done >= sizes.readable || walk.messages.done === 0) &&
      Math.floor(done / sizes.together) === Math.floor(state.backfillDone / sizes.together) &&
      store.bulkAgeMs < TOGETHER_MS,
    place: () =>
      setZoneState(store, zone, {
        backfillDone: done,
        backfillTotal: done + numberOf(page.remaining),
        backfillCursor: page.more ? page.cursor : null,
        phase: page.more ? 'walking' : 'releasing',
        extra: { ...getZoneState(store, zone).extra, walk },
      }),
  });
  if (Math.floor(done / sizes.page) % CHECKPOINT_PAGES === 0) {
    store.checkpoint();
  }
  // Cancelled while this page was on its way: then it takes no part, and what others have deleted for good reaches it once it does (SYN-15, SIM-36).
  if (!page.more && !(zone === 'messages' && getZoneState(store, zone).switch === 'off')) {
    await releaseHeld(ctx, zone);
  }
  return { walk, more: page.more, staleKeyring: false };
}

const walkLane = (zone: ZoneName): string => `walk ${zone}`;

/** How many records the next page is to have, when `done` are here. */
function pageAfter({ sizes }: ZoneContext, done: number, { conversations, messages }: Walk): number {
  const first = (conversations.total ?? 0) + sizes.firstMessages - done;
  return messages.done >= sizes.readable || first <= 0 ? sizes.page : Math.min(sizes.page, first);
}

/** After the walk. Also after a restart in the middle of it. */
export async function releaseHeld(ctx: ZoneContext, zone: ZoneName): Promise<void> {
  while (applyHeldTombstones(ctx, zone)) {
    await ctx.timers.breathe();
  }
  if (zone === 'messages') await settleEarlier(ctx);
  setZoneState(ctx.store, zone, { phase: 'following' });
}

/** The next page of the change feed; during a first sync, beside it. */
export async function pullChanges(ctx: ZoneContext, zone: ZoneName): Promise<StepResult['changes']> {
  const { store } = ctx;
  const state = getZoneState(store, zone);
  const walking = state.phase === 'walking';
  if (state.phase === 'releasing') {
    await releaseHeld(ctx, zone);
  }
  const token = state.token ?? new Uint8Array();
  const ask = (at: Uint8Array): Promise<ChangesResponse> =>
    ctx.cloud.zones.changes({ zone: ZONE[zone], token: at, limit: ctx.sizes.page }, { signal: ctx.abort });
  const carried = takeCarried(ctx, zone, state);
  if (walking) outdateAhead(ctx, walkLane(zone));
  const page = carried ?? (await takePage(ctx, `changes ${zone}`, token, ask)).page;
  const cloud = page.state;
  if (cloud === undefined) {
    throw garbled('The cloud sent changes without saying where the zone stands.');
  }
  const result: StepResult['changes'] = {
    applied: page.records.length,
    remaining: numberOf(page.remaining),
    more: page.more,
    seen: state.head,
    head: numberOf(cloud.head),
    digest: 'unknown',
    alarm: null,
    staleKeyring: false,
    heard: null,
    ...(carried === null ? {} : { carried: true }),
  };
  if (result.head < state.head) {
    return alarm(ctx, zone, 'rolledBack', result, { head: result.head, known: state.head });
  }
  if (page.more) {
    askAhead(ctx, `changes ${zone}`, page.token, ask);
    // What stood on this page and was changed since comes with a later one: up to the head of now, the digest here is none that the cloud ever had.
    aheadOfFeed(ctx, zone, result.head);
  }
  const opened = await openPage(ctx, zone, state.generation, page.records);
  if (opened.staleKeyring) {
    return { ...result, staleKeyring: true };
  }
  const lastSeq = numberOf(page.records.at(-1)?.seq ?? 0n);
  const seen = page.more ? Math.max(state.head, lastSeq) : result.head;
  const reached = !page.more && !walking;
  await applyPage(ctx, zone, opened, {
    holdTombstones: walking,
    place: () => {
      setZoneState(store, zone, {
        token: page.token,
        head: seen,
        ...heard(ctx, cloud),
        ...(reached ? { lastSyncedMs: ctx.clock.now() } : {}),
      });
      if (reached) {
        result.digest = compareDigests(ctx, zone, cloud);
      }
    },
  });
  if (carried === null && reached) hasAsked(ctx, zone, seen);
  if (zone === 'messages' && reached) await settleEarlier(ctx);
  result.seen = seen;
  if (zone === 'messages') {
    result.heard = noteHeard(ctx, cloud);
  }
  return reached ? atHead(ctx, zone, cloud, result) : result;
}

/**
 * After a push: this device was at the head, everything was accepted, and nothing came between. Then it is at the new head, and there is
 * nothing to ask for (SPEC SYN-96). In the transaction that settles the push; null: it has to ask.
 */
export function placeAfterPush(
  ctx: ZoneContext,
  zone: ZoneName,
  { state, token, results }: PushResponse,
): StepResult['changes'] | null {
  const before = getZoneState(ctx.store, zone);
  const alone = results.every(
    ({ result }, index) => result.case === 'ok' && numberOf(result.value.seq) === before.head + 1 + index,
  );
  const same = state?.generation === before.generation && state.incarnation === before.incarnation;
  const head = before.head + results.length;
  if (!alone || !same || token.length === 0 || numberOf(state.head) !== head) {
    return null;
  }
  setZoneState(ctx.store, zone, { token, head, ...heard(ctx, state), lastSyncedMs: ctx.clock.now() });
  return {
    applied: 0,
    remaining: 0,
    more: false,
    seen: head,
    head,
    digest: compareDigests(ctx, zone, state),
    alarm: null,
    staleKeyring: false,
    heard: zone === 'messages' ? noteHeard(ctx, state) : null,
  };
}

/** In the transaction that reaches the head: of the messages zone it is remembered, for the other devices to compare. */
function compareDigests(
  ctx: ZoneContext,
  zone: ZoneName,
  cloud: CloudZoneState,
): StepResult['changes']['digest'] {
  if (cloud.digest.length !== 32) {
    return 'unknown';
  }
  const same = sameBytes(zoneDigest(ctx.store, zone), cloud.digest);
  if (same && zone === 'messages') {
    noteOwnHead(ctx, cloud);
  }
  return same ? 'same' : 'differs';
}

/** At the zone's head: it is compared with what the other devices say. */
export function atHead(
  ctx: ZoneContext,
  zone: ZoneName,
  cloud: CloudZoneState,
  result: StepResult['changes'],
): StepResult['changes'] {
  if (zone === 'account') {
    // Heads that other devices have told of are compared with what the messages zone says from now on, not with what it said before.
    ctx.ahead.clear();
    aheadOfFeed(ctx, 'messages', seenByOthers(ctx.store, getZoneState(ctx.store, 'messages')));
  }
  if (zone === 'messages') {
    const said = otherDevicesSay(ctx, cloud);
    if (said !== null) {
      return alarm(ctx, zone, said.alarm, result, said.detail);
    }
  }
  return result;
}

function alarm(
  ctx: ZoneContext,
  zone: ZoneName,
  what: 'rolledBack' | 'forked',
  result: StepResult['changes'],
  detail: Record<string, string | number>,
): StepResult['changes'] {
  ctx.store.write(() => {
    setZoneState(ctx.store, zone, { phase: `stopped:${what}` });
    alarmNotice(ctx, what, { zone, ...detail });
  });
  return { ...result, alarm: what };
}
