/** The text of chosen messages, oldest first: one alone as it is, several each with its sender and time. */
import type { TFunction } from 'i18next';
import type { Id, Message, MessagePage } from '../../electron/api/types.ts';
import { api } from '../app/api.ts';
import { fullTime, nameOf } from '../app/format.ts';
import { cursorOf } from './window.ts';

const PAGE = 500;

export async function copyText(
  t: TFunction,
  language: string,
  conversationId: Id,
  ids: ReadonlySet<Id>,
  here: readonly Message[],
): Promise<string> {
  const loaded = here.filter((message) => ids.has(message.id));
  const chosen = loaded.length === ids.size ? loaded : await fetchChosen(conversationId, ids);
  return textOf(t, language, chosen);
}

export function textOf(t: TFunction, language: string, messages: readonly Message[]): string {
  const said = messages.filter((message) => message.unsentAt === null);
  const [first] = said;
  if (said.length === 1 && first !== undefined) return first.text;
  return said
    .map((message) =>
      t('select.line', {
        time: fullTime(message.at, language),
        name: message.fromMe ? t('common.you') : nameOf(message.sender),
        text: message.text,
      }),
    )
    .join('\n');
}

/** What was never scrolled to is asked for, from the newest back, until all of it was met. */
async function fetchChosen(conversationId: Id, ids: ReadonlySet<Id>): Promise<Message[]> {
  const found: Message[] = [];
  let anchor: ReturnType<typeof cursorOf> | null = null;
  for (;;) {
    const page: MessagePage = await api.messages.page.query({
      conversationId,
      anchor,
      direction: 'older',
      limit: PAGE,
    });
    found.unshift(...page.messages.filter((message) => ids.has(message.id)));
    const [oldest] = page.messages;
    if (found.length >= ids.size || !page.hasOlder || oldest === undefined) return found;
    anchor = cursorOf(oldest);
  }
}
