/**
 * One open conversation: asks the device for pages, keeps the run of messages, follows changes. A view makes one per
 * conversation it shows and ends it when it goes.
 */
import { createStore } from 'zustand';
import type { ApiFailure, Id, Message, MessageCursor, MessagePage } from '../../electron/api/types.ts';
import { api, failureOf } from '../app/api.ts';
import { onMessagesChanged } from '../app/listen.ts';
import { firstUnreadOf } from './first-unread.ts';
import {
  cursorOf,
  isPending,
  liesFurtherUp,
  planRefresh,
  prepend,
  putSent,
  type RefreshPlan,
  replaceFrom,
  type Window,
} from './window.ts';

export const PAGE = 100;
const LARGEST = 500;

export type TranscriptState = {
  window: Window | null;
  /** Another number for each part of the conversation that was jumped to; 0: none is here yet. What is in one and not in the next is not gone. */
  run: number;
  /** True while the run's start is moving: the list keeps its place from the end. */
  prepending: boolean;
  loadingOlder: boolean;
  failure: ApiFailure | null;
  /** The first message that was unread when the conversation was opened. */
  firstUnread: Id | null;
  /** Where to scroll once, and why. */
  goTo: { id: Id; why: 'unread' | 'found' | 'newest' } | null;
};

/** Across conversations: no two runs have the same number. */
let runs = 0;

export type TranscriptStore = ReturnType<typeof createTranscript>;

export function createTranscript(conversationId: Id, unread: number, at: MessageCursor | null) {
  const store = createStore<TranscriptState>(() => ({
    window: null,
    run: 0,
    prepending: false,
    loadingOlder: false,
    failure: null,
    firstUnread: null,
    goTo: null,
  }));
  const { getState: get, setState: set } = store;
  let ended = false;
  /** Questions run one after the other: a refresh never overtakes a page. */
  let queue: Promise<void> = Promise.resolve();

  function enqueue(step: () => Promise<void>): Promise<void> {
    queue = queue.then(async () => {
      if (ended) return;
      try {
        await step();
      } catch (error) {
        if (!ended) set({ failure: failureOf(error), loadingOlder: false });
      }
    });
    return queue;
  }

  const page = (
    anchor: MessageCursor | null,
    direction: 'older' | 'newer' | 'around',
    limit: number,
  ): Promise<MessagePage> => api.messages.page.query({ conversationId, anchor, direction, limit });

  const openAt = (place: MessageCursor | null): Promise<void> =>
    enqueue(async () => {
      if (place !== null) {
        const window = await page(place, 'around', PAGE);
        set({ window, run: ++runs, failure: null, prepending: false, goTo: { id: place.id, why: 'found' } });
        return;
      }
      // Unread ones further up than one page of 500 are many: then the newest are what is wanted.
      const limit = unread > 0 && unread + 30 <= LARGEST ? Math.max(PAGE, unread + 30) : PAGE;
      const window = await page(null, 'older', limit);
      const firstUnread = get().firstUnread ?? firstUnreadOf(window.messages, unread);
      const last = window.messages.at(-1);
      set({
        window,
        run: ++runs,
        failure: null,
        prepending: false,
        firstUnread,
        goTo: firstUnread ? { id: firstUnread, why: 'unread' } : last ? { id: last.id, why: 'newest' } : null,
      });
    });

  const loadOlder = (): Promise<void> => {
    const { window, loadingOlder } = get();
    if (window === null || !window.hasOlder || loadingOlder) return Promise.resolve();
    set({ loadingOlder: true });
    return enqueue(async () => {
      const now = get().window;
      const first = now?.messages[0];
      if (now == null || first === undefined) {
        set({ loadingOlder: false });
        return;
      }
      const older = await page(cursorOf(first), 'older', PAGE);
      set({
        window: prepend(get().window ?? now, older),
        prepending: true,
        loadingOlder: false,
        failure: null,
      });
    });
  };

  let loadingNewer = false;
  const loadNewer = (): Promise<void> => {
    if (loadingNewer || get().window?.hasNewer !== true) return Promise.resolve();
    loadingNewer = true;
    return enqueue(async () => {
      const now = get().window;
      const last = now?.messages.at(-1);
      if (now == null || last === undefined || !now.hasNewer) return;
      const newer = await page(cursorOf(last), 'newer', PAGE);
      set({ window: replaceFrom(now, now.messages.length, newer), prepending: false });
    }).finally(() => {
      loadingNewer = false;
    });
  };

  async function refreshNow(ids: readonly Id[] | 'all'): Promise<void> {
    const now = get().window;
    if (now === null) return;
    const plan = planRefresh(now, ids);
    if (plan === null) {
      const fresh = await page(null, 'older', PAGE);
      if (fresh.messages.length > 0 || fresh.hasOlder !== now.hasOlder)
        set({ window: fresh, prepending: false });
      return;
    }
    await refreshTail(now, plan);
    const after = get().window;
    if (after?.messages.length === 0 && after.hasOlder) {
      // Nothing of the run is left: what is older, or that nothing is, only the device knows.
      set({ window: await page(null, 'older', PAGE), prepending: false });
      return;
    }
    if (after === null || !liesFurtherUp(now, after, ids)) return;
    const whole = plan.from > 0 ? planRefresh(after, 'all') : null;
    if (whole !== null) await refreshTail(after, whole);
    await lookBefore();
  }

  /** The beginning that was known is none any more when older messages have come in. */
  async function lookBefore(): Promise<void> {
    const now = get().window;
    const first = now?.messages[0];
    if (now === null || first === undefined || now.hasOlder || isPending(first)) return;
    const older = await page(cursorOf(first), 'older', PAGE);
    if (older.messages.length > 0) set({ window: prepend(get().window ?? now, older), prepending: true });
  }

  async function refreshTail(now: Window, plan: RefreshPlan): Promise<void> {
    // In the middle of the history only what is held is asked again; at its end, also what came after.
    if (now.hasNewer && plan.held === 0) return;
    let anchor = plan.anchor;
    const messages: Message[] = [];
    let hasNewer = true;
    while (hasNewer && (messages.length < plan.held || !now.hasNewer)) {
      const want = now.hasNewer
        ? Math.min(LARGEST, plan.held - messages.length)
        : Math.min(LARGEST, plan.held + PAGE);
      const answer = await page(anchor, 'newer', want);
      messages.push(...answer.messages);
      hasNewer = answer.hasNewer;
      const last = answer.messages.at(-1);
      if (last === undefined || messages.length >= 50_000) break;
      anchor = cursorOf(last);
    }
    const window = replaceFrom(get().window ?? now, plan.from, {
      messages,
      hasOlder: now.hasOlder,
      hasNewer,
    });
    set({ window, prepending: false, failure: null });
  }

  /** Changes that arrive while one question runs become one next question. */
  let waiting: Set<Id> | 'all' | null = null;
  const refresh = (ids: readonly Id[] | 'all'): void => {
    const first = waiting === null;
    waiting = ids === 'all' || waiting === 'all' ? 'all' : new Set([...(waiting ?? []), ...ids]);
    if (!first) return;
    void enqueue(async () => {
      const asked = waiting;
      waiting = null;
      if (asked !== null) await refreshNow(asked === 'all' ? 'all' : [...asked]);
    });
  };

  const stopHearing = onMessagesChanged((changed, ids) => {
    if (changed === 'all' || changed === conversationId) refresh(ids);
  });
  void openAt(at);

  return {
    store,
    loadOlder,
    loadNewer,
    refresh,
    openAt,
    arrived: (): void => set({ goTo: null }),
    sent: (message: Message): void => {
      const { window } = get();
      // Whoever answers has read what stands above.
      set({ firstUnread: null });
      if (window?.hasNewer) void openAt(null);
      else if (window !== null) set({ window: putSent(window, message), prepending: false });
    },
    end: (): void => {
      ended = true;
      stopHearing();
    },
  };
}
