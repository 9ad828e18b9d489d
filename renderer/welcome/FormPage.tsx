/** The frame of every form before one is signed in: title, fields, what went wrong, what is going on, one button. */
import { ChevronLeft } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';

/** What went wrong, and in which field (by its input's `name`), where one can say. */
export type FormError = { text: string; field: string | null };

const FIELDS: Record<string, string> = {
  handleTaken: 'handle',
  handleInvalid: 'handle',
  noAccount: 'handle',
  wrongPassword: 'password',
  weakPassword: 'password',
  wrongWords: 'words',
  invitationRequired: 'invitation',
  invitationInvalid: 'invitation',
  addressInvalid: 'cloud',
  cloudUnreachable: 'cloud',
};

export const formError = (reason: string, text: string): FormError => ({
  text,
  field: FIELDS[reason] ?? null,
});

type Props = {
  title: string;
  intro?: string;
  children: ReactNode;
  error: FormError | null;
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
  const form = useRef<HTMLFormElement>(null);
  // One begins to type at once; after an error, where it is to be mended (what is disabled meanwhile loses the focus).
  useEffect(() => {
    const inputs = [...(form.current?.querySelectorAll<HTMLInputElement>('input, textarea') ?? [])];
    inputs.find((one) => one.type !== 'radio' && one.value === '')?.focus();
  }, []);
  const { error } = props;
  useEffect(() => {
    if (busy || error === null) return;
    const named =
      error.field === null ? null : form.current?.querySelector<HTMLElement>(`[name="${error.field}"]`);
    (named ?? form.current?.querySelector<HTMLElement>('button[type="submit"]'))?.focus();
  }, [busy, error]);
  return (
    <main className="welcome">
      <form
        ref={form}
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
        {error !== null && (
          <p className="form-error" role="alert">
            {error.text}
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
