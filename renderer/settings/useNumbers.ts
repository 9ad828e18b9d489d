/** Numbers that a sheet shows before it asks: waited for, but not for ever. */
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiFailure } from '../../electron/api/types.ts';
import { failureOf } from '../app/api.ts';
import { failureText } from '../ui/failure.ts';

/** Longer nobody should have to wait for numbers alone. A large history takes its time to be counted. */
const PATIENCE_MS = 10_000;

type State<T> =
  | { kind: 'waiting' }
  | { kind: 'slow' }
  | { kind: 'failed'; failure: ApiFailure }
  | { kind: 'there'; data: T };

export type Numbers<T> = {
  data: T | null;
  /** Nothing is known yet, and one waits. */
  waiting: boolean;
  /** Why there are none, and yet nobody waits; null otherwise. */
  without: string | null;
};

/** Asks once, when the sheet opens. What comes after the patience is shown all the same. */
export function useNumbers<T>(ask: () => Promise<T>): Numbers<T> {
  const { t } = useTranslation();
  const [state, setState] = useState<State<T>>({ kind: 'waiting' });
  // biome-ignore lint/correctness/useExhaustiveDependencies: once
  useEffect(() => {
    let open = true;
    const become = (next: State<T>): void => {
      if (open) setState(next);
    };
    const timer = setTimeout(() => become({ kind: 'slow' }), PATIENCE_MS);
    ask()
      .then(
        (data) => become({ kind: 'there', data }),
        (error: unknown) => become({ kind: 'failed', failure: failureOf(error) }),
      )
      .finally(() => clearTimeout(timer));
    return () => {
      open = false;
      clearTimeout(timer);
    };
  }, []);
  return {
    data: state.kind === 'there' ? state.data : null,
    waiting: state.kind === 'waiting',
    without:
      state.kind === 'failed'
        ? failureText(t, state.failure)
        : state.kind === 'slow'
          ? t('switch.slow')
          : null,
  };
}
