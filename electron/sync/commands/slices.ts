/** Much to write, a slice at a time: between two of them others have their turn, and nothing on the device waits for long. */
import { troubleOf } from '../../store/damage/signs.ts';
import type { StepContext } from '../context.ts';
import { toFailure } from '../failure.ts';

const SLICE_MS = 8;

/** Of work whose parts stand by themselves, and of which somebody is told how far it went. */
export type AsFar = {
  /** Whether any of it is done. Where none is, what was met is thrown as of any command. */
  anyDone(): boolean;
  /** Before each slice: how what is counted of it is taken back, where it is not written. */
  counted(): () => void;
};

/** Messages done one after the other, of one page or several: how many, and why not the rest (SPEC SYN-73). */
export class Tally {
  messages = 0;
  stopped: string | null = null;

  async slices<T>(
    ctx: Pick<StepContext, 'store' | 'sizes'>,
    breathe: () => Promise<void>,
    items: Iterable<T>,
    work: (item: T) => void,
  ): Promise<void> {
    if (this.stopped !== null) return;
    const counted = () => {
      const before = this.messages;
      return () => {
        this.messages = before;
      };
    };
    this.stopped = await inSlices(ctx, breathe, items, work, { anyDone: () => this.messages > 0, counted });
  }
}

/**
 * Each slice is a transaction. What fits into one slice is done before this returns. With `asFar`: where some of it was done and no more can be
 * written (a full disk), the reason for that, as in `Failure`; null when all of it was done.
 */
export async function inSlices<T>(
  { store, sizes }: Pick<StepContext, 'store' | 'sizes'>,
  breathe: () => Promise<void>,
  items: Iterable<T>,
  work: (item: T) => void,
  asFar?: AsFar,
): Promise<string | null> {
  const all = [...items];
  const few = sizes.fewOfCommand;
  for (let at = 0; at < all.length; ) {
    const takeBack = asFar?.counted();
    try {
      store.write(() => {
        const began = performance.now();
        do {
          for (const item of all.slice(at, at + few)) {
            work(item);
          }
          at += few;
        } while (at < all.length && performance.now() - began < SLICE_MS);
      });
    } catch (error) {
      if (asFar === undefined || troubleOf(error) === null) throw error;
      takeBack?.();
      if (!asFar.anyDone()) throw error;
      return toFailure(error).reason;
    }
    if (at < all.length) {
      await breathe();
    }
  }
  return null;
}
