/**
 * Half-done sign-ins and recoveries, in memory: each is used once and only within its time. A restart forgets them, and the
 * device starts over.
 */
import { toHex } from '../../shared/crypto/bytes.ts';
import { bytesOf } from '../http/check.ts';

const PENDING_MS = 2 * 60_000;
const KEPT = 20_000;

export type Pending<T> = {
  put(value: T): Uint8Array;
  /** Undefined when it is not known, used or over its time. */
  take(id: Uint8Array): T | undefined;
};

export const createPending = <T>(now: () => number, random: (length: number) => Uint8Array): Pending<T> => {
  const waiting = new Map<string, { value: T; until: number }>();
  return {
    put(value) {
      const id = random(16);
      waiting.set(toHex(id), { value, until: now() + PENDING_MS });
      if (waiting.size > KEPT) {
        const oldest = waiting.keys().next().value;
        if (oldest !== undefined) waiting.delete(oldest);
      }
      return id;
    },
    take(id) {
      const key = toHex(bytesOf(id, 16, 'The id'));
      const found = waiting.get(key);
      waiting.delete(key);
      return found !== undefined && found.until > now() ? found.value : undefined;
    },
  };
};
