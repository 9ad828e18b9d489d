/** What a finished step changes. */

import { turned } from './decide.ts';
import { zoneHeard } from './reduce-switch.ts';
import type { EngineEvent, EngineState, ZoneName, ZoneState } from './state.ts';
import { TIDY_MS } from './state.ts';
import type { StepResult } from './steps.ts';
import { isWrite, patchZone, stillAsked, withSwitch } from './update.ts';

type Done = Extract<EngineEvent, { type: 'done' }>;

const FULL_AGAIN_MS = 10 * 60_000;

export function reduceDone(before: EngineState, event: Done): EngineState {
  const state: EngineState = {
    ...before,
    running: { ...before.running, [event.step.lane]: null },
    readFirstUntil: isWrite(event.step)
      ? { ...before.readFirstUntil, [event.step.lane]: 0 }
      : before.readFirstUntil,
    // An answer: the cloud is there.
    retry: stillAsked(before, event.now),
    online: true,
    // Its time is over, and something was done: there is room again, as far as is known.
    diskFullUntil: before.diskFullUntil > event.now ? before.diskFullUntil : 0,
  };
  const { step, now } = event;
  switch (event.step.type) {
    case 'open':
      return opened(state, event as Extract<Done, { step: { type: 'open' } }>);
    case 'walk':
      return walked(state, event as Extract<Done, { step: { type: 'walk' } }>);
    case 'changes':
      return pulled(state, event as Extract<Done, { step: { type: 'changes' } }>);
    case 'push':
      return pushed(state, event as Extract<Done, { step: { type: 'push' } }>);
    case 'repair': {
      const { zone } = event.step;
      const { healthy, head } = event.result as { healthy: boolean; head: number };
      if (healthy) {
        return patchZone(state, zone, { repair: false, repairedAt: head, stage: 'behind' });
      }
      return patchZone(state, zone, { repair: false, stage: 'stopped', stopped: 'rolledBack' });
    }
    case 'forgetRevs':
      return patchZone(state, event.step.zone, { forget: false, stage: 'unopened', seen: 0, repair: false });
    case 'finishSwitch':
      // Meanwhile it may have been turned elsewhere, or something more have come to light.
      if (turned(state) !== event.step.on) return state;
      return event.step.on
        ? { ...withSwitch(state, 'on', null), lastSyncedAt: now }
        : withSwitch(state, 'off', state.switchReason, state.switchedBy);
    case 'tidy': {
      const { nextAt } = event.result as { nextAt: number };
      // What is still not whole has said so meanwhile, for a later time.
      const settled = event.step.again && state.againAt !== null && state.againAt <= now;
      const againAt = settled ? null : state.againAt;
      return { ...state, againAt, tidyAt: Math.max(now + 1000, Math.min(nextAt, now + TIDY_MS)) };
    }
    case 'refreshKeyring':
      return state.keyring === 'forged' ? state : { ...state, keyring: 'current' };
    case 'receive': {
      const { more, aside } = event.result as { more: boolean; aside: boolean };
      // A poke that came while receiving has set `behind` again; asking once more is cheap.
      const mailbox = more || before.mailboxAgain ? 'behind' : 'current';
      // With all of it here, what was looked for has come, or does not.
      const lookAgainAt = more ? state.lookAgainAt : 0;
      return { ...state, mailbox, mailboxAgain: false, mailAside: aside, lookAgainAt };
    }
    case 'send': {
      const { nextAt, lookAgainAt } = event.result as StepResult['send'];
      return { ...state, outbox: { ...state.outbox, dueAt: nextAt }, lookAgainAt };
    }
    case 'upload':
      return {
        ...state,
        blobsFullUntil: (event.result as StepResult['upload']).full ? now + FULL_AGAIN_MS : 0,
        filesFailedSince: null,
      };
    case 'download':
      return { ...state, filesFailedSince: null };
    case 'sweep':
      return state;
    default: {
      const never: never = event.step;
      throw new Error(`unknown step ${JSON.stringify(never ?? step)}`);
    }
  }
}

function opened(before: EngineState, event: Extract<Done, { step: { type: 'open' } }>): EngineState {
  const { zone } = event.step;
  const { head, seen, stage, moved, alarm, openedMs, walk, heard } = event.result;
  const { purgeAgain } = before;
  const asked = zone === 'messages' ? { ...before, askZone: purgeAgain, purgeAgain: false } : before;
  const state = heard === null ? asked : zoneHeard(asked, heard);
  if (alarm !== null) {
    return patchZone(state, zone, { named: true, stage: 'stopped', stopped: alarm });
  }
  if (moved === 'incarnation') {
    return patchZone(state, zone, { forget: true, stage: 'unopened' });
  }
  if (moved === 'generation') {
    const after = left(asked, zone);
    // Of the generation that is there now: it may be to be purged in its turn.
    return heard === null ? after : zoneHeard(after, heard);
  }
  if (!event.step.take) {
    return patchZone(state, zone, { named: true });
  }
  const { feed, head: poked } = state.zones[zone];
  return patchZone(state, zone, {
    named: true,
    head,
    seen,
    stage,
    walk,
    feed: feed && poked > head,
    fed: false,
    walkSince: stage === 'walking' ? openedMs : null,
    pull: { done: 0, total: null },
  });
}

/** The zone was purged, or its keys reset: the switch goes off here, everything local stays. */
function left(before: EngineState, zone: ZoneName): EngineState {
  const after = patchZone(before, zone, {
    stage: 'unopened',
    named: true,
    seen: 0,
    head: 0,
    repair: false,
    forget: false,
    stopped: null,
  });
  if (zone !== 'messages') {
    return after;
  }
  const over: EngineState = { ...after, purgeOff: null, held: false, heard: { ...after.heard, purge: null } };
  return after.switch !== 'off' || before.purgeOff !== null ? withSwitch(over, 'off', 'purged') : over;
}

function walked(state: EngineState, event: Extract<Done, { step: { type: 'walk' } }>): EngineState {
  const { zone } = event.step;
  const { walk, more, staleKeyring } = event.result;
  if (staleKeyring) {
    return { ...state, keyring: 'stale' };
  }
  return patchZone(state, zone, { stage: more ? 'walking' : 'behind', walk, fed: false });
}

function pulled(before: EngineState, event: Extract<Done, { step: { type: 'changes' } }>): EngineState {
  const { zone: name } = event.step;
  const result = event.result;
  const state = result.heard === null ? before : zoneHeard(before, result.heard);
  if (result.staleKeyring) {
    return { ...state, keyring: 'stale' };
  }
  if (result.alarm !== null) {
    return patchZone(state, name, { stage: 'stopped', stopped: result.alarm, seen: result.seen });
  }
  const zone = state.zones[name];
  if (result.digest === 'differs' && zone.repairedAt === result.head) {
    return patchZone(state, name, {
      stage: 'stopped',
      stopped: 'damaged',
      seen: result.seen,
      repairedAt: -1,
    });
  }
  const done = zone.pull.done + result.applied;
  // Everything was given, and it is not what a poke told of. That poke may have come after the question; but an answer to a second one is the truth.
  const short = !result.more && result.seen === zone.seen && result.head < zone.head;
  const head = short && zone.shortOf === zone.head ? result.head : Math.max(result.head, zone.head);
  const atHead = !result.more && result.seen >= head;
  const shortOf = short && !atHead ? head : -1;
  if (zone.stage === 'walking') {
    // Beside the first sync, which goes on: at once, unless what is next is here already.
    const fed = result.carried !== true;
    return patchZone(state, name, { head, seen: result.seen, shortOf, feed: !atHead, fed });
  }
  // What it says of a purge may be from before a poke that told of one.
  const again = atHead && name === 'messages' && state.purgeAgain;
  const after = patchZone(again ? { ...state, purgeAgain: false } : state, name, {
    stage: atHead && !again ? 'current' : 'behind',
    head,
    seen: result.seen,
    shortOf,
    repair: zone.repair || result.digest === 'differs',
    pull: atHead ? { done: 0, total: null } : { done, total: done + result.remaining },
  });
  return synchronized(after, event.now);
}

function pushed(state: EngineState, event: Extract<Done, { step: { type: 'push' } }>): EngineState {
  const { zone: name } = event.step;
  const result = event.result;
  const zone = state.zones[name];
  let after = patchZone(state, name, {
    head: Math.max(zone.head, result.head),
    // Own changes come back by the feed, and with them the token; so does whatever moved meanwhile.
    stage: result.head > zone.seen ? 'behind' : zone.stage,
    ...fullAfter(zone, event.step.full, result, event.now),
    pushLimit: Math.min(400, zone.pushLimit * 2),
  });
  if (result.staleKeyring) {
    after = { ...after, keyring: after.keyring === 'forged' ? 'forged' : 'stale' };
  }
  if (result.deleted > 0) {
    // Room for attachments too.
    after = { ...after, blobsFullUntil: 0 };
  }
  if (result.moved) {
    after = patchZone(after, name, { stage: 'unopened' });
  }
  if (result.reached !== undefined && (zone.stage === 'current' || zone.stage === 'behind')) {
    const { reached } = result;
    return pulled(after, { ...event, step: { lane: 'zones', type: 'changes', zone: name }, result: reached });
  }
  return after;
}

/** Room that a delete has made is used at once; otherwise a full storage is tried again after a while. */
function fullAfter(
  zone: ZoneState,
  wasFull: boolean,
  result: StepResult['push'],
  now: number,
): Pick<ZoneState, 'fullUntil' | 'fullIdle'> {
  if (wasFull && result.deleted === 0) {
    return { fullUntil: zone.fullUntil, fullIdle: result.accepted === 0 };
  }
  return { fullUntil: result.full ? now + FULL_AGAIN_MS : 0, fullIdle: false };
}

/** At every head that matters, with nothing left to push: this is "synchronized". */
function synchronized(state: EngineState, now: number): EngineState {
  const { account, messages } = state.zones;
  const fine = account.stage === 'current' && (state.switch === 'off' || messages.stage === 'current');
  return fine ? { ...state, lastSyncedAt: now } : state;
}
