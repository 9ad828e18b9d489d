/**
 * The sync engine's data: its state, and the events that change it. What it asks for stands in steps.ts.
 *
 * The engine is `reduce(state, event) -> { state, effects }` (reduce.ts), with `statusOf(state)` (status.ts) as the only thing a
 * person ever sees of it. It decides *what is next*, in coarse steps; the steps themselves (network, database, keys) are done by
 * the runner in `run/`, which reports back with events. No I/O, no clock, no randomness in this folder: each event brings the time
 * and one random number.
 *
 * Invariants
 *  1. At most one step a lane is under way; a step's end is one event, `done` or `failed`.
 *  2. Everything in the state can be built anew from the database (`started`): losing it loses nothing.
 *  3. Nothing of the messages zone is pushed unless the switch is `enabling` or `on`. A file that nothing but its records lack is of that zone.
 *  4. Nothing is pushed or sent while the clock is wrong, or is asked about (for a minute at most), the keyring is forged or the session is over,
 *     and nothing of the messages zone is pushed while a purge is pending.
 *  5. While the switch is on and the messages zone is not drained, no mail is applied that the zone may know more of: during a first
 *     sync only what was accepted after it began, otherwise none.
 *  6. A fork or a rollback stops the zone until a person chooses Repair; nothing is deleted because of one.
 *  7. Storage full stops pushes of that zone alone, but for deletes and small changes; pulls, the mailbox and the outbox go on.
 *  8. Held by a person, nothing of the messages zone moves; on battery a large upload waits, on a metered connection a large download too.
 *     What is small, and the mail, goes on.
 *  9. A purge that the cloud has pending turns the switch off only when the account's own settings name it; its Undo turns on only the
 *     devices that it turned off.
 */
import type { Conditions, Id, PausedReason, SwitchReason, SwitchState } from '../status-types.ts';
import type { FailureKind, Step, StepDone } from './steps.ts';

export type ZoneName = 'account' | 'messages';
export type { SwitchState };

/**
 * unopened: ask the cloud where the zone stands. walking: first sync, newest first. behind: there are changes to pull.
 * current: at the head as last heard. stopped: a person must decide.
 */
export type ZoneStage = 'unopened' | 'walking' | 'behind' | 'current' | 'stopped';

export type Work = { done: number; total: number | null };
/** A first sync under way. Conversations come before messages. */
export type Walk = { conversations: Work; messages: Work };

/** Disable & Delete as the cloud has it pending. `asked`: the account's own settings name it too, so a person asked for it. */
export type Purge = { id: string; atMs: number; by: Id | null; asked: boolean };

/**
 * What the cloud says of the messages zone beside its records, in the generation that it is in. `forgotten`: there is no purge any more because
 * the cloud was put back to before it; nobody has taken it back (SPEC SYN-130).
 */
export type ZoneHeard = { purge: Purge | null; forgotten?: true; bytesUsed: number; quotaBytes: number };

export type ZoneState = {
  stage: ZoneStage;
  /** The generation is known: records can be named. */
  named: boolean;
  /** The cloud's head as last heard, and up to where this device has pulled. */
  head: number;
  seen: number;
  /** Records with changes to push, and when the next of them is due (0: now). */
  dirty: number;
  dueAt: number;
  /** Operations in a push; halves when the cloud finds a batch too large. */
  pushLimit: number;
  repair: boolean;
  /** The head at which a repair was done; differing there once more is damage. -1: none. */
  repairedAt: number;
  /** A head of which a poke told, and which an answer does not reach: it is asked for once more (SPEC SYN-112). -1: none. */
  shortOf: number;
  /** Revs must be forgotten before the next open: the zone was restored or moved. */
  forget: boolean;
  stopped: Extract<PausedReason, 'rolledBack' | 'forked' | 'damaged'> | null;
  fullUntil: number;
  /** While storage is full: nothing waits that would be accepted all the same. */
  fullIdle: boolean;
  walk: Walk;
  /** During a first sync: there are changes to ask for beside it (SPEC SYN-167). */
  feed: boolean;
  /** They were asked for just now: a page of the first sync comes next, so that neither keeps the other from going on. */
  fed: boolean;
  /** The cloud's time when the first sync under way began; null when that is not known. */
  walkSince: number | null;
  pull: Work;
};

/** What the device remembers of itself, read from the database at start and after sign-in. */
export type Remembered = {
  signedIn: boolean;
  /** Was signed in, and the session is over: removed, or signed out from elsewhere. */
  ended: boolean;
  switch: SwitchState;
  switchReason: SwitchReason | null;
  switchedBy: Id | null;
  purgeOff: string | null;
  held: boolean;
  heard: ZoneHeard;
  zones: Record<
    ZoneName,
    {
      stage: 'unopened' | 'walking' | 'behind' | 'stopped';
      named: boolean;
      stopped: ZoneState['stopped'];
      seen: number;
      walk: Walk;
      walkSince: number | null;
      /** Revs were being forgotten when it ended: not all is offered yet. */
      forget?: boolean;
    }
  >;
  lastSyncedAt: number | null;
  /** With the switch on: records are known of and not whole here. */
  notWhole?: boolean;
};

export type Counts = {
  zones: Record<ZoneName, { dirty: number; dueAt: number }>;
  /** Of the messages zone's dirty records: messages that the cloud does not have yet. What a person is told of. */
  newMessages: number;
  /** `ready`: there is something to send, be it a receipt. `waiting`: messages, as a person is told. */
  outbox: { ready: boolean; waiting: number; dueAt: number };
  blobs: BlobCounts;
};

/** Attachments that are to go up: all, those that do not wait on a metered connection, and of both, when the first may go. */
export type Uploads = { all: number; small: number; at: number; smallAt: number };

/** Attachments that are to go up, and to come down (store/blobs.ts). */
export type BlobCounts = {
  /** Needed by what is to be sent; and by records alone. */
  up: Uploads;
  upForRecords: Uploads;
  asked: number;
  alone: number;
  all: number;
  askedAt: number;
  aloneAt: number;
  allAt: number;
  loose: number;
};

export type EngineEvent = { now: number; jitter: number } & (
  | { type: 'started'; remembered: Remembered }
  | { type: 'ended'; reason: 'signedOut' | 'removed' }
  | { type: 'counts'; counts: Counts }
  | ({ type: 'done' } & StepDone)
  | { type: 'failed'; step: Step; kind: FailureKind; retryAfterMs: number; detail: string }
  | { type: 'zonePoke'; zone: ZoneName; head: number; purgeId: string | null }
  | { type: 'mailPoke' }
  | { type: 'keyringPoke' }
  | { type: 'keyringForged' }
  | { type: 'cloudTime'; cloudMs: number }
  /** The cloud has said a time by which this clock would be ahead, and is asked what time it is; or that question has ended, with or without an answer. */
  | { type: 'askingTime'; open: boolean }
  /** Records are known of and not whole here, and were asked for just now. */
  | { type: 'notWhole' }
  | { type: 'streamOpened' }
  | { type: 'streamClosed'; retryAfterMs: number }
  | { type: 'reachable'; online: boolean }
  /** The host begins to look at how this computer is powered and connected: `conditions` follows soon. */
  | { type: 'conditionsSoon' }
  | { type: 'conditions'; conditions: Conditions }
  | { type: 'tick' }
  | { type: 'setSwitch'; on: boolean }
  /** A person on another device turned it off for all. */
  | { type: 'offEverywhere'; by: Id }
  | { type: 'zoneHeard'; heard: ZoneHeard }
  /** What Cancel does. */
  | { type: 'cancel' }
  | { type: 'hold' }
  | { type: 'resume' }
  | { type: 'continueAnyway' }
  | { type: 'syncNow' }
  | { type: 'repairNow' }
);

export type Effect =
  | { type: 'run'; step: Step }
  | { type: 'watch' }
  | { type: 'unwatch' }
  /** Send a `tick` then; replaces the one before. Infinity: none. */
  | { type: 'wakeAt'; at: number }
  /** What `Remembered` says of the switch has changed. */
  | { type: 'saveSwitch' };

export type EngineState = {
  /** Of the event before: a clock that was set back takes the deadlines with it. */
  now: number;
  session: 'none' | 'active' | 'ended';
  switch: SwitchState;
  switchReason: SwitchReason | null;
  /** The device where it was asked for: of the reasons allDevices and purging. */
  switchedBy: Id | null;
  /** The purge that turned this device's switch off: its Undo turns it on again. */
  purgeOff: string | null;
  heard: ZoneHeard;
  /** Switch off, or standing still: ask the cloud where the messages zone stands, for it may be purged, or a purge taken back. */
  askZone: boolean;
  /** A poke told of another purge, or of none any more, while the messages zone was asked: look once more. */
  purgeAgain: boolean;
  /** By a person, on this device. */
  held: boolean;
  zones: Record<ZoneName, ZoneState>;
  keyring: 'current' | 'stale' | 'forged';
  mailbox: 'behind' | 'current';
  /** Poked while a receive was under way: look once more. */
  mailboxAgain: boolean;
  /** Mail was set aside: it is applied when the zone is drained. */
  mailAside: boolean;
  /** Messages that are going up: those that have gone, and all of this upload. Null: none are. */
  upload: Work;
  /** The same for what else goes up: deletes, and changes of what the cloud has. */
  changes: Work;
  outbox: Counts['outbox'];
  /** What waits first may have been accepted long ago and be on its way here: it is looked for again no sooner. */
  lookAgainAt: number;
  blobs: BlobCounts;
  /** Attachments that go up and that come down: those done, and all of this time. */
  blobsUp: Work;
  blobsDown: Work;
  /** The storage at the cloud has no room for an attachment: not before. */
  blobsFullUntil: number;
  /** A file of the folder could not be read or written: no attachment before. */
  filesRestUntil: number;
  /** Since when that has been so, with nothing that went well in between; null: it is not. */
  filesFailedSince: number | null;
  running: { zones: Step | null; keys: Step | null; mail: Step | null; blobs: Step | null };
  stream: 'closed' | 'opening' | 'open';
  streamAt: number;
  /** Times in a row that it could not be opened. */
  streamFailures: number;
  /** The next slow look at everything, in case a poke was lost. */
  pollAt: number;
  tidyAt: number;
  /** From then on tidying asks again for what is known of and not whole here; null: there is nothing like that. */
  againAt: number | null;
  /** After a failure: nothing before `at`. */
  retry: {
    failures: number;
    at: number;
    since: number;
    kind: FailureKind;
    /** As long as the cloud has asked to be left alone: no good news shortens that, only a person's Sync Now. */
    notBefore: number;
    /** Nothing has failed but what goes up: what comes does not wait with it. */
    write: boolean;
  } | null;
  /** Until then a lane reads before it writes: its last write failed, and a cloud that takes nothing may still give (SPEC SYN-166). */
  readFirstUntil: { zones: number; mail: number; blobs: number };
  online: boolean;
  conditions: Conditions;
  /** The host looks at them for the first time: what would wait for better ones waits for its answer, or until then. 0: it does not look. */
  conditionsSoonUntil: number;
  /** A person said to go on in spite of the conditions; until they are over. */
  anyway: boolean;
  clock: { cloudMs: number; deviceMs: number; since: number } | null;
  /** The cloud is being asked what time it is: nothing leaves this device before its answer, or until then. 0: it is not. */
  timeAskedUntil: number;
  purgePendingUntil: number;
  appTooOld: boolean;
  diskFullUntil: number;
  lastSyncedAt: number | null;
  wakeAt: number;
};

export const NOTHING_HEARD: ZoneHeard = { purge: null, bytesUsed: 0, quotaBytes: 0 };

/** So many messages are a large upload or download: it waits for power, or for a connection that is not metered. */
export const LARGE = 500;
/** On a metered connection a first sync stops after so many: the newest are there. */
export const ENOUGH_METERED = 1000;
export const ALMOST_FULL = 0.9;

/** Of sealed bytes: what is larger waits on a metered connection. */
export const LARGE_BLOB = 5 * 1024 * 1024;
export const NO_UPLOADS: Uploads = { all: 0, small: 0, at: 0, smallAt: 0 };
export const NO_BLOBS: BlobCounts = {
  up: NO_UPLOADS,
  upForRecords: NO_UPLOADS,
  asked: 0,
  alone: 0,
  all: 0,
  askedAt: 0,
  aloneAt: 0,
  allAt: 0,
  loose: 0,
};

export const NO_WORK: Work = { done: 0, total: null };
export const NO_WALK: Walk = { conversations: NO_WORK, messages: NO_WORK };
export const PUSH_LIMIT = 400;
export const CLOCK_TOLERANCE_MS = 5 * 60_000;
/** A question about the time holds back for so long at most what is to leave this device: it may never be answered. */
export const TIME_ASKED_MS = 60_000;
/** The first look at power and connection holds back for so long at most what is large: it may find nothing, or never end. */
export const FIRST_LOOK_MS = 10_000;
/** The slow poll behind the stream, and while there is none. */
export const POLL_MS = 10 * 60_000;
export const POLL_WITHOUT_STREAM_MS = 60_000;
export const TIDY_MS = 10 * 60_000;
/** Between two times that what is not whole is asked for again, by itself. */
export const AGAIN_MS = 60 * 60_000;

function emptyZone(): ZoneState {
  return {
    stage: 'unopened',
    named: false,
    head: 0,
    seen: 0,
    dirty: 0,
    dueAt: 0,
    pushLimit: PUSH_LIMIT,
    repair: false,
    repairedAt: -1,
    shortOf: -1,
    forget: false,
    stopped: null,
    fullUntil: 0,
    fullIdle: false,
    walk: NO_WALK,
    feed: false,
    fed: false,
    walkSince: null,
    pull: NO_WORK,
  };
}

export function initialState(): EngineState {
  return {
    now: 0,
    session: 'none',
    switch: 'off',
    switchReason: null,
    switchedBy: null,
    purgeOff: null,
    heard: NOTHING_HEARD,
    askZone: false,
    purgeAgain: false,
    held: false,
    zones: { account: emptyZone(), messages: emptyZone() },
    keyring: 'current',
    mailbox: 'behind',
    mailboxAgain: false,
    mailAside: false,
    upload: NO_WORK,
    changes: NO_WORK,
    outbox: { ready: false, waiting: 0, dueAt: 0 },
    lookAgainAt: 0,
    blobs: NO_BLOBS,
    blobsUp: NO_WORK,
    blobsDown: NO_WORK,
    blobsFullUntil: 0,
    filesRestUntil: 0,
    filesFailedSince: null,
    running: { zones: null, keys: null, mail: null, blobs: null },
    stream: 'closed',
    streamAt: 0,
    streamFailures: 0,
    pollAt: 0,
    tidyAt: 0,
    againAt: null,
    retry: null,
    readFirstUntil: { zones: 0, mail: 0, blobs: 0 },
    online: true,
    conditions: { onBattery: null, metered: null },
    conditionsSoonUntil: 0,
    anyway: false,
    clock: null,
    timeAskedUntil: 0,
    purgePendingUntil: 0,
    appTooOld: false,
    diskFullUntil: 0,
    lastSyncedAt: null,
    wakeAt: Number.POSITIVE_INFINITY,
  };
}
