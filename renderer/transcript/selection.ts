/** Choosing several messages: by click, by range, all. Pure; what is chosen is ids, also of messages that were never scrolled to. */
import type { Id, Message } from '../../electron/api/types.ts';

export type Selection = {
  ids: ReadonlySet<Id>;
  /** Where a range begins: what was clicked last, and what was chosen then. */
  anchor: Id | null;
  base: ReadonlySet<Id>;
};

const chosen = (ids: ReadonlySet<Id>, anchor: Id | null): Selection => ({ ids, anchor, base: ids });

export const beginSelection = (id: Id): Selection => chosen(new Set([id]), id);

export const chooseAll = (ids: readonly Id[]): Selection => chosen(new Set(ids), null);

export function toggle(selection: Selection, id: Id): Selection {
  const ids = new Set(selection.ids);
  if (!ids.delete(id)) ids.add(id);
  return chosen(ids, id);
}

/** Everything between the anchor and this one becomes as the anchor is: chosen, or (it was just let go) not. A later range replaces it. */
export function extend(selection: Selection, to: Id, order: readonly Id[]): Selection {
  const { anchor, base } = selection;
  const from = anchor === null ? -1 : order.indexOf(anchor);
  const end = order.indexOf(to);
  if (end < 0) return selection;
  if (anchor === null || from < 0) return toggle(selection, to);
  const on = base.has(anchor);
  const ids = new Set(base);
  for (const id of order.slice(Math.min(from, end), Math.max(from, end) + 1)) {
    if (on) ids.add(id);
    else ids.delete(id);
  }
  return { ids, anchor, base };
}

/** A part of the conversation, by its number, and what it holds now. */
export type Run = { run: number; messages: readonly Message[] };

/**
 * The run of messages changed. What is gone is not chosen any more; what was on its way and is accepted now has another id and stays chosen. Where
 * another part of the conversation is shown instead, nothing is known to be gone.
 */
export function follow(selection: Selection, was: Run, is: Run): Selection {
  if (was.run !== is.run) return selection;
  const { messages: before } = was;
  const { messages: after } = is;
  const there = new Map(after.map((message) => [message.key, message.id]));
  const moved = before.filter(({ id, key }) => selection.ids.has(id) && there.get(key) !== id);
  if (moved.length === 0) return selection;
  const ids = new Set(selection.ids);
  let { anchor } = selection;
  for (const { id, key } of moved) {
    ids.delete(id);
    const now = there.get(key) ?? null;
    if (now !== null) ids.add(now);
    if (anchor === id) anchor = now;
  }
  return chosen(ids, anchor);
}
