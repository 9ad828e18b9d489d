/**
 * What sync can say about how it is doing, for the Troubleshooting page and the diagnostic report: plain data, types only. Nothing in here
 * is content, and nothing is free text: names out of closed sets, counts and times (SPEC API-22, API-23).
 */
import type { Conditions, Milliseconds, SwitchState } from './status-types.ts';

/**
 * Why the cloud did not do what was asked. offline: this computer has no network at all. nameNotFound, refused, certificate, timedOut,
 * notACloud, noAnswer: network/no-answer.ts. busy: it answered "later". refusedCall: it answered, and would not.
 */
export type ProbeFailure =
  | 'offline'
  | 'nameNotFound'
  | 'refused'
  | 'certificate'
  | 'timedOut'
  | 'notACloud'
  | 'noAnswer'
  | 'busy'
  | 'refusedCall'
  | 'appTooOld';

/** What came of asking the cloud just now. What could not be asked is null. */
export type CloudProbe = {
  failure: ProbeFailure | null;
  /** Its name, for the report. */
  code: string | null;
  /** Of the quicker of two calls: the first may have had to connect. */
  roundTripMs: Milliseconds | null;
  /** This computer's clock minus the cloud's, in the middle of the call. */
  clockAheadMs: Milliseconds | null;
  cloudVersion: string | null;
  /** Whether the cloud takes this device's session. */
  session: 'accepted' | 'ended' | null;
  storage: { bytesUsed: number; quotaBytes: number } | null;
  /** The stream by which the cloud says that there is news. */
  stream: 'closed' | 'opening' | 'open';
};

export type FailureRecord = {
  /** `step push messages`, `command signIn`, `stream`. */
  what: string;
  kind: string;
  code: string | null;
  firstAt: Milliseconds;
  lastAt: Milliseconds;
  times: number;
};

export type ZoneReport = {
  stage: string;
  stopped: string | null;
  head: number;
  seen: number;
  /** Records with changes to push. */
  dirty: number;
  pushLimit: number;
  repairing: boolean;
};

/** The engine, as it stands. */
export type SyncReport = {
  session: string;
  switch: SwitchState;
  switchReason: string | null;
  keyring: string;
  mailbox: string;
  stream: string;
  online: boolean;
  conditions: Conditions;
  zones: Record<'account' | 'messages', ZoneReport>;
  /** Types of the steps under way. */
  running: string[];
  retry: { failures: number; kind: string; since: Milliseconds; at: Milliseconds } | null;
  /** The last 50, the latest last. */
  failures: FailureRecord[];
};

/** `problems`: by table, where SQLite found any. */
export type DatabaseCheck = {
  at: Milliseconds;
  tables: number;
  problems: { table: string; count: number }[];
};
