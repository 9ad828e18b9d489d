import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { workerThreads } from './worker-threads.ts';

const script = new URL('./testing/fake-worker.ts', import.meta.url);

async function opened(worker: Worker): Promise<unknown> {
  onTestFinished(() => void worker.terminate());
  worker.postMessage({ type: 'open', options: { dbPath: 'fine' } });
  return (await once(worker, 'message'))[0];
}

test('HOST-27 a thread that was begun is the one that is taken, once, and waits for what it is to open', async () => {
  const threads = workerThreads(script);
  threads.begin();
  const first = threads.take();
  const second = threads.take();
  expect(second.threadId).not.toBe(first.threadId);
  expect(await opened(first)).toEqual({ type: 'ready' });
  expect(await opened(second)).toEqual({ type: 'ready' });
});

test('HOST-27 one that failed before it was taken is followed by another, which says why', async () => {
  const threads = workerThreads(new URL('./testing/no-such-worker.ts', import.meta.url));
  threads.begin();
  await expect.poll(async () => (await once(threads.take(), 'error'))[0]).toBeInstanceOf(Error);
});

test('HOST-27 nobody needs one: it is ended', async () => {
  const threads = workerThreads(script);
  threads.begin();
  const begun = threads.take();
  await begun.terminate();
  threads.begin();
  threads.end();
  const next = threads.take();
  expect(await opened(next)).toEqual({ type: 'ready' });
});
