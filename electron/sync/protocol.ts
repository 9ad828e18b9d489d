/**
 * What the device says to the sync worker and hears back (both sides of `postMessage`).
 *
 * Types only. Ids are lower-case hex strings and times milliseconds since 1970, as in `status-types.ts`, so the local
 * API passes them through. A command is answered after its transaction is committed; those that ask the cloud are done one after the
 * other and hold nothing else up.
 */
import type {
  CloudInfo,
  Conditions,
  DeletedHere,
  Id,
  KeepDays,
  KeepReach,
  Milliseconds,
  SettingsChange,
  StorageInfo,
  SwitchOffPreview,
  SwitchPreview,
  SyncStatus,
} from './status-types.ts';
import type { CloudProbe, DatabaseCheck, SyncReport } from './troubleshooting-types.ts';

/** What a device tells the others about itself when it joins. */
export type DeviceDescription = { name: string; platform: string; appVersion: string };

/** The last message shown of a conversation: everything up to and including it. `id` is the message's record id. */
export type Place = { at: Milliseconds; id: Id };

/** A delete that can be undone for a while: by which id. */
export type Deleted = Done & { undo: Id };
/**
 * With how many messages it was done. `stopped`: why not with the rest, a reason as in `Failure`; null when it was done with all of them. `newer`:
 * how many stay as they are, because a newer app has written them (SPEC DEL-33).
 */
export type Done = { messages: number; stopped: string | null; newer: number };

/** Every command: its input and what it answers. */
export type Commands = {
  // ---- account (electron/sync/account)
  checkCloud: { input: { url: string }; result: CloudInfo };
  signUp: {
    input: {
      cloudUrl: string;
      handle: string;
      password: string;
      /** The profile name. */
      name: string;
      invitation: string | null;
      device: DeviceDescription;
    };
    /** The words are kept (encrypted database) until `confirmRecovery`, so that a restart shows them again. */
    result: { words: string[]; ask: [number, number] };
  };
  /** The two words asked back. Reason `wrongWords` when they differ. */
  confirmRecovery: { input: { answers: [string, string] }; result: null };
  signIn: {
    input: {
      cloudUrl: string;
      handle: string;
      password: string;
      device: DeviceDescription;
      /** Whether this device, where it is a new one, takes part: the switch "Messages in iCloud". On, unless it is said. */
      takesPart?: boolean;
    };
    result: null;
  };
  recover: {
    input: {
      cloudUrl: string;
      handle: string;
      words: string[];
      newPassword: string;
      device: DeviceDescription;
      takesPart?: boolean;
    };
    result: null;
  };
  changePassword: {
    input: { currentPassword: string; newPassword: string; signOutOthers: boolean };
    result: null;
  };
  /** Ends the session at the cloud and forgets the account here; the device deletes the database file afterwards. */
  /** `wipe`: the device will. Reason `notYetInCloud` when something is only here, unless `evenUnsent`; `about` says how many. */
  signOut: { input: { wipe: boolean; evenUnsent: boolean }; result: null };
  renameDevice: { input: { id: Id; name: string }; result: null };
  removeDevice: { input: { id: Id; stolen: boolean; password: string | null }; result: null };

  // ---- people and conversations
  /** Looks handles up, pins their identities, makes (or finds) the conversation. More than one handle: a group. */
  startConversation: { input: { handles: string[]; name: string | null }; result: { id: Id } };
  /** The person looked at somebody's changed identity and takes it. */
  acceptIdentity: { input: { accountId: Id }; result: null };
  markRead: { input: { conversationId: Id; upTo: Place | null }; result: null };
  markUnread: { input: { conversationId: Id }; result: null };
  setPinned: { input: { conversationId: Id; on: boolean }; result: null };
  setMuted: { input: { conversationId: Id; until: Milliseconds | null }; result: null };
  setDraft: { input: { conversationId: Id; text: string }; result: null };
  /** Of a group: travels to its members by envelope. */
  renameConversation: { input: { conversationId: Id; name: string }; result: null };
  /** Everything shown, what waits in the outbox included. What comes later starts the conversation anew. */
  deleteConversation: { input: { conversationId: Id }; result: Deleted };

  // ---- messages
  /** Answers when the message is in the outbox, on disk. `id` is the outbox id until it is accepted. */
  /** `attachments`: ids of drafts, in their order; then the text may be empty. */
  send: {
    input: { conversationId: Id; text: string; replyTo: Id | null; attachments?: Id[] };
    result: { id: Id };
  };
  retry: { input: { id: Id }; result: null };
  /** `undo` null: it was accepted, and only what was left to deliver is given up. */
  discard: { input: { id: Id }; result: { undo: Id | null } };
  edit: { input: { id: Id; text: string }; result: null };
  unsend: { input: { id: Id }; result: null };
  /** An empty emoji takes the reaction back. */
  react: { input: { id: Id; emoji: string }; result: null };
  deleteMessages: { input: { ids: Id[] }; result: Deleted };
  /** Brings back what one delete took. How many came back. Reason `undoOver` when it is too late, or the app was started again since. */
  undoDelete: { input: { undo: Id }; result: Pick<Done, 'messages' | 'newer'> };
  /** Delete Now, and, of 'all' that is in Recently Deleted, Delete All. */
  deleteForGood: { input: { ids: Id[] | 'all' }; result: Done };
  /** Out of Recently Deleted. */
  recoverMessages: { input: { ids: Id[] | 'all' }; result: Done };

  // ---- attachments
  /** A file that the main thread has sealed into the staging folder as `staged`: it is taken over, whole or not at all. */
  addAttachment: { input: StagedAttachment; result: { id: Id } };
  /** Out of the field again. */
  dropAttachment: { input: { id: Id }; result: null };
  /** A person wants it here now: one that does not come by itself, or did not come. `id`: the message's. */
  fetchAttachment: { input: { id: Id; place: number }; result: null };
  /**
   * The main thread could not open it. Missing or damaged on the disk, it is fetched again. `good`: the file is what its id says, and it is
   * the message that is wrong.
   */
  attachmentBroken: { input: { blobId: string }; result: { good: boolean } };

  /** What a message is called that was in the outbox a moment ago: by its record, once it is accepted. Any other id is its own. */
  nowCalled: { input: { id: Id }; result: { id: Id } };

  // ---- synchronizing
  /**
   * `everywhere`, off only: every device of the account does the same when it next connects. Reasons: `purgePending` (on, while Disable &
   * Delete is pending: Undo first), `diskTooSmall` (off).
   */
  setSwitch: { input: { on: boolean; deletedHere?: DeletedHere; everywhere?: boolean }; result: null };
  syncNow: { input: null; result: null };
  /** What Cancel does: stops an `enabling` or `disabling` and goes back; while on, the transfer under way is held. */
  cancelSync: { input: null; result: null };
  /** Paused by a person, until `resume`; also after a restart. */
  hold: { input: null; result: null };
  /** Goes on with what was held. */
  resume: { input: null; result: null };
  /** On battery, or on a metered connection: goes on all the same, until that has been over once. */
  continueAnyway: { input: null; result: null };
  switchOffPreview: { input: null; result: SwitchOffPreview };
  /** Off on every device; in 30 days the cloud's copy goes for good. */
  disableAndDelete: { input: null; result: null };
  /** Takes it back: every device that it switched off goes on again. Reason `purgeOver` when it is too late, or nothing is pending. */
  undoPurge: { input: null; result: null };
  repair: { input: null; result: null };
  status: { input: null; result: SyncStatus };
  storage: { input: null; result: StorageInfo };
  switchPreview: { input: null; result: SwitchPreview };

  // ---- troubleshooting
  /** Asks the cloud now, whatever the engine waits for. That it cannot be reached is an answer. */
  probeCloud: { input: null; result: CloudProbe };
  syncReport: { input: null; result: SyncReport };
  checkDatabase: { input: null; result: DatabaseCheck };

  // ---- the rest
  /** `block`: somebody is blocked, or no more; what they write from then on reaches none of the account's devices (SPEC OUT-15). */
  setSettings: { input: SettingsChange & { block?: { account: Id; on: boolean } }; result: null };
  /** What choosing this would delete; nothing is changed. */
  keepPreview: { input: { days: KeepDays }; result: KeepReach };
  /** Of the account while the switch is on, else of this device. Shorter than now: it takes effect after a day. */
  setKeepMessages: { input: { days: KeepDays }; result: null };
  dismissNotice: { input: { id: string }; result: null };
};

/** Sealed, with its key. `id`: the draft's, chosen by the main thread. Bytes travel as they are. */
export type StagedAttachment = {
  id: Id;
  conversationId: Id;
  staged: string;
  blobId: Uint8Array;
  key: Uint8Array;
  size: number;
  name: string;
  mediaType: string;
  width: number;
  height: number;
  durationMs: number;
  thumbnail: Uint8Array;
};

export type CommandName = keyof Commands;
export type CommandInput<N extends CommandName> = Commands[N]['input'];
export type CommandResult<N extends CommandName> = Commands[N]['result'];
/** One command as a value: `{ name: 'send', input: {…} }`. */
export type Command = { [N in CommandName]: { name: N; input: Commands[N]['input'] } }[CommandName];

/** How a command fails, as plain data: `reason` chooses the text a person reads. */
/** `about`: which of the things given it is about, where that is one of several. */
export type Failure = { reason: string; retryAfterMs: number | null; detail?: string; about?: string };

export type Reply = { ok: true; result: unknown } | { ok: false; failure: Failure };

/** Says what to ask the store for again; sent after the commit, coalesced. */
export type SyncEvent =
  | { type: 'session' }
  | { type: 'conversations'; ids: Id[] | 'all' }
  | { type: 'messages'; conversationId: Id | 'all'; ids: Id[] | 'all' }
  | { type: 'recentlyDeleted' }
  | { type: 'status'; status: SyncStatus }
  | { type: 'settings' }
  | { type: 'devices' }
  | { type: 'notices' }
  /** Searching reaches further than before. */
  | { type: 'search' };

/** What the sync worker is to open: its first message. */
export type WorkerOptions = {
  dbPath: string;
  dbKey: Uint8Array;
  /** False: the device has the database open itself, and damage is `failed`. */
  mayRecover: boolean;
  /** What was met in use, by SQLite's name; `certain`: not for the first time. */
  suspected: string | null;
  certain: boolean;
  /** So long a start is left alone by the thread of the search index, in milliseconds; left away: for as long as one takes (SPEC STO-95). */
  searchAfterMs?: number;
};

/** How far a start is that is none of every day. `done`: records, of `total` where that is known. */
export type RecoveryProgress = {
  phase: 'looking' | 'saving' | 'reading';
  done: number;
  total: number | null;
};

export type ToWorker =
  /** Once, before anything else: until then the worker has opened nothing. */
  | { type: 'open'; options: WorkerOptions }
  | { type: 'command'; id: number; command: Command }
  | { type: 'conditions'; conditions: Conditions }
  | { type: 'stop' };
export type FromWorker =
  | { type: 'ready' }
  /** Before `ready`, and long: the database is looked over, or is damaged and being recovered. */
  | { type: 'recovering'; progress: RecoveryProgress }
  /** Met in use; from here on nothing can be read or written. `code`: SQLite's name. */
  | { type: 'damaged'; code: string }
  /** The store could not be opened; nothing was changed. `reason` as in `SessionState.locked`. */
  /** `code`: SQLite's name, where it is one of damage. */
  | { type: 'failed'; reason: string; code: string | null; detail: string }
  | { type: 'reply'; id: number; reply: Reply }
  | { type: 'event'; event: SyncEvent }
  | { type: 'stopped' };
