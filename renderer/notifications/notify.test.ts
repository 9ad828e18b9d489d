import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ConversationSummary, Settings, SyncStatus } from '../../electron/api/types.ts';
import { aConversation, aPreview } from '../sidebar/conversation.testkit.ts';

type Made = { title: string; tag: string; open: boolean; onclick: (() => void) | null };
const made: Made[] = [];
let hasFocus = false;

/** What a window has of a browser, as far as notifications need it; without Web Locks, so it is the one that tells. */
beforeEach(() => {
  vi.useFakeTimers();
  made.length = 0;
  hasFocus = false;
  vi.stubGlobal('window', Object.assign(new EventTarget(), { focus: () => {} }));
  vi.stubGlobal('document', { hasFocus: () => hasFocus });
  vi.stubGlobal('navigator', {});
  vi.stubGlobal(
    'Notification',
    class implements Made {
      static readonly permission = 'granted';
      open = true;
      onclick: (() => void) | null = null;
      readonly title: string;
      readonly tag: string;
      constructor(title: string, { tag = '' }: NotificationOptions) {
        this.title = title;
        this.tag = tag;
        made.push(this);
      }
      close(): void {
        this.open = false;
      }
    },
  );
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.resetModules();
});

const conversation = (
  id: string,
  at: number,
  more: Partial<ConversationSummary> = {},
): ConversationSummary => {
  const lastMessage = aPreview({ text: 'Hi', senderName: id, at });
  return aConversation({ id, title: id, unread: 1, activityAt: at, lastMessage, ...more });
};

async function listening() {
  const { default: i18next } = await import('i18next');
  const { en } = await import('../i18n/en.ts');
  await i18next.init({ lng: 'en', resources: { en: { translation: en } } });
  const { conversations } = await import('../app/conversations.ts');
  const { settings, status } = await import('../app/state.ts');
  const { startNotifying } = await import('./notify.ts');
  settings.set({ notifications: 'text' } as Settings);
  conversations.set([]);
  const stop = startNotifying();
  const shows = async (...list: ConversationSummary[]) => {
    conversations.set(list);
    await vi.advanceTimersByTimeAsync(1000);
    return made.filter(({ open }) => open).map(({ title }) => title);
  };
  return { shows, stop, status, settings };
}

test('UI-152 one a conversation, a later one in the place of the earlier; it goes when it is read, unsent, or gone', async () => {
  const { shows, stop } = await listening();
  const now = Date.now();
  expect(await shows(conversation('a', now), conversation('b', now))).toEqual(['a', 'b']);
  await shows(conversation('a', now + 1, { unread: 2 }), conversation('b', now));
  expect(made.map(({ title, tag }) => `${title} ${tag}`)).toEqual([
    'a lockstep-a',
    'b lockstep-b',
    'a (2) lockstep-a',
  ]);
  await shows(conversation('a', now + 1, { unread: 0 }));
  expect(made.slice(1).map(({ open }) => open)).toEqual([false, false]);
  // What it told of was taken back.
  await shows(conversation('a', now + 2));
  expect(made.slice(3).map(({ open }) => open)).toEqual([true]);
  const last = { ...conversation('a', now + 2).lastMessage!, text: '', unsent: true };
  await shows(conversation('a', now + 2, { lastMessage: last }));
  expect(made.slice(3).map(({ open }) => open)).toEqual([false]);
  stop();
});

test('UI-152 more than three conversations at once are one notification, until nothing of them is unread', async () => {
  const { shows, stop } = await listening();
  const now = Date.now();
  const four = ['a', 'b', 'c', 'd'].map((id) => conversation(id, now));
  expect(await shows(...four)).toEqual(['Lockstep']);
  expect(await shows(...four.slice(1))).toEqual(['Lockstep']);
  expect(await shows(...four.map((one) => ({ ...one, unread: 0 })))).toEqual([]);
  stop();
});

test('UI-150 UI-151 UI-153 nothing while the window has the focus, during a first sync, or where there are to be none', async () => {
  const { shows, stop, status, settings } = await listening();
  const at = Date.now();
  hasFocus = true;
  expect(await shows(conversation('a', at))).toEqual([]);
  hasFocus = false;
  status.set({ switch: 'enabling' } as SyncStatus);
  expect(await shows(conversation('a', at + 1))).toEqual([]);
  status.set({ switch: 'on' } as SyncStatus);
  settings.set({ notifications: 'off' } as Settings);
  expect(await shows(conversation('a', at + 2))).toEqual([]);
  settings.set({ notifications: 'name' } as Settings);
  expect(await shows(conversation('a', at + 3))).toEqual(['a']);
  stop();
  expect(made.every(({ open }) => !open)).toBe(true);
});
