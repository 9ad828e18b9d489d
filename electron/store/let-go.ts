/**
 * What went for good on this device, when and why: counts and times, no word of a message, and none of their ids. For the diagnostic report
 * (SPEC API-28): who misses a message can be told whether somebody deleted it, or which rule let it go. Written in the sync worker, in the
 * transaction of the delete (of Delete Now, when it is done); read by the report.
 */
import { getMeta, setMeta } from './meta.ts';
import type { Store } from './open.ts';

const META = 'letGo';
const REMEMBERED = 40;
/** Within that, the same cause once more is the same occasion: much goes in slices. */
const SAME_MS = 60_000;

/**
 * `person`: Delete Now, or “everywhere” as the switch went on. `thirtyDays`, `keepMessages`: this device's housekeeping, asked of the cloud first
 * where it travels. `tombstone`: the cloud said so, after another device or in answer to this one. `earlierGeneration`: deleted for good before the
 * account's copy was deleted, and brought back by a device that had kept it.
 */
export type LetGoCause = 'person' | 'thirtyDays' | 'keepMessages' | 'tombstone' | 'earlierGeneration';

export type LetGo = {
  cause: LetGoCause;
  messages: number;
  /** Of the device's clock, in milliseconds: when the first of the occasion went, and the last. */
  firstMs: number;
  lastMs: number;
  /** The date that the rule went by, of the first: when it was deleted, or before what Keep Messages lets go. Null where no rule did. */
  byMs: number | null;
};

export function noteLetGo(
  store: Store,
  cause: LetGoCause,
  messages: number,
  nowMs: number,
  byMs: number | null = null,
): void {
  if (messages === 0) return;
  store.write(() => {
    const all = listLetGo(store);
    const last = all.at(-1);
    if (last?.cause === cause && Math.abs(nowMs - last.lastMs) <= SAME_MS) {
      all[all.length - 1] = { ...last, messages: last.messages + messages, lastMs: nowMs };
    } else {
      all.push({ cause, messages, firstMs: nowMs, lastMs: nowMs, byMs });
    }
    setMeta(store, META, JSON.stringify(all.slice(-REMEMBERED)));
  });
}

/** The oldest first; the last 40 occasions. */
export function listLetGo(store: Store): LetGo[] {
  const text = getMeta(store, META);
  return text === null ? [] : (JSON.parse(text) as LetGo[]);
}
