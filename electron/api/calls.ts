/**
 * What the local API asks of the device behind it, one interface a topic. The procedures beside this file validate
 * and name; `electron/device/calls/*` answers, from the read-only store and the sync worker. Tests can put anything
 * here.
 */
import type {
  DamagedDatabase,
  DatabaseCheck,
  DiagnosticReport,
  TroubleshootingRun,
} from './troubleshooting-types.ts';
import type {
  ApiEvent,
  AttachmentDraft,
  AttachmentLimits,
  CloudChoice,
  CloudInfo,
  ConversationSummary,
  Deleted,
  DeletedHere,
  DeleteScope,
  DeleteTarget,
  Device,
  Done,
  Id,
  KeepDays,
  KeepPreview,
  Message,
  MessageCursor,
  MessagePage,
  Milliseconds,
  Notice,
  PasswordStrength,
  Person,
  RecentlyDeletedGroup,
  RecentlyDeletedItem,
  SearchResult,
  SessionState,
  Settings,
  SettingsChange,
  StorageInfo,
  SwitchOffPreview,
  SwitchPreview,
  SyncStatus,
  WipeScope,
} from './types.ts';

type Answer<T> = T | Promise<T>;

export type SignUpInput = {
  cloud: CloudChoice;
  handle: string;
  name: string;
  password: string;
  invitation: string | null;
  deviceName: string | null;
};
export type SignInInput = {
  cloud: CloudChoice;
  handle: string;
  password: string;
  deviceName: string | null;
  /** Whether this device takes part: the switch "Messages in iCloud". */
  takesPart: boolean;
};
export type RecoverInput = {
  cloud: CloudChoice;
  handle: string;
  words: string[];
  newPassword: string;
  deviceName: string | null;
  takesPart: boolean;
};

export type SessionCalls = {
  state(): Answer<SessionState>;
  checkCloud(cloud: CloudChoice): Promise<CloudInfo>;
  passwordStrength(input: { password: string; handle: string; name: string }): Answer<PasswordStrength>;
  signUp(input: SignUpInput): Promise<SessionState>;
  confirmRecovery(answers: [string, string]): Promise<SessionState>;
  signIn(input: SignInInput): Promise<SessionState>;
  recover(input: RecoverInput): Promise<SessionState>;
  wipeScope(): Answer<WipeScope>;
  signOut(input: { wipe: boolean; evenUnsent: boolean }): Promise<SessionState>;
  wipeKept(input: { evenUnsent: boolean }): Promise<SessionState>;
  changePassword(input: { current: string; next: string; signOutOthers: boolean }): Promise<void>;
  unlock(): Promise<SessionState>;
  startFresh(): Promise<SessionState>;
};

export type ConversationCalls = {
  list(): Answer<ConversationSummary[]>;
  get(id: Id): Answer<ConversationSummary>;
  start(input: { handles: string[]; name: string | null }): Promise<ConversationSummary>;
  markRead(id: Id, upTo: MessageCursor | null): Promise<void>;
  markUnread(id: Id): Promise<void>;
  setPinned(id: Id, pinned: boolean): Promise<void>;
  setMuted(id: Id, until: Milliseconds | null): Promise<void>;
  setDraft(id: Id, text: string): Promise<void>;
  rename(id: Id, name: string | null): Promise<void>;
  delete(id: Id): Promise<Deleted>;
};

export type PageInput = {
  conversationId: Id;
  anchor: MessageCursor | null;
  direction: 'older' | 'newer' | 'around';
  limit: number;
};
export type MessageCalls = {
  page(input: PageInput): Answer<MessagePage>;
  /** null: it was accepted, and deleted on another device, before this answer. */
  send(input: {
    conversationId: Id;
    text: string;
    replyTo: Id | null;
    attachments: Id[];
  }): Promise<Message | null>;
  retry(id: Id): Promise<void>;
  discard(id: Id): Promise<{ undo: Id | null }>;
  edit(id: Id, text: string): Promise<void>;
  unsend(id: Id): Promise<void>;
  react(id: Id, emoji: string | null): Promise<void>;
  /** All of a conversation, newest first: what Select All means. */
  ids(conversationId: Id, limit: number): Answer<Id[]>;
  delete(ids: Id[]): Promise<Deleted>;
};

export type AttachmentCalls = {
  limits(): Answer<AttachmentLimits>;
  drafts(conversationId: Id): Answer<AttachmentDraft[]>;
  drop(id: Id): Promise<void>;
  fetch(input: { messageId: Id; place: number }): Promise<void>;
};

export type DeleteCalls = {
  scope(target: DeleteTarget): Answer<DeleteScope>;
  attachments(conversation: Id): Promise<Deleted>;
  undo(undo: Id): Promise<Pick<Done, 'messages' | 'newer'>>;
};

export type RecentlyDeletedCalls = {
  list(limit: number, offset: number): Answer<RecentlyDeletedItem[]>;
  groups(): Answer<RecentlyDeletedGroup[]>;
  ids(conversationId: Id | null): Answer<Id[]>;
  recover(ids: Id[] | 'all'): Promise<Done>;
  deleteNow(ids: Id[] | 'all'): Promise<Done>;
};

export type SearchCalls = { query(text: string, limit: number): Answer<SearchResult> };

export type SyncCalls = {
  status(): Answer<SyncStatus>;
  now(): Promise<void>;
  cancel(): Promise<void>;
  preview(): Promise<SwitchPreview>;
  offPreview(): Promise<SwitchOffPreview>;
  /** `deletedHere`: while it was off. `everywhere`: off on all devices. */
  setSwitch(input: { on: boolean; deletedHere?: DeletedHere; everywhere?: boolean }): Promise<void>;
  hold(): Promise<void>;
  resume(): Promise<void>;
  continueAnyway(): Promise<void>;
  disableAndDelete(): Promise<void>;
  undoPurge(): Promise<void>;
  storage(): Promise<StorageInfo>;
  repair(): Promise<void>;
};

export type TroubleshootingCalls = {
  run(): Promise<TroubleshootingRun>;
  checkDatabase(): Promise<DatabaseCheck>;
  report(): Promise<DiagnosticReport>;
  damaged(): Answer<DamagedDatabase[]>;
  removeDamaged(name: string): Answer<void>;
};

export type SettingsCalls = {
  get(): Answer<Settings>;
  set(change: SettingsChange): Promise<Settings>;
  keepPreview(days: KeepDays): Promise<KeepPreview>;
  setKeepMessages(days: KeepDays): Promise<Settings>;
};

export type DeviceCalls = {
  list(): Answer<Device[]>;
  rename(id: Id, name: string): Promise<void>;
  remove(input: { id: Id; stolen: boolean; password: string | null }): Promise<void>;
};

export type PeopleCalls = {
  acceptIdentity(id: Id): Promise<void>;
  setBlocked(id: Id, on: boolean): Promise<void>;
  blocked(): Answer<Person[]>;
};

export type NoticeCalls = { list(): Answer<Notice[]>; dismiss(id: string): Promise<void> };

export type EventCalls = { subscribe(signal: AbortSignal): AsyncIterable<ApiEvent> };

export type ApiCalls = {
  session: SessionCalls;
  people: PeopleCalls;
  conversations: ConversationCalls;
  messages: MessageCalls;
  attachments: AttachmentCalls;
  deletes: DeleteCalls;
  recentlyDeleted: RecentlyDeletedCalls;
  search: SearchCalls;
  sync: SyncCalls;
  troubleshooting: TroubleshootingCalls;
  settings: SettingsCalls;
  devices: DeviceCalls;
  notices: NoticeCalls;
  events: EventCalls;
};
