/**
 * Runs a target in a thread of its own and ends it when an input hangs. Looks are counted, a second apart, and not the clock: ten in which the processor was
 * at work without the next input, or fifty in which nothing was. A machine with much else to do, or one that slept, has not waited.
 */
import { Worker } from 'node:worker_threads';
import { kept } from './corpus.ts';
import { AFTER_ALL, inputOf, type Outcome } from './run.ts';
import type { Target } from './target.ts';
import type { WorkerTask } from './worker.ts';

const LOOK_MS = 1_000;
/** Opening a target makes accounts and stores, and closing it collects what a million inputs left, on a machine that may have much to do. */
const OPEN_LOOKS = 120;
const HANG_LOOKS = 10;
/** Of a second, so that a look counts whole; less was waiting, or somebody else's turn. */
const AT_WORK_MS = 400;
const IDLE_LOOK = 0.2;
/** A thread that wants more than this has no bound. */
const HEAP_MB = 1_024;

export type WatchOptions = {
  inputs: number;
  from?: number;
  examples?: boolean;
  /** Then it is enough, however many have run. */
  minutes?: number | undefined;
};

export async function watchTarget(target: Target, options: WatchOptions): Promise<Outcome> {
  const { inputs, from = 0, examples = false, minutes } = options;
  const progress = new SharedArrayBuffer(12);
  const at = new Int32Array(progress);
  const workerData: WorkerTask = { target: target.name, inputs, from, examples, progress };
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  const began = Date.now();
  let ran = 0;
  let stood = 0;
  let used = process.cpuUsage();
  let hangs = false;
  const look = setInterval(() => {
    const now = Atomics.load(at, 1);
    if (minutes !== undefined && Date.now() - began > minutes * 60_000) Atomics.store(at, 2, 1);
    if (now !== ran) {
      ran = now;
      stood = 0;
    } else {
      const { user, system } = process.cpuUsage(used);
      stood += (user + system) / 1000 > AT_WORK_MS ? 1 : IDLE_LOOK;
      const runs = now > 0 && Atomics.load(at, 0) !== AFTER_ALL;
      if (stood > (runs ? HANG_LOOKS : OPEN_LOOKS)) {
        hangs = true;
        void worker.terminate();
      }
    }
    used = process.cpuUsage();
  }, LOOK_MS);
  try {
    return await new Promise<Outcome>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', (code) => reject(new Error(`The thread ended with ${code}.`)));
    });
  } catch (error) {
    const seed = Atomics.load(at, 0);
    const running = await target.open();
    const corpus = [...running.honest, ...kept(target).map(({ input }) => input)];
    const made = seed < 0 ? undefined : running.make?.(seed);
    await running.close?.();
    const what = hangs ? 'hang' : 'the thread ended';
    const input = made ?? (seed < 0 ? new Uint8Array(0) : inputOf(target, corpus, seed));
    const detail = `${what} at seed ${seed}: ${error instanceof Error ? error.message : String(error)}`;
    return {
      target: target.name,
      ran,
      found: [{ target: target.name, what, detail, seed, input }],
      led: {},
      examples: {},
      growth: 0,
    };
  } finally {
    clearInterval(look);
    await worker.terminate();
  }
}
