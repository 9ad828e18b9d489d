/** A new password, with what the device thinks of it. */
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PasswordStrength } from '../../electron/api/types.ts';
import { api } from '../app/api.ts';
import { Field } from '../ui/Field.tsx';

/** Null while nothing is typed, or not judged yet. */
export function usePasswordStrength(password: string, handle: string, name: string): PasswordStrength | null {
  const [judged, setJudged] = useState<{ password: string; strength: PasswordStrength } | null>(null);
  useEffect(() => {
    if (password === '') return;
    let stale = false;
    const timer = setTimeout(() => {
      api.session.passwordStrength.mutate({ password, handle, name }).then(
        (strength) => !stale && setJudged({ password, strength }),
        () => !stale && setJudged(null),
      );
    }, 120);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [password, handle, name]);
  // The bar may lag behind the typing, the permission may not.
  if (password === '' || judged === null) return null;
  return judged.password === password ? judged.strength : { ...judged.strength, enough: false };
}

type Props = {
  label: string;
  value: string;
  onValue: (value: string) => void;
  strength: PasswordStrength | null;
};

export function PasswordField({ label, value, onValue, strength }: Props) {
  const { t } = useTranslation();
  return (
    <Field
      name="password"
      label={label}
      type="password"
      autoComplete="new-password"
      maxLength={1024}
      value={value}
      onValue={onValue}
      after={
        <div className="strength" data-score={strength?.score}>
          <meter
            className="strength-bar"
            aria-label={t('welcome.strength')}
            min={0}
            max={4}
            value={strength?.score ?? 0}
          />
          <p className="field-help">
            {strength === null ? t('welcome.strengthHelp') : t(`welcome.strength${strength.score}`)}
          </p>
        </div>
      }
    />
  );
}
