/**
 * Notifications of the system, in the window: what it holds of the list of conversations says what came (arrivals.ts), so the same code serves the
 * browser and Electron, and a notification goes when what it tells of was read or deleted, on whichever device.
 */
import i18next from 'i18next';
import type { ConversationSummary, Id } from '../../electron/api/types.ts';
import { conversations } from '../app/conversations.ts';
import { settings, status, view } from '../app/state.ts';
import { isNews, look, type Seen } from './arrivals.ts';
import { followPermission, usePermission } from './permission.ts';
import { type NotificationText, textOf, textOfSeveral } from './text.ts';
import { becomeTeller, isLookedAt, sayLookedAt } from './windows.ts';

/** So long it may still be read on another device, or be followed by more. */
const SETTLE_MS = 500;
/** More conversations than this at once are one notification. */
const SINGLE_AT_MOST = 3;
const SEVERAL = 'several';

/** Starts telling. The answer ends it, and takes away what is shown. */
export function startNotifying(): () => void {
  const shown = new Map<string, Notification>();
  let seen: Seen | null = null;
  let isTeller = false;
  let isOver = false;
  let waiting = new Set<Id>();
  let timer: ReturnType<typeof setTimeout> | null = null;

  const close = (key: string): void => {
    shown.get(key)?.close();
    shown.delete(key);
  };
  const closeAll = (): void => {
    for (const key of [...shown.keys()]) close(key);
  };
  const show = (key: string, { title, body }: NotificationText, open: Id | null): void => {
    // `renotify` is not in every description of the options: one that takes another's place is to be noticed as well.
    const options: NotificationOptions & { renotify: boolean } = {
      body,
      tag: `lockstep-${key}`,
      renotify: true,
      lang: i18next.language,
    };
    const made = new Notification(title, options);
    shown.set(key, made);
    made.onclick = () => {
      window.focus();
      view.closeSettings();
      if (open !== null) view.openConversation(open);
      close(key);
    };
    // Put away by a person, or by the system after a while.
    made.onclose = () => {
      if (shown.get(key) === made) shown.delete(key);
    };
  };

  const arrive = async (list: readonly ConversationSummary[]): Promise<void> => {
    // Somebody saw it come.
    if ((await isLookedAt()) || isOver) return;
    for (const { id } of list) waiting.add(id);
    timer ??= setTimeout(() => void tell(), SETTLE_MS);
  };

  const tell = async (): Promise<void> => {
    timer = null;
    const ids = waiting;
    waiting = new Set();
    if ((await isLookedAt()) || isOver) return;
    const level = settings.use.getState().data?.notifications ?? 'off';
    if (level === 'off' || usePermission.getState().permission !== 'granted') return;
    const now = Date.now();
    const news = (conversations.use.getState().data ?? []).filter(
      (one) => ids.has(one.id) && isNews(one, now),
    );
    if (news.length > SINGLE_AT_MOST) show(SEVERAL, textOfSeveral(i18next.t, news), null);
    else for (const one of news) show(one.id, textOf(i18next.t, one, level), one.id);
  };

  const changed = (list: readonly ConversationSummary[] | null): void => {
    if (list === null) {
      // Another account, or none.
      seen = null;
      waiting.clear();
      closeAll();
      return;
    }
    const now = Date.now();
    const news = new Set(list.filter((one) => isNews(one, now)).map(({ id }) => id));
    for (const key of [...shown.keys()]) if (key !== SEVERAL && !news.has(key)) close(key);
    if (news.size === 0) close(SEVERAL);
    const looked = look(list, seen, now);
    seen = looked.seen;
    // While a first sync goes on, what comes is history.
    if (!isTeller || status.use.getState().data?.switch === 'enabling') return;
    if (looked.arrived.length > 0) void arrive(looked.arrived);
  };

  changed(conversations.use.getState().data);
  const ends = [
    conversations.use.subscribe((state, before) => {
      if (state.data !== before.data) changed(state.data);
    }),
    settings.use.subscribe(({ data }) => {
      if (data?.notifications === 'off') closeAll();
    }),
    becomeTeller(() => {
      isTeller = true;
    }),
    sayLookedAt(),
    followPermission(),
  ];
  const looked = (): void => closeAll();
  window.addEventListener('focus', looked);
  return () => {
    isOver = true;
    window.removeEventListener('focus', looked);
    for (const end of ends) end();
    if (timer !== null) clearTimeout(timer);
    closeAll();
  };
}
