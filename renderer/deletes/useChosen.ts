/**
 * What is chosen in Recently Deleted, also of what was never scrolled to: a conversation, or all of it, is chosen by asking the device for its
 * ids. What is gone is not chosen any more.
 */
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Id, RecentlyDeletedItem } from '../../electron/api/types.ts';
import { failureOf } from '../app/api.ts';
import { view } from '../app/state.ts';
import { failureText } from '../ui/failure.ts';
import { deletedList } from './deleted-list.ts';
import { type DeletedRow, keepSelected } from './groups.ts';

type Chosen = {
  ids: ReadonlySet<Id>;
  /** Conversations of which everything is chosen, also what is not here yet. */
  whole: ReadonlySet<Id>;
};
type Heading = Extract<DeletedRow, { kind: 'heading' }>;

const NOTHING: Chosen = { ids: new Set(), whole: new Set() };

export function useChosen(items: readonly RecentlyDeletedItem[], count: number) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<Chosen>(NOTHING);
  const any = chosen.ids.size > 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: looked at again when the list changed, not when the choice did
  useEffect(() => {
    if (!any) return;
    let stale = false;
    const keep = (there: Iterable<Id>): void =>
      setChosen((now) => {
        const ids = keepSelected(now.ids, there);
        return ids.size === now.ids.size ? now : { ids, whole: ids.size === 0 ? NOTHING.whole : now.whole };
      });
    if (items.length >= count) keep(items.map((item) => item.message.id));
    else deletedList.ids(null).then((ids) => !stale && keep(ids), say);
    return () => {
      stale = true;
    };
  }, [items, count]);

  function say(error: unknown): void {
    view.say(failureText(t, failureOf(error)));
  }

  /** Of one conversation, or of all. */
  async function idsOf(row: Heading | null): Promise<Id[]> {
    if (row !== null && row.loaded.length >= row.group.messages) return row.loaded;
    return deletedList.ids(row?.group.conversationId ?? null);
  }

  return {
    ids: chosen.ids,
    stateOf: (row: Heading): 'none' | 'some' | 'all' => {
      const some = row.loaded.filter((id) => chosen.ids.has(id)).length;
      if (some === 0) return 'none';
      const all = some === row.loaded.length;
      return all && (some >= row.group.messages || chosen.whole.has(row.key)) ? 'all' : 'some';
    },
    choose: (item: RecentlyDeletedItem, on: boolean): void =>
      setChosen((now) => {
        const ids = new Set(now.ids);
        const whole = new Set(now.whole);
        if (on) ids.add(item.message.id);
        else {
          ids.delete(item.message.id);
          whole.delete(item.message.conversationId);
        }
        return { ids, whole };
      }),
    chooseConversation: (row: Heading, on: boolean): void =>
      void idsOf(row).then(
        (those) =>
          setChosen((now) => {
            const ids = new Set(now.ids);
            const whole = new Set(now.whole);
            for (const id of those) {
              if (on) ids.add(id);
              else ids.delete(id);
            }
            if (on) whole.add(row.key);
            else whole.delete(row.key);
            return { ids, whole };
          }),
        say,
      ),
    chooseAll: (headings: readonly Heading[]): void =>
      void idsOf(null).then(
        (ids) => setChosen({ ids: new Set(ids), whole: new Set(headings.map((row) => row.key)) }),
        say,
      ),
    chooseNone: (): void => setChosen(NOTHING),
  };
}
