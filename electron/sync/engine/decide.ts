/** What is next, lane by lane: pure questions about the engine's state (state.ts has the invariants). */
import {
  asksForPurge,
  downloadWaits,
  looksFirst,
  meteredNow,
  standsStill,
  uploadsRecords,
  uploadWaits,
} from './conditions.ts';
import { type EngineState, LARGE_BLOB, type Uploads, type ZoneName, type ZoneState } from './state.ts';
import type { Step } from './steps.ts';

/** The messages zone takes part: being switched on, on, or being drained before it goes off. */
export function takesPart(state: EngineState): boolean {
  return state.switch !== 'off';
}

/** Invariant 4: whether anything may leave this device now. */
export function mayWrite(state: EngineState): boolean {
  const { session, clock, timeAskedUntil, keyring, appTooOld, now } = state;
  return (
    session === 'active' && clock === null && timeAskedUntil <= now && keyring === 'current' && !appTooOld
  );
}

function onlySmall(state: EngineState, name: ZoneName, now: number): boolean {
  return state.zones[name].fullUntil > now || (name === 'messages' && uploadWaits(state));
}

/** At the head, and what is here of the zone may go up. */
function takesWrites(state: EngineState, name: ZoneName, now: number): boolean {
  if (!mayWrite(state) || state.zones[name].stage !== 'current') {
    return false;
  }
  // Invariants 3 and 4.
  return (
    name === 'account' ||
    (uploadsRecords(state) && state.heard.purge === null && state.purgePendingUntil <= now)
  );
}

function mayPush(state: EngineState, name: ZoneName, now: number): boolean {
  const zone = state.zones[name];
  if (zone.dirty === 0 || zone.dueAt > now || (onlySmall(state, name, now) && zone.fullIdle)) {
    return false;
  }
  return takesWrites(state, name, now);
}

/** Files that nothing but records lack go up while those do, and wait with them for a person, power or another connection (invariant 8). */
function mayUploadForRecords(state: EngineState, now: number): boolean {
  return !state.held && takesWrites(state, 'messages', now) && !uploadWaits(state);
}

function pushStep(state: EngineState, name: ZoneName, now: number): Step {
  const limit = state.zones[name].pushLimit;
  return { lane: 'zones', type: 'push', zone: name, limit, full: onlySmall(state, name, now) };
}

function drained(zone: ZoneState): boolean {
  return zone.stage === 'current' || zone.stage === 'stopped';
}

/** Whether the switch, being turned on (true) or off (false), is there, as far as the engine knows; null while it is not. Asked once more when the last step is done. */
export function turned({ switch: value, held, blobs, zones }: EngineState): boolean | null {
  const { messages } = zones;
  if (held) {
    return null;
  }
  // Off means that everything is here, attachments too. Of a zone that stands still nobody knows whether it is: that waits for Repair (SPEC SWI-2).
  if (value === 'disabling' && messages.stage === 'current' && blobs.all === 0) {
    return false;
  }
  return value === 'enabling' && messages.stage === 'current' && messages.dirty === 0 ? true : null;
}

/**
 * At the head, and what the cloud says of the whole zone is not what this device knows of it. That is looked for before anything is pushed: a cloud
 * that takes no push would else never be looked at (SPEC SYN-140).
 */
function repairStep(zone: ZoneState, name: ZoneName): Step | null {
  return zone.repair && zone.stage === 'current' ? { lane: 'zones', type: 'repair', zone: name } : null;
}

/** Opening, walking and pulling of one zone; null when it is at the head or stands still. */
function pullStep(zone: ZoneState, name: ZoneName): Step | null {
  if (zone.forget) {
    return { lane: 'zones', type: 'forgetRevs', zone: name };
  }
  switch (zone.stage) {
    case 'unopened':
      return { lane: 'zones', type: 'open', zone: name, take: true };
    case 'walking':
      return { lane: 'zones', type: zone.feed && !zone.fed ? 'changes' : 'walk', zone: name };
    case 'behind':
      return { lane: 'zones', type: 'changes', zone: name };
    default:
      return null;
  }
}

/** What there is to be read of the zones, whatever waits to be pushed. */
function nextRead(state: EngineState): Step | null {
  const { account, messages } = state.zones;
  const ofMessages = takesPart(state) && !downloadWaits(state);
  return pullStep(account, 'account') ?? (ofMessages ? pullStep(messages, 'messages') : null);
}

function nextZoneStep(state: EngineState, now: number): Step | null {
  const { account, messages } = state.zones;
  const read = nextRead(state);
  const ofAccount = read !== null && 'zone' in read && read.zone === 'account';
  if (ofAccount || (read !== null && state.readFirstUntil.zones > now)) {
    return read;
  }
  if (mayPush(state, 'account', now)) {
    return repairStep(account, 'account') ?? pushStep(state, 'account', now);
  }
  if (takesPart(state)) {
    if (read !== null) {
      return read;
    }
    if (!state.held && mayPush(state, 'messages', now)) {
      return repairStep(messages, 'messages') ?? pushStep(state, 'messages', now);
    }
  }
  if ((!takesPart(state) && !messages.named) || (state.askZone && asksForPurge(state))) {
    // To learn the generation, by which records are named, and whether the zone is to be purged.
    return { lane: 'zones', type: 'open', zone: 'messages', take: false };
  }
  const repair =
    repairStep(account, 'account') ??
    (takesPart(state) && !state.held ? repairStep(messages, 'messages') : null);
  if (repair !== null) {
    return repair;
  }
  const on = turned(state);
  if (on !== null) {
    return { lane: 'zones', type: 'finishSwitch', on };
  }
  const following = messages.stage === 'current' && state.switch === 'on';
  const again = following && !state.held && state.againAt !== null && state.againAt <= now;
  if ((state.tidyAt <= now || again) && account.stage === 'current' && state.clock === null) {
    return { lane: 'zones', type: 'tidy', mayDelete: state.switch === 'off' || following, again };
  }
  return null;
}

function nextMailStep(state: EngineState, now: number): Step | null {
  const { ready, dueAt } = state.outbox;
  const { named } = state.zones.messages;
  const due = ready && Math.max(dueAt, state.lookAgainAt) <= now;
  const send: Step | null = named && due && mayWrite(state) ? { lane: 'mail', type: 'send' } : null;
  if (send !== null && state.readFirstUntil.mail <= now) {
    return send;
  }
  return receiveStep(state) ?? send;
}

function receiveStep(state: EngineState): Step | null {
  const { messages } = state.zones;
  if (!messages.named) {
    return null;
  }
  // Invariant 5: the zone knows what was deleted; the mailbox does not.
  if (!takesPart(state) || drained(messages)) {
    return state.mailbox === 'behind' || state.mailAside
      ? { lane: 'mail', type: 'receive', since: null }
      : null;
  }
  if (state.mailbox === 'behind' && messages.stage === 'walking' && messages.walkSince !== null) {
    return { lane: 'mail', type: 'receive', since: messages.walkSince };
  }
  // Nobody knows when the zone goes on: messages must not wait for that. What it knows to be deleted goes again then.
  if (standsStill(state) && messages.stage !== 'walking' && (state.mailbox === 'behind' || state.mailAside)) {
    return { lane: 'mail', type: 'receive', since: null };
  }
  return null;
}

function askedDownload({ blobs, filesRestUntil }: EngineState, now: number): Step | null {
  const due = blobs.asked > 0 && blobs.askedAt <= now && filesRestUntil <= now;
  return due ? { lane: 'blobs', type: 'download', what: 'asked' } : null;
}

/** Attachments: what a person waits for first; what comes by itself, behind everything else. */
function nextBlobStep(state: EngineState, now: number, othersRest: boolean): Step | null {
  const { blobs } = state;
  const metered = meteredNow(state) || looksFirst(state);
  if (state.filesRestUntil > now) {
    return null;
  }
  if (blobs.loose > 0) {
    return { lane: 'blobs', type: 'sweep' };
  }
  const due = ({ all, small, at, smallAt }: Uploads): boolean =>
    metered ? small > 0 && smallAt <= now : all > 0 && at <= now;
  const records = mayUploadForRecords(state, now);
  const up = due(blobs.up) || (records && due(blobs.upForRecords));
  const asked = askedDownload(state, now);
  const readFirst = asked !== null && state.readFirstUntil.blobs > now;
  if (up && !readFirst && state.blobsFullUntil <= now && mayWrite(state)) {
    return {
      lane: 'blobs',
      type: 'upload',
      only: metered ? LARGE_BLOB : Number.MAX_SAFE_INTEGER,
      records,
    };
  }
  if (asked !== null) {
    return asked;
  }
  if (metered || !othersRest || (state.held && takesPart(state))) {
    return null;
  }
  if (state.switch === 'disabling' && drained(state.zones.messages)) {
    return blobs.all > 0 && blobs.allAt <= now ? { lane: 'blobs', type: 'download', what: 'all' } : null;
  }
  return blobs.alone > 0 && blobs.aloneAt <= now ? { lane: 'blobs', type: 'download', what: 'alone' } : null;
}

/** Nothing has failed but what goes up, and that waits: what comes does not (SPEC SYN-166). */
function nextReads(state: EngineState, now: number): Step[] {
  const { running, keyring } = state;
  if (keyring === 'stale' || running.keys !== null) {
    return [];
  }
  const reads = [
    running.zones === null ? nextRead(state) : null,
    running.mail === null ? receiveStep(state) : null,
    running.blobs === null ? askedDownload(state, now) : null,
  ];
  return reads.filter((step) => step !== null);
}

/** The steps to start now: one for each idle lane that has something to do. */
export function nextSteps(state: EngineState, now: number): Step[] {
  if (state.session !== 'active' || state.appTooOld || state.diskFullUntil > now) {
    return [];
  }
  if (state.retry !== null && state.retry.at > now) {
    return state.retry.write && state.retry.notBefore <= now ? nextReads(state, now) : [];
  }
  const steps: Step[] = [];
  if (state.keyring === 'stale') {
    // Everything else may need the newer keys.
    if (state.running.keys === null) {
      steps.push({ lane: 'keys', type: 'refreshKeyring' });
    }
    return steps;
  }
  if (state.running.keys !== null) {
    return steps;
  }
  if (state.running.zones === null) {
    const step = nextZoneStep(state, now);
    if (step !== null) {
      steps.push(step);
    }
  }
  if (state.running.mail === null) {
    const step = nextMailStep(state, now);
    if (step !== null) {
      steps.push(step);
    }
  }
  if (state.running.blobs === null) {
    const { zones, mail } = state.running;
    const step = nextBlobStep(state, now, steps.length === 0 && zones === null && mail === null);
    if (step !== null) {
      steps.push(step);
    }
  }
  return steps;
}

/** When the engine has to be asked again although nothing happens. */
export function nextWake(state: EngineState, now: number): number {
  if (state.session !== 'active') {
    return Number.POSITIVE_INFINITY;
  }
  const times = [state.pollAt];
  if (state.retry !== null) {
    times.push(state.retry.at);
  }
  if (state.stream === 'closed') {
    times.push(state.streamAt);
  }
  times.push(state.blobsFullUntil, state.filesRestUntil, state.timeAskedUntil, state.conditionsSoonUntil);
  for (const { at, smallAt } of [state.blobs.up, state.blobs.upForRecords]) {
    times.push(at, smallAt);
  }
  times.push(state.blobs.askedAt, state.blobs.aloneAt, state.blobs.allAt);
  times.push(state.diskFullUntil, state.purgePendingUntil, state.tidyAt, state.againAt ?? 0);
  if (state.outbox.ready) {
    times.push(Math.max(state.outbox.dueAt, state.lookAgainAt));
  }
  for (const zone of Object.values(state.zones)) {
    if (zone.dirty > 0) {
      times.push(zone.dueAt);
    }
    times.push(zone.fullUntil);
  }
  let next = Number.POSITIVE_INFINITY;
  for (const time of times) {
    if (time > now && time < next) {
      next = time;
    }
  }
  return next;
}
