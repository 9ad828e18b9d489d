/** For tests: a conversation with Bob as the list has it, and its newest message. */
import type { ConversationSummary, MessagePreview } from '../../electron/api/types.ts';

export const aPreview = (more: Partial<MessagePreview> = {}): MessagePreview => ({
  text: 'Hello\nthere',
  fromMe: false,
  senderName: 'Bob',
  at: 1,
  state: 'received',
  unsent: false,
  attachments: [],
  ...more,
});

export const aConversation = (more: Partial<ConversationSummary> = {}): ConversationSummary => ({
  id: 'a',
  kind: 'direct',
  title: 'Bob',
  name: null,
  members: [],
  pinned: false,
  mutedUntil: null,
  unread: 0,
  markedUnread: false,
  draft: '',
  lastMessage: aPreview(),
  activityAt: 1,
  changed: [],
  blocked: [],
  ...more,
});
