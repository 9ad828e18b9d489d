/** Timers as a parameter: the real ones in the worker, virtual ones in the simulator. */
export type Timers = {
  /** Returns what cancels it. */
  after(delayMs: number, work: () => void): () => void;
  /** Milliseconds that only go forward, whatever happens to the machine's clock. */
  elapsed(): number;
  /** Lets waiting commands run: between bulk slices. */
  breathe(): Promise<void>;
};

const LONGEST_DELAY_MS = 2 ** 31 - 1;

export const systemTimers: Timers = {
  after(delayMs, work) {
    const handle = setTimeout(work, Math.min(LONGEST_DELAY_MS, Math.max(0, delayMs)));
    return () => clearTimeout(handle);
  },
  elapsed: () => performance.now(),
  breathe: () => new Promise((resolve) => setImmediate(resolve)),
};
