/**
 * The sync worker's end of the search index's thread. Nothing waits for it, and nothing is wrong without it: what it has not read yet,
 * searching reads by itself as far as that goes, and says so ([Note: search blocks]).
 */
import { Worker } from 'node:worker_threads';

export type SearchWorkerOptions = { dbPath: string; dbKey: Uint8Array };
export type ToSearchWorker = { type: 'look' } | { type: 'stop' };
/** All is read that has rested. */
export type FromSearchWorker = { type: 'reached' };

export type SearchThread = {
  /** Something that is searched has changed. */
  changed(): void;
  stop(): Promise<void>;
  /** For tests: ends it wherever it is. */
  kill(): Promise<void>;
};

/** A start has two threads that load already: a third is in their way (SPEC STO-95). */
const AFTER_MS = 1_500;
const FIRST_DELAY_MS = 2_000;
const LONGEST_DELAY_MS = 10 * 60_000;
/** News within this time are one. */
const GATHER_MS = 50;
/** It holds one block's words, some 10 MB; without a limit it would let several times as much lie about. */
const LIMITS = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 8 };

export type SearchThreadOptions = SearchWorkerOptions & {
  /** search-worker.ts: TypeScript as it stands, or what the bundler made of it. */
  script: URL;
  /** When it is begun, in milliseconds from now. */
  afterMs?: number;
  onReached(): void;
  onCrash(error: unknown): void;
};

export function startSearchThread(options: SearchThreadOptions): SearchThread {
  const { script, dbPath, dbKey, afterMs = AFTER_MS, onReached, onCrash } = options;
  let worker: Worker | null = null;
  let stopping = false;
  let delay = FIRST_DELAY_MS;
  let timer: NodeJS.Timeout | null = null;
  let gathering: NodeJS.Timeout | null = null;
  const tell = (message: ToSearchWorker) => worker?.postMessage(message);

  function launch(): void {
    const workerData: SearchWorkerOptions = { dbPath, dbKey };
    const started = new Worker(script, { workerData, name: 'search', resourceLimits: LIMITS });
    worker = started;
    started.on('message', (message: FromSearchWorker) => {
      if (message.type === 'reached') {
        delay = FIRST_DELAY_MS;
        onReached();
      }
    });
    let why: unknown = null;
    started.on('error', (error) => {
      why = error;
    });
    started.on('exit', () => {
      worker = null;
      if (stopping) {
        return;
      }
      onCrash(why);
      timer = setTimeout(launch, delay);
      timer.unref();
      delay = Math.min(delay * 2, LONGEST_DELAY_MS);
    });
  }

  // By a message at the earliest: whoever opened the database is told first.
  timer = setTimeout(launch, afterMs);
  timer.unref();
  return {
    changed() {
      if (gathering !== null || stopping) {
        return;
      }
      gathering = setTimeout(() => {
        gathering = null;
        tell({ type: 'look' });
      }, GATHER_MS);
      gathering.unref();
    },
    async stop() {
      end();
      const running = worker;
      if (running !== null) {
        const ended = new Promise<void>((resolve) => running.once('exit', () => resolve()));
        tell({ type: 'stop' });
        await ended;
      }
    },
    async kill() {
      end();
      await worker?.terminate();
    },
  };

  function end(): void {
    stopping = true;
    for (const one of [timer, gathering]) {
      if (one !== null) {
        clearTimeout(one);
      }
    }
  }
}
