/** For a sheet that stays open until what it asked for is answered, and says what went wrong where it stands. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../app/api.ts';
import { failureText } from './failure.ts';

export function useAnswered(): {
  busy: boolean;
  error: string | null;
  run: <T>(act: () => Promise<T>, done: (answer: T) => void) => void;
} {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  return {
    busy,
    error,
    run: (act, done) => {
      setBusy(true);
      setError(null);
      act().then(done, (caught: unknown) => {
        setError(failureText(t, failureOf(caught)));
        setBusy(false);
      });
    },
  };
}
