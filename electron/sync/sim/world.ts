/**
 * A simulation's time and network. Time stands still while anything runs and jumps to the next timer when nothing does; the network is
 * `cloud.fetch` with everything between that networks do to a request.
 *
 * What a seed fixes: every random choice, every fault, the virtual time. Left to the machine: how WebCrypto's threads (HPKE)
 * interleave; the checks hold for any order.
 */
import type { Cloud } from '../../../cloud/app.ts';
import type { Fetch } from '../network/cloud-client.ts';
import type { Timers } from '../run/timers.ts';
import type { SeededRandom } from './random.ts';

type Timer = { at: number; order: number; work: () => void };

export type Faults = {
  /** The request never arrives. */
  lost: number;
  /** It arrives, its answer does not. */
  answerLost: number;
  /** "Come back later", before anything is done. */
  busy: number;
  /** It arrives twice, and the second answer counts. */
  duplicate: number;
  /** It takes up to this long, each way: requests overtake each other. */
  delayMs: number;
};

export const NO_FAULTS: Faults = { lost: 0, answerLost: 0, busy: 0, duplicate: 0, delayMs: 0 };

export class World {
  now: number;
  readonly random: SeededRandom;
  #timers: Timer[] = [];
  #order = 0;
  /** Rises with everything that happens. */
  #activity = 0;
  #sleeping = 0;
  /** Whether somebody computes (a step or a command under way). */
  busy: () => boolean = () => false;

  constructor(random: SeededRandom, startMs: number) {
    this.random = random;
    this.now = startMs;
  }

  readonly clock = { now: () => this.now };
  /** A device whose clock is off by so much; `offMs` may be changed while it runs. */
  clockOff(offMs: number): { offMs: number; now(): number } {
    const clock = { offMs, now: () => this.now + clock.offMs };
    return clock;
  }

  readonly timers: Timers = {
    after: (delayMs, work) => this.#at(delayMs, work),
    elapsed: () => this.now,
    breathe: () => new Promise((resolve) => setImmediate(resolve)),
  };
  /** As the cloud takes them. */
  readonly cloudTimers = {
    set: (work: () => void, ms: number): unknown => this.#at(ms, work),
    clear: (timer: unknown) => (timer as () => void)(),
  };

  #at(delayMs: number, work: () => void): () => void {
    const timer: Timer = { at: this.now + Math.max(0, delayMs), order: this.#order++, work };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  /** A device's line to the cloud; `line` may be changed while it runs. */
  fetchThrough(cloud: () => Cloud, line: { up: boolean; faults: Faults }): Fetch {
    return async (input, init) => {
      const request = new Request(input, init);
      const { random } = this;
      const { lost, answerLost, busy, duplicate, delayMs } = line.faults;
      const stream = request.url.endsWith('/Watch');
      this.#activity += 1;
      await this.#sleep(random.below(delayMs + 1), request.signal);
      if (!line.up || random.chance(lost)) {
        throw new TypeError('fetch failed');
      }
      if (!stream && random.chance(busy)) {
        return new Response(null, { status: 503, headers: { 'retry-after': '2' } });
      }
      if (!stream && random.chance(duplicate)) {
        const first = await cloud().fetch(request.clone());
        await first.body?.cancel();
        await this.#sleep(random.below(delayMs + 1), request.signal);
      }
      const response = await cloud().fetch(request);
      await this.#sleep(random.below(delayMs + 1), request.signal);
      if (!line.up || random.chance(answerLost)) {
        await response.body?.cancel();
        throw new TypeError('fetch failed');
      }
      this.#activity += 1;
      return response;
    };
  }

  #sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (ms === 0) {
      return Promise.resolve();
    }
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
  async #settle(): Promise<void> {
    let quiet = 0;
    for (let round = 0; quiet < 6; round += 1) {
      const before = this.#activity;
      await new Promise((resolve) => setImmediate(resolve));
      const waitsForTime = this.#sleeping > 0 || !this.busy();
      quiet = this.#activity === before && waitsForTime ? quiet + 1 : 0;
      if (round > 200_000) {
        throw new Error('Something is busy without an end.');
      }
    }
  }

  /** Runs for so much virtual time. */
  async run(ms: number): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      await this.#settle();
      const next = this.#timers.reduce<Timer | null>(
        (first, one) =>
          first === null || one.at < first.at || (one.at === first.at && one.order < first.order)
            ? one
            : first,
        null,
      );
      if (next === null || next.at > end) {
        this.now = end;
        return;
      }
      this.now = Math.max(this.now, next.at);
      this.#timers = this.#timers.filter((one) => one !== next);
      this.#activity += 1;
      next.work();
    }
  }
}
