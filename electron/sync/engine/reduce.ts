/** The engine: `(state, event) -> { state, effects }`. What the parts mean and the invariants are in state.ts. */
import { waitAfter } from './backoff.ts';
import { asksForPurge, blobsToUpload, uploadsRecords } from './conditions.ts';
import { nextSteps, nextWake } from './decide.ts';
import { reduceDone } from './reduce-done.ts';
import { reduceFailed } from './reduce-failed.ts';
import { cancel, offEverywhere, setSwitch, zoneHeard } from './reduce-switch.ts';
import {
  AGAIN_MS,
  type BlobCounts,
  CLOCK_TOLERANCE_MS,
  type Effect,
  type EngineEvent,
  type EngineState,
  FIRST_LOOK_MS,
  initialState,
  NO_WORK,
  POLL_MS,
  POLL_WITHOUT_STREAM_MS,
  type Remembered,
  TIME_ASKED_MS,
  type Work,
} from './state.ts';
import { patchZone, stillAsked } from './update.ts';

export type Reduced = { state: EngineState; effects: Effect[] };

/** Of the switch, what must be found again after a restart. */
const SAVED = ['switch', 'switchReason', 'switchedBy', 'purgeOff', 'held'] as const;

export function reduce(before: EngineState, event: EngineEvent): Reduced {
  let state = apply(atTime(before, event.now), event);
  const effects: Effect[] = [];
  if (uploadsRecords(state) !== uploadsRecords(before)) {
    // The attachments that count are others from now on.
    state = { ...state, blobsUp: goingUp(NO_WORK, blobsToUpload(state, state.blobs).all) };
  }
  if (
    SAVED.some((key) => state[key] !== before[key]) &&
    state.session === 'active' &&
    event.type !== 'started'
  ) {
    effects.push({ type: 'saveSwitch' });
  }
  if (state.session === 'active' && state.pollAt <= event.now) {
    state = poll(state, event.now);
  }
  for (const step of nextSteps(state, event.now)) {
    state = { ...state, running: { ...state.running, [step.lane]: step } };
    effects.push({ type: 'run', step });
  }
  const mayWatch = state.session === 'active' && !state.appTooOld;
  if (mayWatch && state.stream === 'closed' && state.streamAt <= event.now) {
    state = { ...state, stream: 'opening' };
    effects.push({ type: 'watch' });
  } else if (!mayWatch && state.stream !== 'closed') {
    state = { ...state, stream: 'closed' };
    effects.push({ type: 'unwatch' });
  }
  const wakeAt = nextWake(state, event.now);
  if (wakeAt !== state.wakeAt || event.type === 'tick') {
    state = { ...state, wakeAt };
    effects.push({ type: 'wakeAt', at: wakeAt });
  }
  return { state, effects };
}

/** Deadlines are times of the device's clock. When that is set back by a year, nothing may wait for a year. */
function atTime(state: EngineState, now: number): EngineState {
  const back = state.now - now;
  if (back <= 0) {
    return state.now === now ? state : { ...state, now };
  }
  const earlier = (at: number) => Math.max(0, at - back);
  let after: EngineState = {
    ...state,
    now,
    streamAt: earlier(state.streamAt),
    pollAt: earlier(state.pollAt),
    tidyAt: earlier(state.tidyAt),
    againAt: state.againAt === null ? null : earlier(state.againAt),
    retry: state.retry && {
      ...state.retry,
      at: earlier(state.retry.at),
      since: earlier(state.retry.since),
      notBefore: earlier(state.retry.notBefore),
    },
    readFirstUntil: {
      zones: earlier(state.readFirstUntil.zones),
      mail: earlier(state.readFirstUntil.mail),
      blobs: earlier(state.readFirstUntil.blobs),
    },
    purgePendingUntil: earlier(state.purgePendingUntil),
    diskFullUntil: earlier(state.diskFullUntil),
    outbox: { ...state.outbox, dueAt: earlier(state.outbox.dueAt) },
    lookAgainAt: earlier(state.lookAgainAt),
    blobsFullUntil: earlier(state.blobsFullUntil),
    filesRestUntil: earlier(state.filesRestUntil),
    timeAskedUntil: earlier(state.timeAskedUntil),
    conditionsSoonUntil: earlier(state.conditionsSoonUntil),
  };
  for (const name of ['account', 'messages'] as const) {
    const { fullUntil, dueAt } = state.zones[name];
    after = patchZone(after, name, { fullUntil: earlier(fullUntil), dueAt: earlier(dueAt) });
  }
  return after;
}

/** The slow look at everything: a poke may have been lost. */
function poll(state: EngineState, now: number): EngineState {
  const after = lookEverywhere(state);
  return { ...after, pollAt: now + (state.stream === 'open' ? POLL_MS : POLL_WITHOUT_STREAM_MS) };
}

function lookEverywhere(state: EngineState): EngineState {
  let after: EngineState = { ...state, mailbox: 'behind', askZone: asksForPurge(state) };
  for (const name of ['account', 'messages'] as const) {
    const { stage } = after.zones[name];
    if (stage === 'current') after = patchZone(after, name, { stage: 'behind' });
    if (stage === 'walking') after = patchZone(after, name, { feed: true });
  }
  return after;
}

function apply(state: EngineState, event: EngineEvent): EngineState {
  switch (event.type) {
    case 'started':
      return started(event.remembered, state, event.now);
    case 'ended':
      return {
        ...initialState(),
        now: event.now,
        session: event.reason === 'removed' ? 'ended' : 'none',
        ...ofComputer(state),
      };
    case 'counts':
      return counted(state, event);
    case 'done':
      return reduceDone(state, event);
    case 'failed':
      return reduceFailed(state, event);
    case 'zonePoke': {
      return zonePoked(state, event);
    }
    case 'mailPoke':
      return state.running.mail?.type === 'receive'
        ? { ...state, mailboxAgain: true }
        : { ...state, mailbox: 'behind' };
    case 'keyringPoke':
      return state.keyring === 'current' ? { ...state, keyring: 'stale' } : state;
    case 'keyringForged':
      return { ...state, keyring: 'forged' };
    case 'notWhole':
      return { ...state, againAt: event.now + AGAIN_MS };
    case 'cloudTime':
      return clockSeen(state, event);
    case 'askingTime':
      return { ...state, timeAskedUntil: event.open ? event.now + TIME_ASKED_MS : 0 };
    case 'streamOpened':
      return {
        ...state,
        stream: 'open',
        streamFailures: 0,
        retry: stillAsked(state, event.now),
        pollAt: Math.max(state.pollAt, event.now + POLL_MS),
      };
    case 'streamClosed':
      return streamClosed(state, event);
    case 'reachable':
      return { ...state, online: event.online };
    case 'conditionsSoon':
      return { ...state, conditionsSoonUntil: event.now + FIRST_LOOK_MS };
    case 'conditions':
      return conditionsChanged(state, event.conditions);
    case 'tick':
      return state;
    case 'setSwitch':
      return setSwitch(state, event.on);
    case 'offEverywhere':
      return offEverywhere(state, event.by);
    case 'zoneHeard':
      return zoneHeard(state, event.heard);
    case 'cancel':
      return cancel(state);
    case 'hold':
      return state.switch === 'off' ? state : { ...state, held: true };
    case 'resume':
      return { ...state, held: false };
    case 'continueAnyway':
      return { ...state, anyway: true };
    case 'syncNow':
      return syncNow(state);
    case 'repairNow':
      return repairNow(state);
  }
}

/** What is known of this computer, whoever is signed in. */
function ofComputer({ online, conditions, conditionsSoonUntil }: EngineState) {
  return { online, conditions, conditionsSoonUntil };
}

function started(remembered: Remembered, state: EngineState, now: number): EngineState {
  const fresh = initialState();
  if (!remembered.signedIn) {
    const session = remembered.ended ? 'ended' : 'none';
    return { ...fresh, now, session, ...ofComputer(state) };
  }
  let after: EngineState = {
    ...fresh,
    now,
    ...ofComputer(state),
    session: 'active',
    switch: remembered.switch,
    switchReason: remembered.switchReason,
    switchedBy: remembered.switchedBy,
    purgeOff: remembered.purgeOff,
    held: remembered.held,
    heard: remembered.heard,
    lastSyncedAt: remembered.lastSyncedAt,
    // Believed until the stream says otherwise; the first poke of the stream brings its length.
    pollAt: now + POLL_WITHOUT_STREAM_MS,
    tidyAt: now,
    againAt: remembered.notWhole === true ? now : null,
  };
  for (const name of ['account', 'messages'] as const) {
    const { stage, named, stopped, seen, walk, walkSince, forget = false } = remembered.zones[name];
    after = patchZone(after, name, {
      stage,
      named,
      stopped,
      seen,
      head: seen,
      walk,
      walkSince,
      forget,
    });
  }
  return { ...after, askZone: asksForPurge(after) };
}

function counted(state: EngineState, event: Extract<EngineEvent, { type: 'counts' }>): EngineState {
  const { counts } = event;
  const up = blobsToUpload(state, counts.blobs).all;
  let after: EngineState = {
    ...state,
    outbox: counts.outbox,
    blobs: counts.blobs,
    blobsFullUntil: up === 0 ? 0 : state.blobsFullUntil,
    blobsUp: goingUp(state.blobsUp, up),
    blobsDown: goingUp(state.blobsDown, comingDown(state, counts.blobs)),
    upload: goingUp(state.upload, counts.newMessages),
    changes: goingUp(state.changes, counts.zones.messages.dirty - counts.newMessages),
  };
  for (const name of ['account', 'messages'] as const) {
    const { dirty, dueAt } = counts.zones[name];
    const { fullIdle, fullUntil } = state.zones[name];
    after = patchZone(after, name, {
      dirty,
      dueAt,
      fullIdle: fullIdle && dirty === state.zones[name].dirty,
      fullUntil: dirty === 0 ? 0 : fullUntil,
    });
  }
  return after;
}

/** What is said to be downloading: before the switch is off that is all of them. */
function comingDown(state: EngineState, blobs: BlobCounts): number {
  return state.switch === 'disabling' ? blobs.all : blobs.alone;
}

/** An upload's total grows with what is added while it runs; what is left is always what was counted. */
function goingUp(before: Work, left: number): Work {
  if (left === 0) {
    return { done: 0, total: null };
  }
  const total = Math.max(before.total ?? 0, before.done + left);
  return { done: total - left, total };
}

function clockSeen(state: EngineState, event: Extract<EngineEvent, { type: 'cloudTime' }>): EngineState {
  const off = Math.abs(event.cloudMs - event.now) > CLOCK_TOLERANCE_MS;
  if (!off) {
    return { ...state, clock: null, timeAskedUntil: 0 };
  }
  const since = state.clock?.since ?? event.now;
  return { ...state, timeAskedUntil: 0, clock: { cloudMs: event.cloudMs, deviceMs: event.now, since } };
}

/** Two to five seconds. */
const soon = (jitter: number): number => 2000 + Math.round(jitter * 3000);

function streamClosed(
  state: EngineState,
  event: Extract<EngineEvent, { type: 'streamClosed' }>,
): EngineState {
  if (state.session !== 'active') {
    return { ...state, stream: 'closed' };
  }
  const failures = state.stream === 'open' ? 1 : state.streamFailures + 1;
  return {
    ...state,
    stream: 'closed',
    streamFailures: failures,
    streamAt: event.now + waitAfter(failures, event.retryAfterMs, event.jitter),
    // Lost: look soon, so that a cloud that is away is said within seconds; not all devices of a cloud at one moment.
    pollAt: Math.min(
      state.pollAt,
      event.now + (state.stream === 'open' ? soon(event.jitter) : POLL_WITHOUT_STREAM_MS),
    ),
  };
}

function zonePoked(state: EngineState, event: Extract<EngineEvent, { type: 'zonePoke' }>): EngineState {
  const zone = state.zones[event.zone];
  const purge = event.zone === 'messages' && event.purgeId !== (state.heard.purge?.id ?? null);
  const behind = zone.stage === 'current' && (event.head !== zone.seen || purge);
  const step = state.running.zones;
  // The head that its opening brings may be from before this.
  const opening = step?.type === 'open' && step.zone === event.zone;
  const after = patchZone(state, event.zone, {
    head: zone.stage === 'unopened' && !opening ? zone.head : event.head,
    stage: behind ? 'behind' : zone.stage,
    feed: zone.feed || opening || (zone.stage === 'walking' && event.head !== zone.seen),
  });
  if (!purge) {
    return after;
  }
  // The answer under way may be from before that.
  const asked = step !== null && 'zone' in step && step.zone === 'messages';
  return {
    ...after,
    askZone: after.askZone || asksForPurge(state),
    purgeAgain: after.purgeAgain || asked,
  };
}

function conditionsChanged(state: EngineState, conditions: EngineState['conditions']): EngineState {
  const better = conditions.onBattery !== true && conditions.metered !== true;
  const after = { ...state, conditions, conditionsSoonUntil: 0, anyway: state.anyway && !better };
  // What did not go then may go now.
  return patchZone(after, 'messages', { fullIdle: false });
}

/** Whatever was waiting for a time stops waiting. */
function syncNow(state: EngineState): EngineState {
  let after: EngineState = {
    ...lookEverywhere(state),
    held: false,
    retry: null,
    againAt: state.againAt === null ? null : state.now,
    streamAt: 0,
    streamFailures: 0,
    purgePendingUntil: 0,
    diskFullUntil: 0,
    blobsFullUntil: 0,
    filesRestUntil: 0,
  };
  for (const name of ['account', 'messages'] as const) {
    after = patchZone(after, name, { fullUntil: 0 });
  }
  return after;
}

/** A person chose Repair: a stopped zone goes on from what the cloud has now, merging everything. */
function repairNow(state: EngineState): EngineState {
  let after: EngineState = state.keyring === 'forged' ? { ...state, keyring: 'stale' } : state;
  for (const name of ['account', 'messages'] as const) {
    const zone = after.zones[name];
    if (zone.stage === 'stopped') {
      after = patchZone(after, name, { stage: 'unopened', stopped: null, forget: true });
    } else if (zone.stage === 'current' || zone.stage === 'behind') {
      after = patchZone(after, name, { stage: 'behind', repair: true });
    }
  }
  return { ...after, retry: null };
}
