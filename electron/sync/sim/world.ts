/**
 * A simulation's time. It stands still while anything runs, and jumps to the next timer when nothing does.
 *
 * What a seed fixes is everything: every choice, every fault, every timer. Nothing here waits for a thread or a socket; whatever is
 * under way goes on in microtasks, and has come to its end when the event loop has been round once.
 */
import type { Timers } from '../run/timers.ts';

type Timer = { at: number; order: number; work: (() => void) | null };

/** So often may something be busy without anybody waiting for time: more is a circle. */
const MOST_ROUNDS = 100_000;

export class World {
  now: number;
  /** How often all computers have slept. */
  sleeps = 0;
  #heap: Timer[] = [];
  #order = 0;
  #sleeping = 0;
  /** Whether somebody computes (a step or a command under way). */
  busy: () => boolean = () => false;

  constructor(startMs: number) {
    this.now = startMs;
  }

  readonly clock = { now: () => this.now };
  /** A device whose clock is off by so much, and goes on by `drift` more in a millisecond; both may be changed while it runs. */
  clockOff(offMs: number): DriftingClock {
    return new DriftingClock(() => this.now, offMs);
  }

  readonly timers: Timers = {
    after: (delayMs, work) => this.#at(delayMs, work),
    elapsed: () => this.now,
    breathe: () => Promise.resolve(),
  };
  /** As the cloud takes them. */
  readonly cloudTimers = {
    set: (work: () => void, ms: number): unknown => this.#at(ms, work),
    clear: (timer: unknown) => (timer as () => void)(),
  };

  #at(delayMs: number, work: () => void): () => void {
    const timer: Timer = { at: this.now + Math.max(0, delayMs), order: this.#order++, work };
    push(this.#heap, timer);
    return () => {
      timer.work = null;
    };
  }

  /** Of something that travels. Ends early, as a failure, with the signal. */
  sleep(ms: number, signal: AbortSignal): Promise<void> {
    // Nobody will hear of an abort that has been.
    if (signal.aborted) return Promise.reject(new TypeError('aborted'));
    if (ms === 0) return Promise.resolve();
    this.#sleeping += 1;
    return new Promise((resolve, reject) => {
      const wake = (end: () => void) => () => {
        cancel();
        signal.removeEventListener('abort', aborted);
        this.#sleeping -= 1;
        end();
      };
      const cancel = this.#at(ms, () => wake(resolve)());
      const aborted = wake(() => reject(new TypeError('aborted')));
      signal.addEventListener('abort', aborted);
    });
  }

  /** Lets everything happen that happens without time passing. */
  async settle(): Promise<void> {
    for (let round = 0; ; round += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      if (round > 0 && (this.#sleeping > 0 || !this.busy())) {
        return;
      }
      if (round > MOST_ROUNDS) {
        throw new Error('Something is busy without an end.');
      }
    }
  }

  /** Runs for so much virtual time. */
  async run(ms: number): Promise<void> {
    const end = this.now + ms;
    await this.settle();
    for (;;) {
      const next = this.#heap[0];
      if (next === undefined || next.at > end) {
        this.now = Math.max(this.now, end);
        return;
      }
      pop(this.#heap);
      const { work } = next;
      if (work === null) {
        continue;
      }
      next.work = null;
      this.now = Math.max(this.now, next.at);
      work();
      await this.settle();
    }
  }

  /** All computers sleep for so long: time has passed, and whatever was due in between is due now, once. */
  jump(ms: number): void {
    this.now += ms;
    this.sleeps += 1;
  }
}

class DriftingClock {
  #since: number;
  #offMs: number;
  #drift = 0;
  readonly #real: () => number;

  constructor(real: () => number, offMs: number) {
    this.#real = real;
    this.#offMs = offMs;
    this.#since = real();
  }

  get offMs(): number {
    return this.#offMs + Math.round((this.#real() - this.#since) * this.#drift);
  }
  set offMs(ms: number) {
    this.#offMs = ms;
    this.#since = this.#real();
  }
  get drift(): number {
    return this.#drift;
  }
  set drift(rate: number) {
    this.offMs = this.offMs + 0;
    this.#drift = rate;
  }
  now = (): number => this.#real() + this.offMs;
}

const before = (a: Timer, b: Timer) => a.at < b.at || (a.at === b.at && a.order < b.order);

/** A binary heap, the earliest first. */
function push(heap: Timer[], timer: Timer): void {
  let at = heap.length;
  heap.push(timer);
  while (at > 0) {
    const up = (at - 1) >> 1;
    const parent = heap[up] as Timer;
    if (!before(timer, parent)) break;
    heap[at] = parent;
    heap[up] = timer;
    at = up;
  }
}

function pop(heap: Timer[]): void {
  const last = heap.pop() as Timer;
  if (heap.length === 0) return;
  let at = 0;
  for (;;) {
    const left = at * 2 + 1;
    const right = left + 1;
    let least = left;
    if (right < heap.length && before(heap[right] as Timer, heap[left] as Timer)) least = right;
    if (least >= heap.length || !before(heap[least] as Timer, last)) break;
    heap[at] = heap[least] as Timer;
    at = least;
  }
  heap[at] = last;
}
