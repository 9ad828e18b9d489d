import { beforeEach, expect, test, vi } from 'vitest';
import type { ConversationSummary } from '../../electron/api/types.ts';

const device = vi.hoisted(() => ({ list: vi.fn(), get: vi.fn() }));
vi.mock('./api.ts', () => ({
  api: { conversations: { list: { query: device.list }, get: { query: device.get } } },
  failureOf: () => ({ reason: 'unexpected', retryAfterMs: null, about: null }),
}));
const { conversations, putConversation, refreshConversations } = await import('./conversations.ts');

const last = {} as ConversationSummary['lastMessage'];
const one = (id: string, title: string): ConversationSummary =>
  ({ id, title, pinned: false, activityAt: id.charCodeAt(0), lastMessage: last }) as ConversationSummary;
const titles = (): string[] => (conversations.use.getState().data ?? []).map(({ title }) => title).sort();

/** The whole list is being asked for; gives what answers it. */
function askedForAll(): (list: ConversationSummary[]) => void {
  const answer = Promise.withResolvers<ConversationSummary[]>();
  device.list.mockReturnValueOnce(answer.promise);
  void refreshConversations('all');
  return answer.resolve;
}

beforeEach(() => {
  conversations.forget();
  device.list.mockReset();
  conversations.set([one('a', 'old a'), one('b', 'old b')]);
});

test('UI-142 one that changes while the whole list is asked for keeps nothing of the rest away', async () => {
  const fresh = ['a', 'b', 'c'].map((id) => one(id, `new ${id}`));
  device.get.mockResolvedValue(one('a', 'new a'));
  const answer = askedForAll();
  device.list.mockResolvedValueOnce(fresh);
  await refreshConversations(['a']);
  answer(fresh);
  await vi.waitFor(() => expect(titles()).toEqual(['new a', 'new b', 'new c']));
});

test('UI-142 so with one that was begun just now; an answer from before it does not take it away', async () => {
  const answer = askedForAll();
  const fresh = [one('a', 'new a'), one('b', 'new b'), one('d', 'begun')];
  device.list.mockResolvedValueOnce(fresh);
  putConversation(one('d', 'begun'));
  expect(titles()).toEqual(['begun', 'old a', 'old b']);
  answer([one('a', 'new a'), one('b', 'new b')]);
  await vi.waitFor(() => expect(titles()).toEqual(['begun', 'new a', 'new b']));
});

test('UI-142 one alone is never shown as the whole list', () => {
  conversations.forget();
  putConversation(one('a', 'alone'));
  expect(conversations.use.getState().data).toBeNull();
});
