/** Recently Deleted as it is shown: by conversation, the newest delete first. Pure. */
import type { Id, RecentlyDeletedItem } from '../../electron/api/types.ts';

export type DeletedGroup = { conversationId: Id; title: string; items: RecentlyDeletedItem[] };

export function groupDeleted(items: readonly RecentlyDeletedItem[]): DeletedGroup[] {
  const groups = new Map<Id, DeletedGroup>();
  for (const item of [...items].sort((a, b) => b.deletedAt - a.deletedAt || b.message.at - a.message.at)) {
    const id = item.message.conversationId;
    const group = groups.get(id) ?? { conversationId: id, title: item.conversationTitle, items: [] };
    group.items.push(item);
    groups.set(id, group);
  }
  return [...groups.values()];
}

/**
 * What Recover of these brings back: of a conversation that was deleted whole, all that went with it. That is the count
 * that is said.
 */
export function recoveredWith(selected: ReadonlySet<Id>, items: readonly RecentlyDeletedItem[]): Set<Id> {
  const whole = new Set(
    items
      .filter((item) => item.withConversation && selected.has(item.message.id))
      .map((item) => item.message.conversationId),
  );
  return new Set(
    items
      .filter(
        (item) =>
          selected.has(item.message.id) || (item.withConversation && whole.has(item.message.conversationId)),
      )
      .map((item) => item.message.id),
  );
}

/** Nothing stays selected that is not there any more. */
export function keepSelected(selected: ReadonlySet<Id>, items: readonly RecentlyDeletedItem[]): Set<Id> {
  return new Set(items.map((item) => item.message.id).filter((id) => selected.has(id)));
}
