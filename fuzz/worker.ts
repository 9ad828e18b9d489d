/** The thread that runs one target: so that what watches it (watch.ts) can end it when an input never ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { runTarget } from './run.ts';
import { TARGETS } from './targets.ts';

export type WorkerTask = {
  target: string;
  inputs: number;
  from: number;
  examples: boolean;
  /** [the seed that runs, how many have run, 1 when it is enough]. */
  progress: SharedArrayBuffer;
};

const { target, inputs, from, examples, progress } = workerData as WorkerTask;
const at = new Int32Array(progress);
const found = TARGETS.find(({ name }) => name === target);
if (found === undefined) throw new Error(`There is no target ${target}.`);
const outcome = await runTarget(found, {
  inputs,
  from,
  examples,
  over: () => Atomics.load(at, 2) === 1,
  at: (seed) => {
    Atomics.store(at, 0, seed);
    Atomics.add(at, 1, 1);
  },
});
parentPort?.postMessage(outcome);
