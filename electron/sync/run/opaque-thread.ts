/** The sync worker's end of the thread that stretches a password: one for each registration or sign-in, gone with it. */
import { Worker } from 'node:worker_threads';
import type { Opaque, OpaqueInput, OpaqueOutput, OpaqueStep } from '../account/opaque.ts';

export type ToOpaqueWorker = { step: OpaqueStep; input: OpaqueInput };
/** `error`: what OPAQUE says of an answer that is none. */
export type FromOpaqueWorker = { output: OpaqueOutput } | { error: string };

/** `script`: opaque-worker.ts, TypeScript as it stands or what the bundler made of it. */
export function openOpaqueThread(script: URL): Opaque {
  const worker = new Worker(script, { name: 'password' });
  let waiting: { resolve(output: never): void; reject(error: unknown): void } | null = null;
  let over: Error | null = null;
  const stop = (error: Error): void => {
    over ??= error;
    waiting?.reject(over);
    waiting = null;
  };
  worker.on('message', (message: FromOpaqueWorker) => {
    if ('error' in message) waiting?.reject(new Error(message.error));
    else waiting?.resolve(message.output as never);
    waiting = null;
  });
  worker.on('error', stop);
  worker.on('exit', () => stop(new Error('The thread for passwords ended.')));
  return {
    run: (step, input) =>
      new Promise((resolve, reject) => {
        if (over !== null) {
          reject(over);
          return;
        }
        waiting = { resolve, reject };
        worker.postMessage({ step, input } satisfies ToOpaqueWorker);
      }),
    end() {
      void worker.terminate();
    },
  };
}
