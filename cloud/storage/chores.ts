/**
 * Work that nobody asks for: what is due at a time, and what goes in slices so that it holds nobody up. Purges and blobs are
 * done so.
 *
 * [Note: due is due] Timers are late and the machine may have slept, so every call asks `settle` first: it costs one comparison.
 *
 * What fails is logged and tried again a minute later: a disk that is full now may not be in an hour. `settle` never throws, so
 * that what cannot be written refuses nobody's calls.
 */
import { within } from '../../shared/trace.ts';
import type { Timers } from '../events/hub.ts';
import type { Log } from '../http/log.ts';

const LOOK_EVERY_MS = 3_600_000;
const AGAIN_MS = 60_000;
const BETWEEN_SLICES_MS = 20;

export type Chores = {
  /** To be called once, when what it does can be done. */
  start(): void;
  /** Something is due at this time; 0 is nothing. */
  at(time: number): void;
  /** Does what is due now. */
  settle(): void;
  /** There is something to slice. */
  sliceSoon(): void;
  stop(): void;
};

type Parts = {
  timers: Timers;
  now: () => number;
  log: Log;
  /** What the log says of a failure: `purge_postponed`. */
  postponed: string;
  /** When the first thing is due; infinity: never. */
  earliest: () => number;
  /** Does what is due, or a part of it. */
  carryOut: () => void;
  /** Does one slice; false when there was none left. */
  slice: () => boolean;
  /** After the last slice. */
  emptied: () => void;
};

export const createChores = ({
  timers,
  now,
  log,
  postponed,
  earliest,
  carryOut,
  slice,
  emptied,
}: Parts): Chores => {
  let next = Number.POSITIVE_INFINITY;
  let looking: unknown;
  let slicing: unknown;
  let stopped = false;

  const guarded = (work: () => void): boolean => {
    try {
      within(postponed, work);
      return true;
    } catch (thrown) {
      const kind = String((thrown as { code?: unknown }).code ?? 'unknown');
      log({ level: 'error', event: postponed, kind });
      return false;
    }
  };

  const sliceSoon = (afterMs = BETWEEN_SLICES_MS): void => {
    if (stopped) return;
    slicing ??= timers.set(() => {
      slicing = undefined;
      const going = guarded(() => {
        if (slice()) sliceSoon();
        else emptied();
      });
      if (!going) sliceSoon(AGAIN_MS);
    }, afterMs);
  };

  const look = (): void => {
    if (looking !== undefined || stopped || next === Number.POSITIVE_INFINITY) return;
    looking = timers.set(
      () => {
        looking = undefined;
        settle();
        look();
      },
      Math.min(Math.max(next - now(), 1_000), LOOK_EVERY_MS),
    );
  };

  const settle = (): void => {
    if (stopped || now() < next) return;
    // Put off first: see the header.
    next = now() + AGAIN_MS;
    guarded(() => {
      carryOut();
      next = earliest();
    });
    look();
  };

  return {
    start: () => {
      next = earliest();
      settle();
      look();
    },
    at: (time) => {
      if (time > 0 && time < next) next = time;
      look();
    },
    settle,
    sliceSoon: () => sliceSoon(),
    stop: () => {
      stopped = true;
      for (const timer of [looking, slicing]) if (timer !== undefined) timers.clear(timer);
    },
  };
};
