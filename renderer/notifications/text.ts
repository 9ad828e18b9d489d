/** What a notification says, by how much of it others may read over a shoulder (SPEC UI-153). Pure. */
import type { TFunction } from 'i18next';
import type { ConversationSummary, Settings } from '../../electron/api/types.ts';
import { messageLine } from '../attachments/kinds.ts';
import { previewOf } from '../sidebar/preview.ts';

export type Level = Exclude<Settings['notifications'], 'off'>;
export type NotificationText = { title: string; body: string };

const APP = 'Lockstep';

export function textOf(t: TFunction, one: ConversationSummary, level: Level): NotificationText {
  const count = one.unread;
  if (level === 'hidden') return { title: APP, body: t('notifications.messages', { count }) };
  if (level === 'name') return { title: one.title, body: t('notifications.messages', { count }) };
  const title = count > 1 ? t('notifications.titleMore', { title: one.title, count }) : one.title;
  const preview = previewOf(one, true);
  if (preview.kind === 'named') {
    const text = messageLine(t, preview.text, preview.files);
    return { title, body: t('sidebar.namedPreview', { name: preview.name, text }) };
  }
  // No news (arrivals.ts); but whatever is told, no body is empty.
  if (preview.kind === 'unsent') return { title, body: t('transcript.unsentTheirs', { name: preview.name }) };
  // What came last is somebody else's, or it would not be told of.
  return {
    title,
    body: preview.kind === 'plain' ? messageLine(t, preview.text, preview.files) : '',
  };
}

/** Of more conversations than are told of one by one. */
export function textOfSeveral(t: TFunction, list: readonly ConversationSummary[]): NotificationText {
  const count = list.reduce((sum, one) => sum + one.unread, 0);
  return { title: APP, body: t('notifications.several', { count, conversations: list.length }) };
}
