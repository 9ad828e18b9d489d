/**
 * What transactions touched, for events to the window ("ask for this again"). A rollback forgets what its transaction noted.
 * Ids are lower-case hex. Many messages of one conversation become 'all': the window reads its page again either way.
 */
export type ChangeSet = {
  conversations: string[] | 'all';
  messages: Map<string, string[] | 'all'>;
  recentlyDeleted: boolean;
  devices: boolean;
  settings: boolean;
  notices: boolean;
  session: boolean;
};

export type ChangeFlag = 'recentlyDeleted' | 'devices' | 'settings' | 'notices' | 'session';

const MANY_MESSAGES = 50;
const MANY_CONVERSATIONS = 100;

class Noted {
  readonly conversations = new Set<string>();
  readonly messages = new Map<string, Set<string> | 'all'>();
  readonly flags = new Set<ChangeFlag>();

  message(conversation: string, id: string | 'all'): void {
    const ids = this.messages.get(conversation);
    if (ids === 'all') return;
    if (id === 'all' || (ids !== undefined && ids.size >= MANY_MESSAGES))
      this.messages.set(conversation, 'all');
    else if (ids === undefined) this.messages.set(conversation, new Set([id]));
    else ids.add(id);
  }
  clear(): void {
    this.conversations.clear();
    this.messages.clear();
    this.flags.clear();
  }
  get empty(): boolean {
    return this.conversations.size === 0 && this.messages.size === 0 && this.flags.size === 0;
  }
}

export class Changes {
  readonly #open = new Noted();
  readonly #committed = new Noted();

  conversation(guid: string): void {
    this.#open.conversations.add(guid);
  }
  /** Its text need not change: a reaction, or its state, is enough. */
  message(conversation: string, id: string | 'all'): void {
    this.#open.message(conversation, id);
  }
  flag(flag: ChangeFlag): void {
    this.#open.flags.add(flag);
  }

  commit(): void {
    for (const guid of this.#open.conversations) this.#committed.conversations.add(guid);
    for (const flag of this.#open.flags) this.#committed.flags.add(flag);
    for (const [conversation, ids] of this.#open.messages) {
      if (ids === 'all') this.#committed.message(conversation, 'all');
      else for (const id of ids) this.#committed.message(conversation, id);
    }
    this.#open.clear();
  }
  rollback(): void {
    this.#open.clear();
  }

  /** What was committed since the last call, or null when nothing was. */
  take(): ChangeSet | null {
    const noted = this.#committed;
    if (noted.empty) return null;
    const messages = new Map<string, string[] | 'all'>();
    for (const [conversation, ids] of noted.messages)
      messages.set(conversation, ids === 'all' ? 'all' : [...ids]);
    const set: ChangeSet = {
      conversations: noted.conversations.size > MANY_CONVERSATIONS ? 'all' : [...noted.conversations],
      messages,
      recentlyDeleted: noted.flags.has('recentlyDeleted'),
      devices: noted.flags.has('devices'),
      settings: noted.flags.has('settings'),
      notices: noted.flags.has('notices'),
      session: noted.flags.has('session'),
    };
    noted.clear();
    return set;
  }
}
