/**
 * What the renderer and the device say to each other: the plain data of the local API.
 *
 * Types only, imported by `electron/api` and (as types) by `renderer`. Ids are lower-case hex strings; times are
 * milliseconds since 1970. The router in `router.ts` gives the procedures; their names are listed beside each group.
 */

import type { SyncEvent } from '../sync/protocol.ts';
import type { FailureReason, Id, KeepReach, Milliseconds } from '../sync/status-types.ts';

export type { Deleted, Done } from '../sync/protocol.ts';

export type {
  CloudInfo,
  DeletedHere,
  FailureReason,
  Id,
  KeepDays,
  KeepMessages,
  KeepReach,
  Milliseconds,
  PasswordStrength,
  PausedReason,
  Settings,
  SettingsChange,
  StorageInfo,
  SwitchOffPreview,
  SwitchPreview,
  SyncPhase,
  SyncStatus,
} from '../sync/status-types.ts';

// ---- session.*: state, checkCloud, passwordStrength, signUp, confirmRecovery, signIn, recover, wipeScope, signOut, wipeKept, changePassword, unlock, startFresh

export type CloudChoice = { kind: 'thisComputer' } | { kind: 'address'; url: string };

export type SessionState =
  /** Nobody is signed in on this device. */
  | {
      kind: 'signedOut';
      cloudAddress: string | null;
      canHostHere: boolean;
      /** Signed out with the messages kept: whose they are, and where to sign in to see them again. */
      kept: Kept | null;
    }
  /** The account is made; its recovery key must still be shown and asked back. */
  /** `ask`: which two words, counted from 0. */
  | { kind: 'confirmRecovery'; words: string[]; ask: [number, number]; account: AccountInfo }
  | {
      kind: 'signedIn';
      account: AccountInfo;
      device: { id: Id; name: string };
      cloud: { url: string; here: boolean };
    }
  /** The database or its key cannot be opened. Nothing was changed. diskFull, busy: tried again by itself. */
  | {
      kind: 'locked';
      reason: 'keyUnreadable' | 'passphrase' | 'fromTheFuture' | 'damaged' | 'diskFull' | 'noAccess' | 'busy';
      detail: string;
    }
  /**
   * The database is looked over, or was damaged and is being recovered. saving: set aside. reading: into a new one; `done` records of about
   * `total`, where that is known. Goes on by itself; `session` events tell how far it is.
   */
  | { kind: 'recovering'; phase: 'looking' | 'saving' | 'reading'; done: number; total: number | null }
  /** This device was removed from the account (on another device), or its session was revoked. */
  | { kind: 'removed'; account: AccountInfo; reason: 'removed' | 'stolen' | 'revoked'; kept: Kept };

export type Kept = { handle: string; cloudAddress: string; here: boolean };

export type AccountInfo = { id: Id; handle: string; name: string };

// ---- people.*: acceptIdentity, setBlocked, blocked

/**
 * Somebody whose identity is not the one that was known: nothing is sent to them, and what comes from them is set aside, until a person
 * decides. `otherAccount`: another account answers to this handle now.
 */
export type ChangedIdentity = { person: Person; otherAccount: boolean; waiting: number };

// ---- conversations.*: list, get, start, markRead, markUnread, setPinned, setMuted, setDraft, rename, delete

/**
 * What a wipe would lose, and where the messages stay: of somebody who is signed in, and of messages that were kept when nobody is any
 * more (then the switch is off and other devices are unknown).
 */
export type WipeScope = {
  /** All messages on this device. */
  here: number;
  /** Not in iCloud, as far as this device knows: waiting to be sent, or to be uploaded, or the switch is off. */
  messages: number;
  /** Edits, reactions and deletes that have not got there. */
  changes: number;
  switchOn: boolean;
  /** Names of the other devices where the switch is on. */
  devicesOn: string[];
};

export type Person = {
  id: Id;
  handle: string;
  name: string;
  me: boolean;
};

export type ConversationSummary = {
  id: Id;
  kind: 'direct' | 'group';
  /** What the list shows: the other person's name or handle, the group's name, or its members' names. */
  title: string;
  name: string | null;
  members: Person[];
  pinned: boolean;
  mutedUntil: Milliseconds | null;
  unread: number;
  markedUnread: boolean;
  draft: string;
  lastMessage: MessagePreview | null;
  /** Members whose identity has changed and was not accepted yet. */
  changed: ChangedIdentity[];
  /** Members whom this account has blocked: nothing of what they write arrives. */
  blocked: Person[];
  /** Of the newest message, else of the conversation's creation: the list sorts by it, newest first. */
  activityAt: Milliseconds;
};

export type MessagePreview = {
  text: string;
  fromMe: boolean;
  senderName: string;
  at: Milliseconds;
  state: MessageState;
  /** Its sender took it back: then it has neither text nor files. */
  unsent: boolean;
  attachments: AttachmentName[];
};

// ---- messages.*: page, send, retry, discard, edit, unsend, react, delete

/**
 * waiting: no connection or cloud, will go by itself. sending: on its way. sent: accepted by the cloud.
 * delivered / read: by (all of) the others. failed: says why, offers Try Again. received: somebody else's.
 */
export type MessageState = 'waiting' | 'sending' | 'sent' | 'delivered' | 'read' | 'failed' | 'received';

export type MessageOffer = 'tryAgain' | 'discard';

export type Message = {
  /** What calls name it by. Another one once the cloud has accepted it. */
  id: Id;
  /** The same from the first moment on: by what a window knows it again. */
  key: string;
  conversationId: Id;
  sender: Person;
  fromMe: boolean;
  text: string;
  /** By which messages are ordered: the cloud's time of acceptance; of a waiting one, the time it was written. */
  at: Milliseconds;
  sentAt: Milliseconds;
  service: 'lockstep' | 'sms' | 'mms' | 'rcs';
  state: MessageState;
  failure: FailureReason | null;
  /** Whom an own message did not reach, although it was accepted. */
  missed: Person[];
  /** What can be done on this device about one that failed. Discard: of what is left to deliver here. */
  offers: MessageOffer[];
  editedAt: Milliseconds | null;
  unsentAt: Milliseconds | null;
  reactions: { emoji: string; people: Person[] }[];
  replyTo: ReplyQuote | null;
  attachments: Attachment[];
};

/**
 * Of the message that one answers. `id` is empty when that message is not on this device (any more). Then, and where it was unsent, there is neither
 * text nor files.
 */
export type ReplyQuote = {
  id: Id;
  text: string;
  senderName: string;
  unsent: boolean;
  attachments: AttachmentName[];
};

/** What is said of a file where it is not shown. */
export type AttachmentName = { name: string; mediaType: string };

export type Attachment = AttachmentName & {
  /** Of this device, for GET: `/attachments/<message>/<place>`. `?save` to save it. */
  url: string;
  /** In bytes. */
  size: number;
  /** In pixels; 0: not known. */
  width: number;
  height: number;
  durationMs: number;
  /** A small picture as a data URL. */
  thumbnail: string | null;
  /**
   * remote: comes when a person asks. coming: by itself, or asked for. gone: the cloud does not have it (any more). damaged: what came was
   * not what was sent. newer: a newer app sealed it.
   */
  state: 'here' | 'remote' | 'coming' | 'gone' | 'damaged' | 'newer';
  /** How much has come, or (of a message that waits to be sent) gone up: 0 to 1; null: nothing is on its way. */
  progress: number | null;
};

/** A file beside the text in the field, not sent yet. Its bytes: `/attachments/drafts/<id>`. */
export type AttachmentDraft = AttachmentName & { id: Id; size: number; thumbnail: string | null };

/** `largestBytes`: of a file, about; 0: this cloud keeps none. `most`: in one message. */
export type AttachmentLimits = { largestBytes: number; most: number };

/** A place in a conversation. `at` and `id` of the message there, or null for the newest end. */
export type MessageCursor = { at: Milliseconds; id: Id };

export type MessagePage = {
  /** Oldest first. */
  messages: Message[];
  hasOlder: boolean;
  hasNewer: boolean;
};

// ---- deletes.*: scope, undo, attachments ; recentlyDeleted.*: list, groups, ids, recover, deleteNow

export type DeleteTarget =
  | { kind: 'messages'; ids: Id[] }
  | { kind: 'conversation'; id: Id }
  /** Every message of a conversation that has files, whole. */
  | { kind: 'attachments'; id: Id }
  /** Delete Now, out of Recently Deleted; 'all': Delete All. */
  | { kind: 'forGood'; ids: Id[] | 'all' };

/** How far a delete reaches, for the warning. */
export type DeleteScope = {
  messages: number;
  /** Files in them. */
  attachments: number;
  /** Of the messages: those with a text beside their files, which goes along. Counted where it is files that are to go. */
  withText: number;
  /** Of those: written here and never sent. They will not be. */
  unsent: number;
  /** Of those: on their way. They arrive at the others all the same. */
  onTheirWay: number;
  /** This device's switch. */
  switchOn: boolean;
  /** Names of the account's devices where the switch is on, this one included when it is. */
  devicesOn: string[];
  /** Names of the other devices that keep the messages because their switch is off (or because this one's is). */
  devicesKeeping: string[];
  /** Names of the other devices that have not said yet how their switch is. */
  devicesUnknown: string[];
  /** Some device has the switch on, or the cloud is known to hold messages. */
  inCloud: boolean;
  /** Disable & Delete: until then the cloud keeps what it has, and no delete travels. */
  purgeAt: Milliseconds | null;
};

/** A conversation in Recently Deleted. They come in this order: the latest delete first. */
export type RecentlyDeletedGroup = {
  conversationId: Id;
  title: string;
  messages: number;
};

export type RecentlyDeletedItem = {
  message: Message;
  conversationTitle: string;
  deletedAt: Milliseconds;
  /** When it goes for good. */
  goesAt: Milliseconds;
  daysLeft: number;
  deletedOn: string | null;
  /** It went with its whole conversation, and comes back with it. */
  withConversation: boolean;
};

// ---- search.query

export type SearchHit = {
  message: Message;
  conversationTitle: string;
  /** The text around the hit, with the hit's ranges in UTF-16 units. */
  snippet: string;
  ranges: [number, number][];
};
export type SearchResult = {
  conversations: ConversationSummary[];
  hits: SearchHit[];
  /** Older messages are still being indexed: results may be missing. The event `search` says when to ask again. */
  incomplete: boolean;
};

// ---- sync.*: status, now, cancel, setSwitch, preview, storage, repair: SyncStatus, StorageInfo, SwitchPreview

// ---- settings.*: get, set: Settings ; keepPreview, setKeepMessages

/** For the warning before Keep Messages is shortened. */
export type KeepPreview = KeepReach &
  Pick<DeleteScope, 'devicesOn' | 'devicesKeeping' | 'devicesUnknown' | 'inCloud'>;

// ---- devices.*: list, rename, remove

export type Device = {
  id: Id;
  name: string;
  thisDevice: boolean;
  platform: string | null;
  appVersion: string | null;
  switchOn: boolean | null;
  lastSyncedAt: Milliseconds | null;
  addedAt: Milliseconds | null;
};

// ---- notices.*: list, dismiss. What a person must be told and can put away.

export type Notice = {
  id: string;
  at: Milliseconds;
  /** Renderer texts are chosen by this; `detail` fills them in. */
  code:
    | 'identityChanged'
    | 'keyringForged'
    | 'keyringRolledBack'
    /** The same of somebody else's keys: refused, the known ones stay. */
    | 'personForged'
    | 'personRolledBack'
    /** Somebody renewed theirs after losing a device, signed with the old ones. */
    | 'identityRenewed'
    /** A device of this account was removed as stolen, on another device. */
    | 'rootRenewed'
    /** An edit, unsend, reaction or group name that the cloud or its recipients refused for good. */
    | 'changeNotSent'
    /** What this device sends does not reach the account's other devices by mail: one of them has not read it for long. */
    | 'ownMailboxFull'
    | 'recordRefused'
    | 'envelopeRefused'
    | 'zoneRolledBack'
    | 'zoneForked'
    | 'recoverLost'
    /** Messages that whoever deleted their conversation had not seen went to Recently Deleted by that older delete (SPEC DEL-32). */
    | 'onlyHereDeleted'
    | 'coreConflict'
    | 'deviceAdded'
    | 'zonePurged'
    /** The cloud was put back to before Disable & Delete, and does not know of it any more. */
    | 'purgeForgotten'
    | 'keychainWeak'
    /** The sync worker stopped unexpectedly and was started again. */
    | 'syncRestarted'
    /** The database was damaged and is a new one now. `why`: on, all, part, alone; none where all is here as far as anybody can say. */
    | 'databaseRecovered'
    /** The database's log was damaged or gone: what was written last is perhaps missing. */
    | 'databaseLogLost';
  detail: Record<string, string | number>;
};

// ---- events.subscribe (SSE). Says what to ask for again; carries data only where that is small.

export type ApiEvent = SyncEvent;

/** The `data` of every tRPC error: renderer texts are chosen by `reason`. */
export type ApiFailure = {
  reason: string;
  retryAfterMs: number | null;
  /** Which of the things given it is about: the one handle of several, the one word of 24. */
  about: string | null;
};
