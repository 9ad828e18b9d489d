/** Answers `conversations.*`, `messages.*` and `search.*`: reads from the store, writes by the worker. */
import type { ConversationCalls, MessageCalls, SearchCalls } from '../../api/calls.ts';
import { notFound } from '../../api/failure.ts';
import type { ConversationSummary, Message } from '../../api/types.ts';
import { getConversation, listConversations } from '../../store/conversations.ts';
import { messagePage } from '../../store/message-pages.ts';
import { getMessage } from '../../store/messages.ts';
import type { Store } from '../../store/open.ts';
import { searchConversations, searchMessages } from '../../store/search.ts';
import { shownIds } from '../../store/shown.ts';
import { hex, unhex } from '../../store/values.ts';
import { type CallContext, findOfMessage, read, run } from './context.ts';
import { messageOf, People, summaryOf, titleOf } from './people.ts';

export function conversationCalls(context: CallContext): ConversationCalls {
  const get = (id: string): ConversationSummary =>
    read(context, (store) => {
      const item = getConversation(store, unhex(id));
      if (item === undefined) throw notFound('conversation');
      return summaryOf(item, new People(store));
    });
  return {
    list: () =>
      read(context, (store) => {
        const people = new People(store);
        return listConversations(store).map((item) => summaryOf(item, people));
      }),
    get,
    async start(input) {
      const { id } = await run(context, 'startConversation', input);
      return get(id);
    },
    async markRead(conversationId, upTo) {
      await run(context, 'markRead', { conversationId, upTo });
    },
    async markUnread(conversationId) {
      await run(context, 'markUnread', { conversationId });
    },
    async setPinned(conversationId, on) {
      await run(context, 'setPinned', { conversationId, on });
    },
    async setMuted(conversationId, until) {
      await run(context, 'setMuted', { conversationId, until });
    },
    async setDraft(conversationId, text) {
      await run(context, 'setDraft', { conversationId, text });
    },
    async rename(conversationId, name) {
      await run(context, 'renameConversation', { conversationId, name: name ?? '' });
    },
    async delete(conversationId) {
      return run(context, 'deleteConversation', { conversationId });
    },
  };
}

export function messageCalls(context: CallContext): MessageCalls {
  return {
    page: ({ conversationId, anchor, direction, limit }) =>
      read(context, (store) => {
        const people = new People(store);
        const page = messagePage(store, {
          conversation: unhex(conversationId),
          anchor: anchor === null ? null : { ms: anchor.at, id: unhex(anchor.id) },
          direction,
          limit,
        });
        return { ...page, messages: page.messages.map((item) => messageOf(item, people)) };
      }),
    async send(input): Promise<Message | null> {
      const { id } = await run(context, 'send', input);
      const sent = await findOfMessage(context, id, (store, one) => {
        const item = getMessage(store, one);
        return item === undefined || item.deletedMs !== null ? undefined : messageOf(item, new People(store));
      });
      return sent ?? null;
    },
    async retry(id) {
      await run(context, 'retry', { id });
    },
    async discard(id) {
      return run(context, 'discard', { id });
    },
    async edit(id, text) {
      await run(context, 'edit', { id, text });
    },
    async unsend(id) {
      await run(context, 'unsend', { id });
    },
    async react(id, emoji) {
      await run(context, 'react', { id, emoji: emoji ?? '' });
    },
    ids(conversationId, limit) {
      return read(context, (store) => shownIds(store, unhex(conversationId), limit).map(hex));
    },
    async delete(ids) {
      return run(context, 'deleteMessages', { ids });
    },
  };
}

export function searchCalls(context: CallContext): SearchCalls {
  return {
    query: (text, limit) =>
      read(context, (store) => {
        const people = new People(store);
        const conversations = searchConversations(store, text, limit).flatMap((guid) => {
          const item = getConversation(store, guid);
          return item === undefined ? [] : [summaryOf(item, people)];
        });
        const titles = new Titles(store, people);
        const found = searchMessages(store, text, limit);
        const hits = found.hits.map(({ message, snippet, ranges }) => ({
          message: messageOf(message, people),
          conversationTitle: titles.of(message.conversation),
          snippet,
          ranges,
        }));
        return { conversations, hits, incomplete: found.incomplete };
      }),
  };
}

/** Conversations' titles for a list of messages, each made once. */
export class Titles {
  readonly #store: Store;
  readonly #people: People;
  readonly #known = new Map<string, string>();
  constructor(store: Store, people: People) {
    this.#store = store;
    this.#people = people;
  }
  of(guid: Uint8Array): string {
    const key = Buffer.from(guid).toString('latin1');
    let title = this.#known.get(key);
    if (title === undefined) {
      const item = getConversation(this.#store, guid);
      title =
        item === undefined
          ? ''
          : titleOf(item.kind === 'group' ? item.name : null, this.#people.meet(item.members));
      this.#known.set(key, title);
    }
    return title;
  }
}
