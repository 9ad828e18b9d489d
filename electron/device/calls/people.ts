/** The store's rows as the plain data that the renderer shows: who is who, what a conversation is called. */
import type {
  ChangedIdentity,
  ConversationSummary,
  FailureReason,
  Message,
  MessageOffer,
  Person,
} from '../../api/types.ts';
import { type ConversationItem, conversationMembers, type Member } from '../../store/conversations.ts';
import { getIdentity } from '../../store/identity.ts';
import { memberNames } from '../../store/member-names.ts';
import type { MessageItem } from '../../store/messages.ts';
import { canDeliverAgain } from '../../store/missed.ts';
import type { Store } from '../../store/open.ts';
import { getPin, listChanged } from '../../store/pins.ts';
import { blockedAccounts, getAccountSettings } from '../../store/settings.ts';
import { hex } from '../../store/values.ts';
import { attachmentsFor, namesOf } from './attachments.ts';

/** For one answer: everybody is looked up once. */
export class People {
  readonly #store: Store;
  readonly #known = new Map<string, Person>();
  readonly #conversations = new Set<string>();
  readonly #self: string | null;
  #changed: ReturnType<typeof listChanged> | null = null;
  #blocked: ReadonlySet<string> | null = null;
  #again: boolean | null = null;
  #names: ReturnType<typeof memberNames> | null = null;

  constructor(store: Store) {
    this.#store = store;
    const identity = getIdentity(store);
    this.#self = identity === undefined ? null : hex(identity.accountId);
    if (identity === undefined) return;
    const id = hex(identity.accountId);
    const name = getAccountSettings(store).profileName || identity.handle;
    this.#known.set(id, { id, handle: identity.handle, name, me: true });
  }

  meet(members: readonly Member[]): Person[] {
    return members.map((member) => {
      const id = hex(member.account);
      const known = this.#known.get(id);
      if (known !== undefined && (known.handle !== '' || id === this.#self)) return known;
      const person: Person = {
        id,
        handle: member.handle,
        name: member.name || this.#nameOf(id) || member.handle,
        me: id === this.#self,
      };
      this.#known.set(id, person);
      return person.handle === '' ? this.of(member.account) : person;
    });
  }

  of(account: Uint8Array): Person {
    const id = hex(account);
    const known = this.#known.get(id);
    if (known !== undefined && known.handle !== '') return known;
    const pin = getPin(this.#store, account);
    const handle = pin?.handle ?? '';
    // Somebody of whom nothing has arrived yet: an id is better than nobody.
    const name = pin?.name || this.#nameOf(id) || handle || id.slice(0, 8);
    const person: Person = { id, handle, name, me: id === this.#self };
    this.#known.set(id, person);
    return person;
  }

  /** As another conversation has it. */
  #nameOf(id: string): string | undefined {
    this.#names ??= memberNames(this.#store);
    return this.#names.get(id);
  }

  /** Asked for once an answer. */
  canDeliverAgain(): boolean {
    this.#again ??= canDeliverAgain(this.#store);
    return this.#again;
  }

  /** Hardly ever anybody: asked for once an answer. */
  changedAmong(members: readonly Person[]): ChangedIdentity[] {
    this.#changed ??= listChanged(this.#store);
    if (this.#changed.length === 0) return [];
    return this.#changed.flatMap(({ account, otherAccount, waiting }) => {
      const person = members.find(({ id }) => id === hex(account));
      return person === undefined ? [] : [{ person, otherAccount, waiting }];
    });
  }

  blockedAmong(members: readonly Person[]): Person[] {
    this.#blocked ??= new Set(blockedAccounts(this.#store).map((account) => hex(account)));
    const blocked = this.#blocked;
    return blocked.size === 0 ? [] : members.filter(({ id }) => blocked.has(id));
  }

  ofConversation(guid: Uint8Array): void {
    const key = hex(guid);
    if (this.#conversations.has(key)) return;
    this.#conversations.add(key);
    this.meet(conversationMembers(this.#store, guid) ?? []);
  }
}

export function titleOf(name: string | null, members: readonly Person[]): string {
  if (name !== null && name !== '') return name;
  const others = members.filter(({ me }) => !me);
  return (others.length === 0 ? members : others).map((person) => person.name).join(', ');
}

export function summaryOf(item: ConversationItem, people: People): ConversationSummary {
  const members = people.meet(item.members);
  const { last } = item;
  return {
    id: hex(item.guid),
    kind: item.kind,
    title: titleOf(item.kind === 'group' ? item.name : null, members),
    name: item.name,
    members,
    pinned: item.pinned,
    mutedUntil: item.mutedUntilMs,
    unread: item.unread,
    markedUnread: item.markedUnread,
    draft: item.draft,
    lastMessage:
      last === null
        ? null
        : {
            text: last.text,
            fromMe: last.fromMe,
            senderName: people.of(last.sender).name,
            at: last.acceptedMs,
            state: last.state,
            unsent: last.unsentMs !== null,
            attachments: namesOf(last.attachments),
          },
    activityAt: item.activityMs,
    changed: people.changedAmong(members),
    blocked: people.blockedAmong(members),
  };
}

export function messageOf(item: MessageItem, people: People): Message {
  people.ofConversation(item.conversation);
  const reactions = new Map<string, Person[]>();
  for (const { account, emoji } of item.reactions) {
    reactions.set(emoji, [...(reactions.get(emoji) ?? []), people.of(account)]);
  }
  return {
    id: hex(item.id),
    // A guid is its sender's word: another's message may have the same one.
    key: `${hex(item.sender)}-${hex(item.guid)}`,
    conversationId: hex(item.conversation),
    sender: people.of(item.sender),
    fromMe: item.fromMe,
    text: item.text,
    at: item.acceptedMs,
    sentAt: item.sentMs,
    service: item.service,
    state: item.state,
    failure: item.failure === null ? null : failureReason(item.failure),
    missed: item.missed.map(({ account }) => people.of(account)),
    offers: item.state === 'failed' ? offersOf(item, people) : [],
    editedAt: item.editedMs,
    unsentAt: item.unsentMs,
    reactions: [...reactions].map(([emoji, those]) => ({ emoji, people: those })),
    replyTo:
      item.replyTo === null
        ? null
        : {
            id: item.replyTo.id === null ? '' : hex(item.replyTo.id),
            text: item.replyTo.text,
            senderName: people.of(item.replyTo.sender).name,
            unsent: item.replyTo.unsentMs !== null,
            attachments: namesOf(item.replyTo.attachments),
          },
    attachments: attachmentsFor(
      hex(item.id),
      item.attachments,
      item.state === 'waiting' || item.state === 'sending' || item.state === 'failed',
    ),
  };
}

/** Any device that follows the zone can deliver again what another one sent, or what was discarded (SPEC OUT-37). */
function offersOf({ isLeftHere }: MessageItem, people: People): MessageOffer[] {
  if (isLeftHere) return ['tryAgain', 'discard'];
  return people.canDeliverAgain() ? ['tryAgain'] : [];
}

const REASONS: ReadonlySet<string> = new Set<FailureReason>([
  'noAccount',
  'mailboxFull',
  'tooLarge',
  'identityChanged',
  'personForged',
  'notAMember',
  'refused',
  'fileMissing',
  'storageFull',
]);
const failureReason = (text: string): FailureReason =>
  REASONS.has(text) ? (text as FailureReason) : 'refused';
