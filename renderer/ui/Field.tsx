/** A labelled text field with its hint and its error in place. */
import { Eye, EyeOff } from 'lucide-react';
import { type InputHTMLAttributes, type ReactNode, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';

type Props = Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'id'> & {
  label: string;
  value: string;
  onValue: (value: string) => void;
  help?: ReactNode;
  error?: string | null;
  after?: ReactNode;
};

export function Field({ label, value, onValue, help, error, after, type = 'text', ...rest }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const [shown, setShown] = useState(false);
  const password = type === 'password';
  const described = [help ? `${id}-help` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ');
  const Icon = shown ? EyeOff : Eye;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="field-box">
        <input
          {...rest}
          id={id}
          type={password && shown ? 'text' : type}
          dir="auto"
          value={value}
          aria-invalid={error ? true : undefined}
          aria-describedby={described === '' ? undefined : described}
          onChange={(event) => onValue(event.target.value)}
        />
        {password && (
          <button
            type="button"
            className="icon-button field-eye"
            aria-pressed={shown}
            aria-label={t(shown ? 'welcome.conceal' : 'welcome.reveal')}
            onClick={() => setShown(!shown)}
          >
            <Icon aria-hidden="true" />
          </button>
        )}
      </div>
      {help && (
        <p className="field-help" id={`${id}-help`}>
          {help}
        </p>
      )}
      {error && (
        <p className="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
      {after}
    </div>
  );
}
