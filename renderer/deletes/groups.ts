/** Recently Deleted as it is shown: rows, conversation by conversation, in the order in which the device gives them. Pure. */
import type { Id, RecentlyDeletedGroup, RecentlyDeletedItem } from '../../electron/api/types.ts';

export type DeletedRow =
  | { kind: 'heading'; key: string; group: RecentlyDeletedGroup; loaded: Id[] }
  | { kind: 'item'; key: string; item: RecentlyDeletedItem; last: boolean }
  | { kind: 'more'; key: string };

/** `items` in the order of `groups`; of the last group perhaps not all yet. */
export function deletedRows(
  groups: readonly RecentlyDeletedGroup[],
  items: readonly RecentlyDeletedItem[],
): DeletedRow[] {
  const byConversation = new Map<Id, RecentlyDeletedItem[]>();
  for (const item of items) {
    const some = byConversation.get(item.message.conversationId);
    if (some === undefined) byConversation.set(item.message.conversationId, [item]);
    else some.push(item);
  }
  const rows: DeletedRow[] = [];
  for (const group of groups) {
    const some = byConversation.get(group.conversationId);
    if (some === undefined) continue;
    rows.push({
      kind: 'heading',
      key: group.conversationId,
      group,
      loaded: some.map((item) => item.message.id),
    });
    for (const [index, item] of some.entries())
      rows.push({ kind: 'item', key: item.message.id, item, last: index === some.length - 1 });
  }
  const count = groups.reduce((sum, group) => sum + group.messages, 0);
  if (items.length < count) rows.push({ kind: 'more', key: 'more' });
  return rows;
}

/** Nothing stays selected that is not there any more. */
export function keepSelected(selected: ReadonlySet<Id>, there: Iterable<Id>): Set<Id> {
  const known = new Set(there);
  return new Set([...selected].filter((id) => known.has(id)));
}
