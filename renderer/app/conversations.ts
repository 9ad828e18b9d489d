/** The conversation list as this window holds it: patched one by one for small changes, asked for whole otherwise. */
import type { ConversationSummary, Id } from '../../electron/api/types.ts';
import { api, failureOf } from './api.ts';
import { sortConversations } from './order.ts';
import { createResource } from './resource.ts';

export const conversations = createResource(() => api.conversations.list.query());

const FEW = 8;

export function putConversation(one: ConversationSummary): void {
  const { data: list } = conversations.use.getState();
  // One alone would be shown as all there are.
  if (list === null) return;
  conversations.patch(sortConversations([...list.filter((other) => other.id !== one.id), one]));
}

export function findConversation(id: Id): ConversationSummary | null {
  return conversations.use.getState().data?.find((one) => one.id === id) ?? null;
}

export async function refreshConversations(ids: Id[] | 'all'): Promise<void> {
  if (ids === 'all' || ids.length > FEW || conversations.use.getState().data === null)
    return conversations.refresh();
  const answers = await Promise.all(
    ids.map(async (id) => {
      try {
        return { id, found: await api.conversations.get.query({ id }) };
      } catch (error) {
        return failureOf(error).reason === 'notFound' ? { id, found: null } : null;
      }
    }),
  );
  // One without messages may have been deleted: whether it is listed, only the list says.
  const empty = answers.some((answer) => answer?.found?.lastMessage === null);
  if (empty || answers.includes(null)) return conversations.refresh();
  const { data: list } = conversations.use.getState();
  if (list === null) return conversations.refresh();
  const kept = list.filter((one) => !ids.includes(one.id));
  const found = answers.flatMap((answer) => (answer?.found ? [answer.found] : []));
  conversations.patch(sortConversations([...kept, ...found]));
}
