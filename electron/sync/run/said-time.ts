/**
 * Whether a time that the cloud has said can be gone by (SPEC SYN-165). In the sync worker, of assemble.ts.
 *
 * It comes with pages, beats and refusals, and how long such an answer has lain nobody knows: a computer that slept for a month reads first what
 * had come before that. By it its clock would be a month ahead, and what is deleted at that moment a month old, which is gone for good at once.
 * So a time that agrees neither with this device's clock nor with how far that is known to be off is a reason to ask, and nothing more.
 */
import { CLOCK_TOLERANCE_MS } from '../engine/state.ts';

export type SaidTimeOptions = {
  clock: { now(): number };
  /** How far the clock is known to be off; null: it is right, as far as is known. */
  off(): { cloudMs: number; deviceMs: number } | null;
  /** Asks the cloud; what comes of that goes to `take` by itself. */
  ask(): Promise<unknown>;
  take(cloudMs: number): void;
};

export class SaidTime {
  #asking: Promise<void> | null = null;
  readonly #options: SaidTimeOptions;

  constructor(options: SaidTimeOptions) {
    this.#options = options;
  }

  /** Whether it is asking. */
  get busy(): boolean {
    return this.#asking !== null;
  }

  said(cloudMs: number): void {
    const { clock, off, ask, take } = this.#options;
    const aheadMs = clock.now() - cloudMs;
    const known = off();
    const agrees = (ms: number) => Math.abs(aheadMs - ms) <= CLOCK_TOLERANCE_MS;
    if (agrees(0) || (known !== null && agrees(known.deviceMs - known.cloudMs))) {
      take(cloudMs);
      return;
    }
    // Without an answer it is as before: the next time that is said asks again.
    this.#asking ??= ask().then(
      () => this.#asked(),
      () => this.#asked(),
    );
  }

  #asked(): void {
    this.#asking = null;
  }

  async stop(): Promise<void> {
    await this.#asking;
  }
}
