/**
 * Recently Deleted as this window holds it: what there is by conversation, and of the messages as many as were scrolled to. Asked for again
 * when an event says that something changed; changes that come while one question runs become one next question.
 */
import { create } from 'zustand';
import type { ApiFailure, Id, RecentlyDeletedGroup, RecentlyDeletedItem } from '../../electron/api/types.ts';
import { api, failureOf } from '../app/api.ts';

const PAGE = 200;
/** More than so many are asked for again only as far as this. */
const LARGEST = 2000;

type State = {
  /** Null before the first answer. */
  groups: RecentlyDeletedGroup[] | null;
  items: RecentlyDeletedItem[];
  failure: ApiFailure | null;
};
const EMPTY: State = { groups: null, items: [], failure: null };

export const useDeleted = create<State>(() => EMPTY);

let watchers = 0;
let epoch = 0;
let running = false;
let again = false;

async function load(): Promise<void> {
  if (running) {
    again = true;
    return;
  }
  running = true;
  const mine = epoch;
  const want = Math.min(LARGEST, Math.max(PAGE, useDeleted.getState().items.length));
  try {
    const [groups, items] = await Promise.all([
      api.recentlyDeleted.groups.query(),
      api.recentlyDeleted.list.query({ limit: want, offset: 0 }),
    ]);
    if (mine === epoch) useDeleted.setState({ groups, items, failure: null });
  } catch (error) {
    if (mine === epoch) useDeleted.setState({ failure: failureOf(error) });
  } finally {
    running = false;
  }
  if (again) {
    again = false;
    await load();
  }
}

/** The next ones, when the end of those that are here comes near. */
async function more(): Promise<void> {
  const { items, groups } = useDeleted.getState();
  if (running || items.length >= countOf(groups ?? [])) return;
  running = true;
  const mine = epoch;
  try {
    const page = await api.recentlyDeleted.list.query({ limit: PAGE, offset: items.length });
    const known = new Set(items.map((item) => item.message.id));
    const fresh = page.filter((item) => !known.has(item.message.id));
    if (mine === epoch) useDeleted.setState({ items: [...items, ...fresh], failure: null });
  } catch (error) {
    if (mine === epoch) useDeleted.setState({ failure: failureOf(error) });
  } finally {
    running = false;
  }
  if (again) {
    again = false;
    await load();
  }
}

function forget(): void {
  epoch += 1;
  useDeleted.setState(EMPTY);
}

export const countOf = (groups: readonly RecentlyDeletedGroup[]): number =>
  groups.reduce((sum, group) => sum + group.messages, 0);

export const deletedList = {
  /** For as long as it is shown, or looked at otherwise: asks now and whenever something changed. Gives what ends it. */
  watch: (): (() => void) => {
    watchers += 1;
    void load();
    return () => {
      watchers -= 1;
      // What was scrolled to is not kept.
      if (watchers === 0) useDeleted.setState(({ items }) => ({ items: items.slice(0, PAGE) }));
    };
  },
  more,
  /** Something changed. Where nobody looks, what was known is not known any more: who looks next is shown no old list meanwhile. */
  refresh: (): Promise<void> => {
    if (watchers > 0) return load();
    forget();
    return Promise.resolve();
  },
  forget,
  ids: (conversationId: Id | null): Promise<Id[]> => api.recentlyDeleted.ids.query({ conversationId }),
};
