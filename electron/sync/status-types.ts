/**
 * The plain data that sync tells its device and the device tells its window unchanged: `electron/api/types.ts` gives these names on. Types
 * only, and nothing of the local API in them: sync does not know who asks.
 */

/** Hex of 16 bytes. A conversation's id is its guid, a message's its record id (or, until accepted, its outbox id). */
export type Id = string;
export type Milliseconds = number;

export type CloudInfo = {
  url: string;
  name: string;
  version: string;
  registration: 'open' | 'invitation' | 'closed';
};

export type PasswordStrength = { score: 0 | 1 | 2 | 3 | 4; enough: boolean; hint: string | null };

export type FailureReason =
  | 'noAccount'
  | 'mailboxFull'
  | 'tooLarge'
  | 'identityChanged'
  /** The cloud gave keys of a member that do not verify. There is nothing to decide about. */
  | 'personForged'
  | 'notAMember'
  | 'refused'
  /** The file of an attachment is not on this device any more, or not as it was. */
  | 'fileMissing'
  /** Not failed: it waits until there is room at the cloud. */
  | 'storageFull';

export type SwitchState = 'off' | 'enabling' | 'on' | 'disabling';

/**
 * Why the switch is as it is, when not by this person's own click here. purged: the cloud's copy is gone (Disable & Delete, or its keys were
 * reset). purging: Disable & Delete, on this device or another; until then Undo brings it back. allDevices: turned off for all devices.
 * diskTooSmall: it could not be turned off, since what is only in iCloud does not fit here. removed: this device left the account.
 */
export type SwitchReason = 'purged' | 'purging' | 'allDevices' | 'diskTooSmall' | 'removed';

export type SyncPhase =
  | 'idle'
  | 'preparing'
  | 'uploading'
  | 'downloading'
  | 'synchronizing'
  | 'finishing'
  | 'paused';

export type PausedReason =
  | 'offline'
  | 'cloudUnreachable'
  /** It is there, and what comes comes; every push, send or upload fails. */
  | 'cloudTakesNothing'
  | 'storageFull'
  | 'diskFull'
  | 'clockWrong'
  | 'signedOut'
  | 'appTooOld'
  | 'purgePending'
  /** By a person, on this device. */
  | 'held'
  | 'onBattery'
  | 'metered'
  /** The system does not let this app open, read or write a file in the folder of attachments. They alone wait. */
  | 'filesUnusable'
  | 'rolledBack'
  | 'forked'
  | 'keyringForged'
  | 'damaged';

/** One state machine's view: the status line, Settings and tests read this and nothing else. */
export type SyncStatus = {
  switch: SwitchState;
  switchReason: SwitchReason | null;
  /** The device where it was asked for, when the reason is allDevices or purging. */
  switchedBy: Id | null;
  /** Disable & Delete: the cloud's copy goes then, unless somebody takes it back. `by`: the device where it was asked for. */
  purge: { at: Milliseconds; by: Id | null } | null;
  phase: SyncPhase;
  item: 'messages' | 'conversations' | 'changes' | 'attachments' | null;
  done: number;
  total: number | null;
  paused: {
    reason: PausedReason;
    since: Milliseconds;
    nextTryAt: Milliseconds | null;
    /** The two clocks, when the clock is wrong. */
    cloudTime: Milliseconds | null;
    deviceTime: Milliseconds | null;
  } | null;
  action:
    | 'syncNow'
    | 'manageStorage'
    | 'repair'
    | 'signIn'
    | 'update'
    | 'tryNow'
    | 'resume'
    | 'continueAnyway'
    | null;
  /** More than nine tenths of the storage at the cloud are used. */
  almostFull: boolean;
  lastSyncedAt: Milliseconds | null;
  /** Messages written here that have not reached the cloud yet, or that go once more to somebody whom they did not reach. */
  waitingToSend: number;
};

export type StorageInfo = {
  bytesUsed: number;
  quotaBytes: number;
  messagesInCloud: number;
  messagesHere: number;
  asOf: Milliseconds;
};

/** On again: what becomes of what was deleted here while the switch was off. Unanswered: it comes back, and nothing is deleted anywhere. */
export type DeletedHere = 'everywhere' | 'bringBack';

/** What turning the switch on will do, for the sheet that asks. */
export type SwitchPreview = {
  toUpload: number;
  toDownload: number;
  /** Both ways together, an estimate. */
  bytes: number;
  deletedHere: number;
  deletedElsewhere: number;
  /** Of those to be uploaded: what will be in Recently Deleted, since their conversation was deleted on another device (SPEC DEL-32). */
  deletedWithConversation: number;
  /** Messages of this device that are older than the account keeps messages: they go for good. */
  expiring: number;
};

/** What turning the switch off will do: it downloads first what is only in iCloud. */
export type SwitchOffPreview = {
  toDownload: number;
  /** Files of messages that are here; of messages to come it is not known. */
  attachments: number;
  /** An estimate. */
  bytes: number;
  /** Free on this computer's disk; null where that is not known. */
  freeBytes: number | null;
  /** Whether it fits, with room to spare. */
  fits: boolean;
};

/** What the host knows of this computer; null: not known, and nothing waits for it. */
export type Conditions = { onBattery: boolean | null; metered: boolean | null };

/** Keep Messages, in days; 0 is forever. */
export type KeepDays = 0 | 30 | 365;

export type KeepMessages = {
  /** What was chosen. Another number than those of `KeepDays` is a newer app's: it is shown and left alone. */
  days: number;
  /** From when on, while that is to come; null: it is in force. */
  effectiveAt: Milliseconds | null;
  /** What holds until then. */
  before: number;
  /** Whose setting it is: the account's while this device takes part, else this device's own. */
  scope: 'account' | 'device';
};

/** What choosing a shorter Keep Messages will delete. */
export type KeepReach = {
  scope: KeepMessages['scope'];
  /** How many messages of this device are from before that moment, Recently Deleted included. */
  messages: number;
  /** Files in them. */
  attachments: number;
  /** False: not everything from iCloud is here yet, there may be more. */
  complete: boolean;
  /** Messages accepted before go first; null: it is no shortening, nothing goes. */
  before: Milliseconds | null;
  effectiveAt: Milliseconds | null;
};

export type Settings = {
  appearance: 'system' | 'light' | 'dark';
  language: 'system' | 'en' | 'nl';
  /** What a notification shows on this device: who wrote and what, who, only that somebody did; or there are none. */
  notifications: 'text' | 'name' | 'hidden' | 'off';
  readReceipts: boolean;
  name: string;
  keepMessages: KeepMessages;
};

/** What is set in one go; Keep Messages asks first and has a call of its own. */
export type SettingsChange = Partial<Omit<Settings, 'keepMessages'>>;
