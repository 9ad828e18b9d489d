import { expect, test } from 'vitest';
import type { ApiEvent } from '../api/types.ts';
import { createEventHub } from './event-hub.ts';

async function nextOf(stream: AsyncGenerator<ApiEvent, void, void>): Promise<ApiEvent | null> {
  const { value, done } = await stream.next();
  return done === true ? null : (value as ApiEvent);
}

test('API-4 events of a kind melt together while a stream is slow, and none is lost', async () => {
  const hub = createEventHub();
  const stop = new AbortController();
  const stream = hub.subscribe(stop.signal, [{ type: 'session' }]);
  expect(await nextOf(stream)).toEqual({ type: 'session' });
  for (let i = 0; i < 1000; i += 1) {
    hub.emit({ type: 'messages', conversationId: 'a', ids: [String(i % 3)] });
    hub.emit({ type: 'messages', conversationId: 'b', ids: [String(i)] });
    hub.emit({ type: 'conversations', ids: ['a'] });
    hub.emit({ type: 'settings' });
  }
  const seen = [await nextOf(stream), await nextOf(stream), await nextOf(stream), await nextOf(stream)];
  expect(seen).toEqual([
    { type: 'messages', conversationId: 'a', ids: ['0', '1', '2'] },
    { type: 'messages', conversationId: 'b', ids: 'all' },
    { type: 'conversations', ids: ['a'] },
    { type: 'settings' },
  ]);
  const waiting = nextOf(stream);
  hub.emit({ type: 'notices' });
  expect(await waiting).toEqual({ type: 'notices' });
  stop.abort();
  expect(await nextOf(stream)).toBeNull();
});

test('API-3 a stream that waits ends with its signal, and nothing of it stays', async () => {
  const hub = createEventHub();
  const stop = new AbortController();
  const waiting = nextOf(hub.subscribe(stop.signal, []));
  await Promise.resolve();
  expect(hub.size).toBe(1);
  stop.abort();
  expect(await waiting).toBeNull();
  expect(hub.size).toBe(0);
});

test('API-3 a stream whose signal was aborted before it began ends at once', async () => {
  const hub = createEventHub();
  expect(await nextOf(hub.subscribe(AbortSignal.abort(), [{ type: 'session' }]))).toBeNull();
  expect(hub.size).toBe(0);
});

test('API-3 closing ends every stream, and those that come later', async () => {
  const hub = createEventHub();
  const waiting = [1, 2, 3].map(() => nextOf(hub.subscribe(new AbortController().signal, [])));
  await Promise.resolve();
  hub.close();
  expect(await Promise.all(waiting)).toEqual([null, null, null]);
  expect(await nextOf(hub.subscribe(new AbortController().signal, []))).toBeNull();
  expect(hub.size).toBe(0);
});
