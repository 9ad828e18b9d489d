/**
 * Of several messages that somebody deletes or recovers, one may be a record that a newer app has written, and that this one does not write to: it
 * stays as it is, and that is no reason to keep the others (SPEC DEL-33). The person is told how many stay; where nothing else was to be done, why.
 */
import { PayloadError } from '../../../shared/model/payload.ts';

export class SpareNewer {
  #met: PayloadError | null = null;
  /** How many were left as they are. */
  left = 0;

  /** Does it, or leaves it where the record cannot be written to. Throws what is thrown otherwise. */
  do(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof PayloadError) || error.code !== 'newer_schema') throw error;
      this.#met ??= error;
      this.left += 1;
    }
  }

  /** In the end: nothing was done, and this is why. */
  orSay(done: number): void {
    if (done === 0 && this.#met !== null) throw this.#met;
  }
}
