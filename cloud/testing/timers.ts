/** Timers that run when a test says so, in the order in which they were set. */
import type { Timers } from '../events/hub.ts';

export const manualTimers = () => {
  const due = new Map<number, () => void>();
  let count = 0;
  const timers: Timers = {
    set: (work) => {
      due.set(++count, work);
      return count;
    },
    clear: (timer) => due.delete(timer as number),
  };
  return {
    timers,
    /** The oldest `most` of them, those that they set included. */
    run: (most = 500): void => {
      for (let round = 0; round < most; round++) {
        const [first] = due;
        if (first === undefined) return;
        due.delete(first[0]);
        first[1]();
      }
    },
    waiting: () => due.size,
  };
};
