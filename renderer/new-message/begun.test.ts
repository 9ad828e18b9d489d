import { beforeEach, expect, test, vi } from 'vitest';
import { aConversation } from '../sidebar/conversation.testkit.ts';

const device = vi.hoisted(() => ({ start: vi.fn(), send: vi.fn(), setDraft: vi.fn() }));
vi.mock('../app/api.ts', () => ({
  api: {
    conversations: {
      start: { mutate: device.start },
      setDraft: { mutate: device.setDraft },
      list: { query: async () => [] },
    },
    messages: { send: { mutate: device.send } },
  },
  failureOf: (error: Error) => ({ reason: error.message, retryAfterMs: null, about: null }),
}));
const { conversations } = await import('../app/conversations.ts');
const { changeBegun, forgetBegun, sendBegun, useBegun } = await import('./begun.ts');

beforeEach(() => {
  forgetBegun();
  for (const call of Object.values(device)) call.mockReset().mockResolvedValue(undefined);
  device.start.mockResolvedValue({ id: 'c1' });
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
  conversations.use.setState({ data: [] });
  device.start.mockResolvedValue(aConversation({ id: 'c1', title: 'Bob', blocked: [bob] }));
  changeBegun({ handles: ['bob@example.org'], name: '' });
  for (let i = 0; i < 2; i += 1)
    await expect(sendBegun()).rejects.toMatchObject({ reason: 'blocked', about: 'Bob' });
  expect(device.send).not.toHaveBeenCalled();
  expect(useBegun.getState()).toMatchObject({ text: 'When?', busy: false });
  conversations.use.setState({ data: [aConversation({ id: 'c1', title: 'Bob' })] });
  expect(await sendBegun()).toBe('c1');
  expect(device.send).toHaveBeenCalledTimes(1);
  conversations.forget();
});
