/**
 * What time it is, as far as the cloud has said it. In the sync worker, of assemble.ts.
 *
 * It is heard now and then, and goes on in between by a stopwatch that nobody can set. A stopwatch may stand still while the machine sleeps:
 * the cloud's time is at least what stands here, and may be later.
 */
import { CLOCK_TOLERANCE_MS } from '../engine/state.ts';
import type { Timers } from './timers.ts';

export class CloudClock {
  readonly #elapsed: () => number;
  #heard: { cloudMs: number; at: number } | null = null;

  constructor(timers: Timers) {
    this.#elapsed = () => timers.elapsed();
  }

  hear(cloudMs: number): void {
    this.#heard = { cloudMs, at: this.#elapsed() };
  }

  /** What was heard last; null: nothing yet. */
  get heardMs(): number | null {
    return this.#heard?.cloudMs ?? null;
  }

  /** Milliseconds; null where nothing was heard yet. */
  now(): number | null {
    return this.#heard === null ? null : this.#heard.cloudMs + this.#elapsed() - this.#heard.at;
  }

  /**
   * The time for what a person writes. `hereMs`: by this device's clock; `wrong`: that it is known to be. A clock that is behind what was heard
   * already has been set back, also when nobody has compared it yet; one that is ahead may be right.
   */
  forWriting(hereMs: number, wrong: boolean): number {
    const cloudMs = this.now();
    if (cloudMs === null) return hereMs;
    return wrong || hereMs < cloudMs - CLOCK_TOLERANCE_MS ? Math.round(cloudMs) : hereMs;
  }
}
