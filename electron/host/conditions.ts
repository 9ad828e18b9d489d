/**
 * Whether this computer runs on battery and whether its connection is metered, watched: one look at once, then one a minute, each
 * change told. What is looked at is the system (`system-conditions.ts`) or, where LOCKSTEP_CONDITIONS says so, a word of the person's.
 *
 * Looks never overlap: the next one is set when the last has ended. Whoever watches ends it, and with it the program that is running.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Conditions } from '../sync/status-types.ts';
import type { WatchConditions } from './host.ts';

/** One look; what cannot be known is null. Ended early by the signal. */
export type Look = (signal: AbortSignal) => Promise<Conditions>;

export const LOOK_EVERY_MS = 60_000;
const READ_FILE_EVERY_MS = 1_000;
const UNKNOWN: Conditions = { onBattery: null, metered: null };

export type Watch = {
  /** Looks again at once, or, while it is looking, right after. */
  lookNow(): void;
  stop(): void;
};

/** Tells what the first look finds, and then what later ones find differently. */
export function watch(look: Look, everyMs: number, onChange: (conditions: Conditions) => void): Watch {
  const ended = new AbortController();
  let timer: NodeJS.Timeout | null = null;
  let looking = false;
  let again = false;
  let told: Conditions | null = null;

  async function round(): Promise<void> {
    looking = true;
    do {
      again = false;
      // A look that fails knows nothing; it must not end the watch, nor the app.
      const found = await look(ended.signal).catch(() => UNKNOWN);
      if (ended.signal.aborted) return;
      if (told?.onBattery !== found.onBattery || told.metered !== found.metered) {
        told = found;
        onChange(found);
      }
    } while (again);
    looking = false;
    // What was told may have ended the watch.
    if (!ended.signal.aborted) timer = setTimeout(() => void round(), everyMs);
  }

  function lookNow(): void {
    if (ended.signal.aborted) return;
    if (looking) {
      again = true;
      return;
    }
    if (timer !== null) clearTimeout(timer);
    void round();
  }

  lookNow();
  return {
    lookNow,
    stop() {
      ended.abort();
      if (timer !== null) clearTimeout(timer);
    },
  };
}

export function watchBy(look: Look, everyMs = LOOK_EVERY_MS): WatchConditions {
  return (onChange) => watch(look, everyMs, onChange).stop;
}

/**
 * What LOCKSTEP_CONDITIONS says in the system's place, or null where it is not set. `@FILE`: the word stands in that file, which is
 * read every second, so that it can change while the app runs. Throws, with what it wants, where the word is none of these.
 */
export function toldConditions(value: string | undefined): WatchConditions | null {
  if (value === undefined || value === '') return null;
  if (value.startsWith('@') && value.length > 1)
    return watchBy(lookInto(path.resolve(value.slice(1))), READ_FILE_EVERY_MS);
  const conditions = readWord(value);
  if (conditions === null) {
    throw new Error(
      `LOCKSTEP_CONDITIONS wants battery, metered, battery,metered or none, or @FILE for a file with that word, not "${value}".`,
    );
  }
  return watchBy(async () => conditions);
}

export function readWord(text: string): Conditions | null {
  const words = text.trim().split(',');
  if (words.join() === 'none') return { onBattery: false, metered: false };
  if (!words.every((word) => word === 'battery' || word === 'metered')) return null;
  return { onBattery: words.includes('battery'), metered: words.includes('metered') };
}

/** A file that is away, or that is just being written, leaves things as they were. */
function lookInto(file: string): Look {
  let last = UNKNOWN;
  return async () => {
    const text = await readFile(file, 'utf8').catch(() => '');
    last = readWord(text) ?? last;
    return last;
  };
}
