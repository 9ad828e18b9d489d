/**
 * The process of one device in the crash tests: the sync thread in it, as the app has it, and between it and whoever started the process
 * nothing but messages. Started with `fork`; its first message says how the thread is made.
 */
import { MessageChannel, Worker } from 'node:worker_threads';
import type { FromWorker, ToWorker, WorkerOptions } from '../protocol.ts';
import type { FromThread, ThreadData, ToThread } from './device-thread.ts';

export type ToDevice =
  | { type: 'begin'; script: string; data: Omit<ThreadData, 'control'>; options: WorkerOptions }
  | { type: 'worker'; message: ToWorker }
  | { type: 'thread'; message: ToThread };
export type FromDevice =
  | { type: 'worker'; message: FromWorker }
  | { type: 'thread'; message: FromThread }
  | { type: 'ended'; error: string };

const tell = (message: FromDevice): void => void process.send?.(message);
const { port1: control, port2 } = new MessageChannel();
let worker: Worker | null = null;

process.on('message', (message: ToDevice) => {
  switch (message.type) {
    case 'begin':
      worker = new Worker(new URL(message.script), {
        workerData: { ...message.data, control: port2 },
        transferList: [port2],
        name: 'sync',
      });
      worker.postMessage({ type: 'open', options: message.options } satisfies ToWorker);
      worker.on('message', (from: FromWorker) => tell({ type: 'worker', message: from }));
      worker.on('error', (error) => tell({ type: 'ended', error: String(error) }));
      return;
    case 'worker':
      worker?.postMessage(message.message);
      return;
    case 'thread':
      control.postMessage(message.message);
      return;
  }
});
control.on('message', (message: FromThread) => tell({ type: 'thread', message }));
// Whoever started it is gone.
process.on('disconnect', () => process.exit(0));
