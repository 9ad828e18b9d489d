import { beforeEach, expect, test, vi } from 'vitest';
import type { Message, MessageCursor, MessagePage } from '../../electron/api/types.ts';

type Asked = { anchor: MessageCursor | null; direction: 'older' | 'newer' | 'around'; limit: number };

const device = vi.hoisted(() => ({ page: vi.fn() }));
vi.mock('../app/api.ts', () => ({
  api: { messages: { page: { query: device.page } } },
  failureOf: () => ({ reason: 'unexpected', retryAfterMs: null, about: null }),
}));
const { createTranscript } = await import('./transcript-store.ts');

const CONVERSATION = 'c'.repeat(32);
const message = (n: number): Message => ({
  id: n.toString(16).padStart(32, '0'),
  key: `key-${n}`,
  conversationId: CONVERSATION,
  sender: { id: 'bob', handle: 'bob@example.org', name: 'Bob', me: false },
  fromMe: false,
  text: `${n}`,
  at: n * 1000,
  sentAt: n * 1000,
  service: 'lockstep',
  state: 'received',
  failure: null,
  missed: [],
  offers: [],
  editedAt: null,
  unsentAt: null,
  reactions: [],
  attachments: [],
  replyTo: null,
});
const some = (count: number): Message[] => Array.from({ length: count }, (_, n) => message(n + 1));

/** What the device holds. */
let here: Message[] = [];
beforeEach(() => {
  here = some(300);
  device.page.mockImplementation(async ({ anchor, direction, limit }: Asked): Promise<MessagePage> => {
    const at = anchor?.at ?? Number.POSITIVE_INFINITY;
    const older = here.filter((one) => one.at < at);
    if (direction === 'older')
      return { messages: older.slice(-limit), hasOlder: older.length > limit, hasNewer: anchor !== null };
    const newer = here.filter((one) => (direction === 'newer' ? one.at > at : one.at >= at));
    return { messages: newer.slice(0, limit), hasOlder: true, hasNewer: newer.length > limit };
  });
});

async function opened(at: MessageCursor | null = null) {
  const transcript = createTranscript(CONVERSATION, 0, at);
  // Whatever is queued runs before this does.
  await transcript.loadNewer();
  await vi.waitFor(() => expect(transcript.store.getState().window).not.toBeNull());
  return transcript;
}
const held = ({ store }: Awaited<ReturnType<typeof opened>>): number | undefined =>
  store.getState().window?.messages.length;

test('UI-28 when all that is held is deleted and comes back by Undo, what is older can be reached again', async () => {
  const transcript = await opened();
  expect(held(transcript)).toBe(100);
  const all = here;
  here = [];
  transcript.refresh('all');
  await vi.waitFor(() => expect(held(transcript)).toBe(0));
  // The list looks whether there is more as soon as it is short.
  await transcript.loadOlder();
  await vi.waitFor(() => expect(transcript.store.getState().window?.hasOlder).toBe(false));
  expect(transcript.store.getState().loadingOlder).toBe(false);
  here = all;
  transcript.refresh('all');
  await vi.waitFor(() => expect(held(transcript)).toBe(100));
  await transcript.loadOlder();
  expect(held(transcript)).toBe(200);
});

test('UI-28 when all that is held is deleted and older messages are there, they are shown', async () => {
  const transcript = await opened();
  here = here.slice(0, 150);
  transcript.refresh('all');
  await vi.waitFor(() => expect(transcript.store.getState().window?.messages.at(-1)?.text).toBe('150'));
  expect(held(transcript)).toBe(100);
});

test('UI-100 each part of the conversation that is jumped to has a number of its own; what only changes keeps it', async () => {
  const transcript = await opened();
  const { run } = transcript.store.getState();
  expect(run).toBeGreaterThan(0);
  await transcript.loadOlder();
  here = here.slice(0, 299);
  transcript.refresh('all');
  await vi.waitFor(() => expect(held(transcript)).toBe(199));
  expect(transcript.store.getState().run).toBe(run);
  await transcript.openAt({ at: 5000, id: message(5).id });
  expect(transcript.store.getState().run).not.toBe(run);
});
