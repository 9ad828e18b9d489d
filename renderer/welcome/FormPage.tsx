/** The frame of every form before one is signed in: title, fields, what went wrong, what is going on, one button. */
import { ChevronLeft } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

type Props = {
  title: string;
  intro?: string;
  children: ReactNode;
  error: string | null;
  /** What is being worked on; null while nothing is. */
  working: string | null;
  submitLabel: string;
  disabled: boolean;
  onSubmit: () => void;
  onBack: () => void;
  footer?: ReactNode;
};

export function FormPage(props: Props) {
  const { t } = useTranslation();
  const busy = props.working !== null;
  return (
    <main className="welcome">
      <form
        className="welcome-form"
        aria-busy={busy || undefined}
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy && !props.disabled) props.onSubmit();
        }}
      >
        <button type="button" className="link-button welcome-back" disabled={busy} onClick={props.onBack}>
          <ChevronLeft aria-hidden="true" />
          {t('common.back')}
        </button>
        <h1>{props.title}</h1>
        {props.intro && <p className="welcome-intro">{props.intro}</p>}
        <fieldset className="welcome-fields" disabled={busy}>
          {props.children}
        </fieldset>
        {props.error !== null && (
          <p className="form-error" role="alert">
            {props.error}
          </p>
        )}
        <div className="welcome-working" aria-live="polite">
          {busy && (
            <>
              <span className="spinner" aria-hidden="true" />
              <p>{props.working}</p>
            </>
          )}
        </div>
        <button
          type="submit"
          className="button button-primary button-large"
          disabled={props.disabled || busy}
          aria-busy={busy || undefined}
        >
          {props.submitLabel}
        </button>
        {!busy && props.footer}
      </form>
    </main>
  );
}
