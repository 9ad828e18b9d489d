/**
 * `troubleshooting.*`: run, checkDatabase, report. The checks that a person would be told to do, done by the program. Types only, like
 * types.ts beside it.
 */
import type {
  DatabaseCheck as WorkerDatabaseCheck,
  ProbeFailure as WorkerProbeFailure,
} from '../sync/troubleshooting-types.ts';
import type { Id, Milliseconds, SyncStatus } from './types.ts';

export type ProbeFailure = WorkerProbeFailure;
export type DatabaseCheck = WorkerDatabaseCheck;

/** attention: works, and somebody should know. unknown: could not be looked at, which is never `ok` (SPEC API-20). */
export type CheckResult = 'ok' | 'attention' | 'problem' | 'unknown';

/** What helps, as a name: the window makes a button of it. */
export type CheckAction =
  | NonNullable<SyncStatus['action']>
  /** Starts the cloud on this computer, then as `tryNow`. */
  | 'startCloudHere'
  /** Where the switch is. */
  | 'openSwitch'
  | 'showDevices'
  | 'clockHelp'
  | 'showRecentlyDeleted'
  | 'checkDatabase'
  | 'showNotices';

type One<Name extends string, Values> = {
  check: Name;
  result: CheckResult;
  values: Values;
  action: CheckAction | null;
};

export type Check =
  | One<
      'account',
      {
        handle: string;
        /** Names of the account's devices as its verified log has them, this one first. */
        devices: string[];
        /** Whether the cloud takes this device's session; null: it could not be asked. */
        session: 'accepted' | 'ended' | null;
      }
    >
  | One<
      'switch',
      {
        here: SyncStatus['switch'];
        /** Names of the other devices. unknown: they have not said. */
        on: string[];
        off: string[];
        unknown: string[];
        /** Disable & Delete: the cloud's copy goes then. */
        purgeAt: Milliseconds | null;
      }
    >
  | One<
      'connection',
      {
        failure: ProbeFailure | null;
        roundTripMs: Milliseconds | null;
        /** The stream is open by which the cloud says that there is news. */
        live: boolean;
        /** The cloud runs on this computer. */
        here: boolean;
      }
    >
  /** What the status line and Settings say. */
  | One<'sync', { status: SyncStatus }>
  | One<
      'lastSync',
      {
        devices: {
          name: string;
          thisDevice: boolean;
          switchOn: boolean | null;
          at: Milliseconds | null;
          /** The switch is on there, and others have heard of news for a week that it has not. */
          behind: boolean;
        }[];
      }
    >
  /** What only this device holds. `changes`: edits, reactions, deletes. */
  | One<'notInCloud', { messages: number; changes: number; switchOn: boolean }>
  /** `asOf`: when the cloud said so; null: it never did. */
  | One<'storage', { bytesUsed: number; quotaBytes: number; asOf: Milliseconds | null; full: boolean }>
  | One<'disk', { freeBytes: number | null }>
  /** This computer's clock minus the cloud's, and both. */
  | One<'clock', { aheadMs: Milliseconds | null; cloudTime: Milliseconds; deviceTime: Milliseconds }>
  | One<
      'version',
      {
        version: string;
        /** Devices of the account that run another one. */
        others: { name: string; version: string }[];
        /** Too old for this cloud, or older than another device. */
        old: 'cloud' | 'device' | null;
      }
    >
  | One<'recentlyDeleted', { messages: number; firstGoesAt: Milliseconds | null }>
  /** Null: not looked at since the app was started. */
  | One<'database', { checked: DatabaseCheck | null }>
  | One<'notices', { count: number }>;

export type CheckName = Check['check'];

export type TroubleshootingRun = { at: Milliseconds; checks: Check[] };

/** The diagnostic report: plain text, without any content (SPEC API-22), and a name for its file. */
export type DiagnosticReport = { text: string; fileName: string };

/** A damaged database that was set aside, and what came of it (SPEC DMG-*). Counts and times; `title` of a conversation is content. */
export type DamagedDatabase = {
  /** Of its folder, and by which it is deleted. */
  name: string;
  at: Milliseconds;
  /** Only its log was damaged or gone: the database stayed in use, and what was written last is perhaps missing. */
  log: boolean;
  /** Where the damaged files are; null: there were none to keep, or a person has deleted them. */
  files: { folder: string; bytes: number } | null;
  /** What came back from it. Null: nothing is known of it. */
  back: {
    messages: number;
    conversations: number;
    attachments: number;
    unsent: number;
    unsentLost: number;
    /** Of the messages: made again from what the window had read of them. */
    rebuilt: number;
  } | null;
  /** How many there had been when they were last counted. */
  before: { messages: number; at: Milliseconds } | null;
  /** What could not be read and is not here by now. */
  lost: {
    messages: number;
    from: Milliseconds | null;
    to: Milliseconds | null;
    conversations: { id: Id; title: string; messages: number; from: Milliseconds; to: Milliseconds }[];
  };
  /** With the switch on: whether what iCloud has is here by now. Null: the switch is off. */
  cloud: 'coming' | 'done' | null;
  deletesUncertain: boolean;
  /** Whether this device is still the one it was: `none` where nobody was signed in, or that could not be known. */
  device: 'database' | 'keepsake' | 'none';
};
