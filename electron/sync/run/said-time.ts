/**
 * Whether a time that the cloud has said can be gone by (SPEC SYN-165). In the sync worker, of assemble.ts.
 *
 * It comes with pages, beats and refusals, and how long such an answer has lain nobody knows: a computer that slept for a month reads first what
 * had come before that. By it its clock would be a month ahead, and what is deleted at that moment a month old, which is gone for good at once.
 * So a time that is behind what it should be by this device's clock, and by how far that is known to be off, is a reason to ask, and nothing more.
 * What has lain can only be behind: a time that is ahead says that the clock is behind, and is gone by at once, before anything is pushed that was
 * dated too early (SYN-98). While the question is open nothing leaves the device, for a minute at most (`asking`).
 */
import { CLOCK_TOLERANCE_MS } from '../engine/state.ts';

export type SaidTimeOptions = {
  clock: { now(): number };
  /** How far the clock is known to be off; null: it is right, as far as is known. */
  off(): { cloudMs: number; deviceMs: number } | null;
  /** Asks the cloud; what comes of that goes to `take` by itself. */
  ask(): Promise<unknown>;
  take(cloudMs: number): void;
  /** A question is put, or has ended, with or without an answer. */
  asking(open: boolean): void;
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
    const { clock, off, ask, take, asking } = this.#options;
    const known = off();
    const knownAheadMs = known === null ? 0 : known.deviceMs - known.cloudMs;
    if (clock.now() - cloudMs - knownAheadMs <= CLOCK_TOLERANCE_MS) {
      take(cloudMs);
      return;
    }
    // Without an answer it is as before: the next time that is said asks again.
    if (this.#asking !== null) return;
    asking(true);
    this.#asking = ask().then(
      () => this.#asked(),
      () => this.#asked(),
    );
  }

  #asked(): void {
    this.#asking = null;
    this.#options.asking(false);
  }

  async stop(): Promise<void> {
    await this.#asking;
  }
}
