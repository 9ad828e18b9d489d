/** What each event makes this window ask for again. */
import type { ApiEvent, Id } from '../../electron/api/types.ts';
import { forgetTrays } from '../attachments/tray.ts';
import { forgetUnsaved } from '../composer/unsaved.ts';
import { deletedList } from '../deletes/deleted-list.ts';
import { forgetBegun } from '../new-message/begun.ts';
import { conversations, refreshConversations } from './conversations.ts';
import { listen } from './events.ts';
import { blocked, devices, notices, session, settings, status, storage, useConnection } from './state.ts';

type MessagesListener = (conversationId: Id | 'all', ids: Id[] | 'all') => void;
const messagesListeners = new Set<MessagesListener>();

/** The open transcript hears of changed messages here. */
export function onMessagesChanged(listener: MessagesListener): () => void {
  messagesListeners.add(listener);
  return () => messagesListeners.delete(listener);
}

const searchListeners = new Set<() => void>();

/** What was searched before the index reached further asks again. */
export function onSearchReached(listener: () => void): () => void {
  searchListeners.add(listener);
  return () => searchListeners.delete(listener);
}

/** A burst of events for the list becomes one question. */
let pendingIds: Set<Id> | 'all' | null = null;
function conversationsChanged(ids: Id[] | 'all'): void {
  const first = pendingIds === null;
  if (ids === 'all' || pendingIds === 'all') pendingIds = 'all';
  else pendingIds = new Set([...(pendingIds ?? []), ...ids]);
  if (!first) return;
  setTimeout(() => {
    const now = pendingIds;
    pendingIds = null;
    if (now !== null) void refreshConversations(now === 'all' ? 'all' : [...now]);
  }, 16);
}

function handle(event: ApiEvent): void {
  switch (event.type) {
    case 'session':
      void session.load();
      break;
    case 'conversations':
      conversationsChanged(event.ids);
      break;
    case 'messages':
      for (const listener of messagesListeners) listener(event.conversationId, event.ids);
      break;
    case 'recentlyDeleted':
      void deletedList.refresh();
      break;
    case 'status':
      status.set(event.status);
      break;
    case 'settings':
      void settings.refresh();
      void blocked.refresh();
      break;
    case 'devices':
      void devices.refresh();
      break;
    case 'notices':
      void notices.refresh();
      break;
    case 'search':
      for (const listener of searchListeners) listener();
      break;
  }
}

/** Another account, or none: nothing of the last one stays in this window's memory. */
export function forgetEverything(): void {
  for (const resource of [settings, status, devices, notices, deletedList, storage, conversations, blocked])
    resource.forget();
  forgetBegun();
  forgetUnsaved();
  forgetTrays();
}

export function startListening(): () => void {
  return listen({
    onEvent: handle,
    onConnected: (connected) => {
      const before = useConnection.getState().connected;
      useConnection.setState({ connected });
      if (connected && !before) {
        void session.load();
        for (const listener of messagesListeners) listener('all', 'all');
      }
    },
  });
}
