/**
 * What the engine asks for, and what it hears of it: steps, one at a time a lane, each with what came of it or why it failed. The runner (run/) does
 * them; reduce-done.ts and reduce-failed.ts say what they change.
 */
import type { Walk, ZoneHeard, ZoneName } from './state.ts';

export type Step =
  /** take false: only to learn the generation. */
  | { lane: 'zones'; type: 'open'; zone: ZoneName; take: boolean }
  | { lane: 'zones'; type: 'walk'; zone: ZoneName }
  | { lane: 'zones'; type: 'changes'; zone: ZoneName }
  /** full: storage is, so only what is accepted all the same: deletes, and small changes of records that are there. */
  | { lane: 'zones'; type: 'push'; zone: ZoneName; limit: number; full: boolean }
  | { lane: 'zones'; type: 'repair'; zone: ZoneName }
  | { lane: 'zones'; type: 'forgetRevs'; zone: ZoneName }
  | { lane: 'zones'; type: 'finishSwitch'; on: boolean }
  /** mayDelete: the messages zone is at its head and both clocks agree, so a machine may delete what is due. */
  /** `again`: what is known of and not whole here is asked for once more. */
  | { lane: 'zones'; type: 'tidy'; mayDelete: boolean; again: boolean }
  | { lane: 'keys'; type: 'refreshKeyring' }
  /** since: mail accepted up to then is set aside, since a first sync may yet say that it was deleted. Null: all of it. */
  | { lane: 'mail'; type: 'receive'; since: number | null }
  | { lane: 'mail'; type: 'send' }
  /** Attachments. only: larger blobs than that wait. */
  /** records: also what nothing but a record of the messages zone lacks. */
  | { lane: 'blobs'; type: 'upload'; only: number; records: boolean }
  | { lane: 'blobs'; type: 'download'; what: 'asked' | 'alone' | 'all' }
  /** Files that nothing names any more, and those that the cloud takes again. */
  | { lane: 'blobs'; type: 'sweep' };

export type StepResult = {
  open: {
    head: number;
    seen: number;
    /** The cloud's time then. */
    openedMs: number;
    /** unopened: only the generation was asked for (switch off). */
    stage: 'unopened' | 'walking' | 'behind';
    walk: Walk;
    moved: 'generation' | 'incarnation' | null;
    alarm: 'rolledBack' | null;
    /** Null: of the account zone, or of a zone that has to be opened once more. */
    heard: ZoneHeard | null;
  };
  /** walk: all of it so far. */
  walk: { walk: Walk; more: boolean; staleKeyring: boolean };
  changes: {
    applied: number;
    remaining: number;
    more: boolean;
    seen: number;
    head: number;
    digest: 'same' | 'differs' | 'unknown';
    alarm: 'rolledBack' | 'forked' | null;
    staleKeyring: boolean;
    heard: ZoneHeard | null;
    /** It had come with a poke, and cost no call. */
    carried?: true;
  };
  push: {
    accepted: number;
    head: number;
    staleKeyring: boolean;
    full: boolean;
    /** Deletes among what was accepted: room was made. */
    deleted: number;
    moved: boolean;
    /** Nothing came between and all was accepted: the head it brought is reached, as if it had been asked for. */
    reached?: StepResult['changes'];
  };
  repair: { healthy: boolean; head: number };
  forgetRevs: null;
  finishSwitch: null;
  tidy: { nextAt: number };
  refreshKeyring: null;
  /** aside: mail is set aside until the zone is drained. */
  receive: { more: boolean; waits: boolean; aside: boolean };
  /** `nextAt`: when there is more to send; Infinity when the outbox is empty. `lookAgainAt`: not before, whatever is counted; 0: at any time. */
  send: { nextAt: number; lookAgainAt: number };
  /** full: the storage at the cloud is. */
  upload: { full: boolean };
  download: null;
  sweep: null;
};

export type StepDone = {
  [T in Step['type']]: { step: Extract<Step, { type: T }>; result: StepResult[T] };
}[Step['type']];

/** network: no answer. busy: answered, "later". The others are what the cloud's error codes say. */
export type FailureKind =
  | 'network'
  | 'busy'
  | 'refused'
  | 'tooLarge'
  | 'tokenInvalid'
  | 'generationChanged'
  | 'incarnationChanged'
  | 'purgePending'
  | 'sessionEnded'
  | 'removed'
  | 'appTooOld'
  | 'keyringForged'
  | 'staleKeyring'
  | 'diskFull'
  /** The system would not open, read or write a file of this device. */
  | 'file'
  | 'internal';
