/** Numbers that a sheet shows before it asks: waited for, but not for ever. */
import { useEffect, useState } from 'react';
import type { ApiFailure } from '../../electron/api/types.ts';
import { failureOf } from '../app/api.ts';

/** Longer nobody should have to wait for numbers alone. */
const PATIENCE_MS = 10_000;

export type Numbers<T> = {
  data: T | null;
  failure: ApiFailure | null;
  /** Neither there nor known not to come. */
  waiting: boolean;
};

/** Asks once, when the sheet opens. What comes after the patience is shown all the same. */
export function useNumbers<T>(ask: () => Promise<T>): Numbers<T> {
  const [numbers, setNumbers] = useState<Numbers<T>>({ data: null, failure: null, waiting: true });
  // biome-ignore lint/correctness/useExhaustiveDependencies: once
  useEffect(() => {
    let open = true;
    const become = (next: Numbers<T>): void => {
      if (open) setNumbers(next);
    };
    const timer = setTimeout(() => {
      become({
        data: null,
        failure: { reason: 'cloudUnavailable', retryAfterMs: null, about: null },
        waiting: false,
      });
    }, PATIENCE_MS);
    ask()
      .then(
        (data) => become({ data, failure: null, waiting: false }),
        (error: unknown) => become({ data: null, failure: failureOf(error), waiting: false }),
      )
      .finally(() => clearTimeout(timer));
    return () => {
      open = false;
      clearTimeout(timer);
    };
  }, []);
  return numbers;
}
