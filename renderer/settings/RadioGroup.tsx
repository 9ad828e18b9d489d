/** One of a few, each with its own row; below them what is to be said about it. */
import type { ReactNode } from 'react';

type Props<T extends string> = {
  legend: string;
  value: T;
  options: { value: T; label: string; lang?: string }[];
  onChange: (value: T) => void;
  children?: ReactNode;
};

export function RadioGroup<T extends string>({ legend, value, options, onChange, children }: Props<T>) {
  return (
    <fieldset className="settings-group radio-group">
      <legend>{legend}</legend>
      {options.map((option) => (
        <label key={option.value} className="setting-row">
          <span lang={option.lang}>{option.label}</span>
          <input
            type="radio"
            name={legend}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
        </label>
      ))}
      {children}
    </fieldset>
  );
}
