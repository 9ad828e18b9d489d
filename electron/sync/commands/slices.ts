/** Much to write, a slice at a time: between two of them others have their turn, and nothing on the device waits for long. */
import type { StepContext } from '../context.ts';

const SLICE_MS = 8;

/** Each slice is a transaction. What fits into one slice is done before this returns. */
export async function inSlices<T>(
  { store, sizes }: Pick<StepContext, 'store' | 'sizes'>,
  breathe: () => Promise<void>,
  items: Iterable<T>,
  work: (item: T) => void,
): Promise<void> {
  const all = [...items];
  const few = sizes.fewOfCommand;
  for (let at = 0; at < all.length; ) {
    store.write(() => {
      const began = performance.now();
      do {
        for (const item of all.slice(at, at + few)) {
          work(item);
        }
        at += few;
      } while (at < all.length && performance.now() - began < SLICE_MS);
    });
    if (at < all.length) {
      await breathe();
    }
  }
}
