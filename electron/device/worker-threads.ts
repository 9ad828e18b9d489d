/**
 * The threads that sync workers run in, before they know what they are to open. A thread takes as long to load as its host does: begun at
 * once, it loads meanwhile, and waits for its `open` (protocol.ts). Imports nothing of the app, so that it can be called before the app is
 * loaded. Main process.
 */
import { Worker } from 'node:worker_threads';

/**
 * Without limits V8 lets a first sync's garbage lie about until half a gigabyte is full; with these it sweeps sooner, for a twentieth more of the
 * processor (docs/PERFORMANCE.md). What is alive at the same time is a small part of it.
 */
const LIMITS = { maxOldGenerationSizeMb: 1024, maxYoungGenerationSizeMb: 16 };

export type WorkerThreads = {
  /** One thread, ahead of time; it keeps no process alive by itself. */
  begin(): void;
  /** The one that was begun, if it is still there, else a new one. Whoever takes it ends it. */
  take(): Worker;
  /** Ends one that nobody took. */
  end(): void;
};

/** `script`: the worker's module: TypeScript as it stands, or what the bundler made of it. */
export function workerThreads(script: URL): WorkerThreads {
  let begun: Worker | null = null;
  const start = () => new Worker(script, { name: 'sync', resourceLimits: LIMITS });

  return {
    begin() {
      const thread = start();
      const over = () => {
        if (begun === thread) begun = null;
      };
      // What stops this one will stop the next, and then somebody hears why.
      thread.on('error', over);
      thread.on('exit', over);
      thread.unref();
      begun = thread;
    },
    take() {
      const thread = begun ?? start();
      begun = null;
      thread.ref();
      return thread;
    },
    end() {
      void begun?.terminate();
      begun = null;
    },
  };
}
