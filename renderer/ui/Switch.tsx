/** A switch. It shows what is, not what was clicked: the caller changes `on` when it has become so. */
import { useId } from 'react';

type Props = {
  label: string;
  on: boolean;
  onChange: (on: boolean) => void;
  help?: string;
  disabled?: boolean;
};

export function Switch({ label, on, onChange, help, disabled = false }: Props) {
  const id = useId();
  return (
    <div className="setting-row">
      <div className="setting-text">
        <label htmlFor={id}>{label}</label>
        {help && (
          <p id={`${id}-help`} className="setting-help">
            {help}
          </p>
        )}
      </div>
      <input
        id={id}
        type="checkbox"
        role="switch"
        aria-checked={on}
        className="switch"
        checked={on}
        disabled={disabled}
        aria-describedby={help ? `${id}-help` : undefined}
        onChange={(event) => onChange(event.target.checked)}
      />
    </div>
  );
}
