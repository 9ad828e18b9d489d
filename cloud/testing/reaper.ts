/**
 * Ends its own process with SIGKILL at a named point: the crash tests' Trace, of the cloud and of a device. A point is called
 * `what: moment`, for instance `Push: before commit`; every one that is passed is counted, so that a table of them can be held against it.
 *
 * A moment that lasts (`during commit`, `during checkpoint`) is hit from a thread beside, which waits for its beginning and then a little
 * while: SQLite's own work is interrupted wherever it then is.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { Worker } from 'node:worker_threads';
import type { Trace } from '../../shared/trace.ts';

/** `times`: at which passing of it. `afterUs`: of a moment that lasts, how long after it began. */
export type Armed = { point: string; times: number; afterUs: number };

const LASTING = /^(.*): during (\w+)$/;

const BESIDE = `
const { workerData, parentPort } = require('node:worker_threads');
const begun = new Int32Array(workerData.begun);
parentPort.postMessage('ready');
Atomics.wait(begun, 0, 0);
const until = performance.now() + workerData.afterUs / 1000;
while (performance.now() < until);
process.kill(process.pid, 'SIGKILL');
`;

export class Reaper implements Trace {
  readonly #doing = new AsyncLocalStorage<string>();
  readonly #nameOf: (what: string) => string;
  #armed: Armed | null = null;
  #begun: Int32Array | null = null;
  #passed = new Map<string, number>();

  /** `nameOf`: what is doing is called in a point's name, where that is something else. */
  constructor(nameOf: (what: string) => string = (what) => what) {
    this.#nameOf = nameOf;
  }

  async arm(armed: Armed | null): Promise<void> {
    this.#armed = armed === null ? null : { ...armed };
    this.#passed = new Map();
    if (armed === null || !LASTING.test(armed.point)) return;
    const begun = new Int32Array(new SharedArrayBuffer(4));
    const beside = new Worker(BESIDE, {
      eval: true,
      workerData: { begun: begun.buffer, afterUs: armed.afterUs },
    });
    await new Promise((resolve) => beside.once('message', resolve));
    this.#begun = begun;
  }

  /** How often each point was passed since it was armed. */
  passed(): [string, number][] {
    return [...this.#passed];
  }

  within<T>(what: string, work: () => T): T {
    return this.#doing.run(what, work);
  }

  at(moment: string): void {
    const what = this.#nameOf(this.#doing.getStore() ?? 'nobody');
    this.#pass(`${what}: ${moment}`);
    const lasts = /^before (commit|checkpoint)$/.exec(moment)?.[1];
    if (lasts !== undefined) this.#pass(`any: during ${lasts}`);
  }

  #pass(point: string): void {
    this.#passed.set(point, (this.#passed.get(point) ?? 0) + 1);
    const armed = this.#armed;
    if (armed?.point !== point) return;
    armed.times -= 1;
    if (armed.times !== 0) return;
    if (this.#begun === null) {
      process.kill(process.pid, 'SIGKILL');
    } else {
      Atomics.store(this.#begun, 0, 1);
      Atomics.notify(this.#begun, 0);
    }
  }
}
