import type { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import type { SyncEvent } from '../sync/protocol.ts';
import { startWorker, WorkerRefused } from './worker-link.ts';
import { workerThreads } from './worker-threads.ts';

const script = new URL('./testing/fake-worker.ts', import.meta.url);

function start(dbPath = 'fine', signal?: AbortSignal) {
  const events: SyncEvent[] = [];
  const crashes: unknown[] = [];
  const taken: Worker[] = [];
  const threads = workerThreads(script);
  const link = startWorker({
    threads: {
      take() {
        const thread = threads.take();
        taken.push(thread);
        return thread;
      },
    },
    data: { dbPath, dbKey: new Uint8Array(32) },
    ...(signal === undefined ? {} : { signal }),
    onEvent: (event) => events.push(event),
    onCrash: (error) => crashes.push(error),
    firstDelayMs: 20,
  });
  return { link, events, crashes, taken };
}

test('API-6 commands are answered each by its own reply, and events arrive before the reply they belong to', async () => {
  const { link, events } = start();
  const worker = await link;
  const answers = await Promise.all(['a', 'b', 'c'].map((url) => worker.run('checkCloud', { url })));
  expect(answers.map(({ url }) => url)).toEqual(['a', 'b', 'c']);
  await worker.run('syncNow', null);
  expect(events).toEqual([{ type: 'notices' }]);
  await worker.stop();
});

test('API-1 a refusal keeps its reason; a fault of ours has none, so that its text goes no further', async () => {
  const { link } = start();
  const worker = await link;
  await expect(worker.run('checkCloud', { url: 'refuse' })).rejects.toMatchObject({
    reason: 'rateLimited',
    retryAfterMs: 5,
  });
  const fault = await worker.run('checkCloud', { url: 'internal' }).catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(Error);
  expect(fault).not.toHaveProperty('reason');
  await worker.stop();
});

test('API-7 a worker that dies is started again; who waited is told, and later calls are answered', async () => {
  const { link, events, crashes } = start();
  const worker = await link;
  const waiting = worker.run('checkCloud', { url: 'never' });
  const crash = worker.run('checkCloud', { url: 'crash' });
  await expect(crash).rejects.toMatchObject({ reason: 'workerCrashed', retryAfterMs: expect.any(Number) });
  await expect(waiting).rejects.toMatchObject({ reason: 'workerCrashed' });
  await expect(worker.run('checkCloud', { url: 'a' })).rejects.toMatchObject({ reason: 'workerCrashed' });
  expect(crashes).toHaveLength(1);
  await expect.poll(() => events).toEqual([{ type: 'session' }]);
  expect(await worker.run('checkCloud', { url: 'a' })).toEqual({ url: 'a' });
  await worker.stop();
});

test('HOST-10 a worker that cannot open the store refuses at start, with why', async () => {
  const refused = await start('refused').link.catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(WorkerRefused);
  expect(refused).toMatchObject({ reason: 'fromTheFuture', message: 'Update Lockstep.' });
});

test('HOST-23 the worker hears what the host knows of this computer, and so does one that is started anew', async () => {
  const { link, events } = start();
  const worker = await link;
  const told = async () => JSON.parse((await worker.run('checkCloud', { url: 'conditions' })).url);
  expect(await told()).toBeNull();
  worker.setConditions({ onBattery: true, metered: null });
  expect(await told()).toEqual({ onBattery: true, metered: null });
  await worker.run('checkCloud', { url: 'crash' }).catch(() => null);
  // While there is none.
  worker.setConditions({ onBattery: false, metered: true });
  await expect.poll(() => events).toEqual([{ type: 'session' }]);
  expect(await told()).toEqual({ onBattery: false, metered: true });
  await worker.run('checkCloud', { url: 'crash' }).catch(() => null);
  await expect.poll(() => events).toHaveLength(2);
  expect(await told()).toEqual({ onBattery: false, metered: true });
  await worker.stop();
  worker.setConditions({ onBattery: true, metered: true });
});

test('API-7 stopping tells who waits, ends the thread and starts no other', async () => {
  const { link, crashes } = start();
  const worker = await link;
  const waiting = worker.run('checkCloud', { url: 'never' });
  const told = expect(waiting).rejects.toMatchObject({ reason: 'stopping' });
  await worker.stop();
  await told;
  await expect(worker.run('syncNow', null)).rejects.toMatchObject({ reason: 'stopping' });
  expect(crashes).toEqual([]);
});

test('API-7 stopping while a worker is started again waits until that one has ended', async () => {
  const { link, taken, crashes } = start('opensOnce');
  const worker = await link;
  await worker.run('checkCloud', { url: 'crash' }).catch(() => null);
  await expect.poll(() => taken.length).toBe(2);
  let ended = false;
  taken[1]?.once('exit', () => {
    ended = true;
  });
  await worker.stop();
  expect(ended).toBe(true);
  expect(crashes).toHaveLength(1);
});

test('DMG-8 a start that is not wanted any more is ended; one that has come to its end is ended in order alone', async () => {
  const cut = new AbortController();
  const starting = start('neverReady', cut.signal);
  cut.abort();
  await expect(starting.link).rejects.toThrow(/before it was ready/);
  await expect(start('fine', cut.signal).link).rejects.toThrow(/before it was ready/);

  const late = new AbortController();
  const { link } = start('fine', late.signal);
  const worker = await link;
  late.abort();
  expect(await worker.run('checkCloud', { url: 'a' })).toEqual({ url: 'a' });
  await worker.stop();
});
