import { beforeEach, expect, test, vi } from 'vitest';
import { aConversation } from '../sidebar/conversation.testkit.ts';

const device = vi.hoisted(() => ({ start: vi.fn(), send: vi.fn(), setDraft: vi.fn(), get: vi.fn() }));
vi.mock('../app/api.ts', () => ({
  api: {
    conversations: {
      start: { mutate: device.start },
      setDraft: { mutate: device.setDraft },
      // As the device: what was begun and has no message is not listed.
      list: { query: async () => [] },
      get: { query: device.get },
    },
    messages: { send: { mutate: device.send } },
  },
  failureOf: (error: Error) => ({ reason: error.message, retryAfterMs: null, about: null }),
}));
const { conversations, refreshConversations } = await import('../app/conversations.ts');
const { changeBegun, forgetBegun, sendBegun, useBegun } = await import('./begun.ts');

beforeEach(() => {
  forgetBegun();
  for (const call of Object.values(device)) call.mockReset().mockResolvedValue(undefined);
  device.start.mockResolvedValue({ id: 'c1' });
  device.get.mockResolvedValue({ id: 'c1' });
  changeBegun({ handles: ['bob@example.org', 'carl@example.org'], name: ' Trip ', text: 'When?' });
});

test('UI-140 what was sent is over: the next new message begins empty', async () => {
  expect(await sendBegun()).toBe('c1');
  expect(device.start).toHaveBeenCalledExactlyOnceWith({
    handles: ['bob@example.org', 'carl@example.org'],
    name: 'Trip',
  });
  expect(device.send).toHaveBeenCalledExactlyOnceWith({ conversationId: 'c1', text: 'When?', replyTo: null });
  expect(useBegun.getState()).toMatchObject({ handles: [], text: '', name: '', busy: false });
  expect(device.setDraft).not.toHaveBeenCalled();
});

test('UI-140 what could not be sent is still there, and a second try goes on in the group that was begun', async () => {
  device.send.mockRejectedValueOnce(new Error('diskFull'));
  await expect(sendBegun()).rejects.toMatchObject({ reason: 'diskFull' });
  expect(useBegun.getState()).toMatchObject({ text: 'When?', name: ' Trip ', busy: false });
  await sendBegun();
  expect(device.start).toHaveBeenCalledTimes(1);
  expect(device.send).toHaveBeenCalledTimes(2);
});

test('UI-140 for other people it is another conversation', async () => {
  device.send.mockRejectedValueOnce(new Error('diskFull'));
  await expect(sendBegun()).rejects.toThrow();
  changeBegun({ handles: ['bob@example.org'] });
  device.start.mockResolvedValue({ id: 'c2' });
  expect(await sendBegun()).toBe('c2');
});

test('UI-140 what is written while it is being sent becomes the draft of that conversation', async () => {
  device.send.mockImplementationOnce(async () => changeBegun({ text: 'When? And where' }));
  await sendBegun();
  expect(device.setDraft).toHaveBeenCalledExactlyOnceWith({ id: 'c1', text: 'And where' });
});

test('UI-161 to somebody who is blocked nothing is sent, also at a second try, and what was written stays; unblocked, it goes', async () => {
  const bob = { id: 'b', handle: 'bob@example.org', name: 'Bob', me: false };
  const begun = aConversation({ id: 'c1', title: 'Bob', blocked: [bob], lastMessage: null });
  device.start.mockResolvedValue(begun);
  device.get.mockResolvedValue(begun);
  changeBegun({ handles: ['bob@example.org'], name: '' });
  const refused = () => expect(sendBegun()).rejects.toMatchObject({ reason: 'blocked', about: 'Bob' });
  // The list has not come yet; has it; has it no more, since it has no message.
  await refused();
  await conversations.load();
  await refused();
  forgetBegun();
  changeBegun({ handles: ['bob@example.org'], text: 'When?' });
  await refused();
  expect(conversations.use.getState().data).toHaveLength(1);
  await refused();
  await refreshConversations('all');
  await refused();
  expect(device.send).not.toHaveBeenCalled();
  expect(useBegun.getState()).toMatchObject({ text: 'When?', busy: false });
  device.get.mockResolvedValue({ ...begun, blocked: [] });
  expect(await sendBegun()).toBe('c1');
  expect(device.send).toHaveBeenCalledTimes(1);
  conversations.forget();
});
