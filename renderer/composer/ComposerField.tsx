/** The text field that grows with its text. */
import { type ClipboardEvent, type Ref, useImperativeHandle, useLayoutEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';

type Props = {
  ref?: Ref<HTMLTextAreaElement>;
  value: string;
  placeholder: string;
  onValue: (value: string) => void;
  onSubmit: () => void;
  onEscape: (() => void) | null;
  onBlur?: (() => void) | undefined;
  onPaste?: ((event: ClipboardEvent) => void) | undefined;
};

const TALLEST = 220;

export function ComposerField({
  ref,
  value,
  placeholder,
  onValue,
  onSubmit,
  onEscape,
  onBlur,
  onPaste,
}: Props) {
  const { t } = useTranslation();
  const field = useRef<HTMLTextAreaElement>(null);
  useImperativeHandle(ref, () => field.current!, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useLayoutEffect(() => {
    const element = field.current;
    if (element === null) return;
    element.style.height = 'auto';
    element.style.height = `${Math.min(TALLEST, element.scrollHeight + 2)}px`;
  }, [value]);
  return (
    <textarea
      ref={field}
      id="composer"
      className="composer-field"
      rows={1}
      dir="auto"
      aria-label={t('composer.message')}
      placeholder={placeholder}
      value={value}
      onChange={(event) => onValue(event.target.value)}
      onBlur={onBlur}
      onPaste={onPaste}
      onKeyDown={(event) => {
        // While an input method composes, Enter chooses a word and Escape puts it back.
        if (event.nativeEvent.isComposing) return;
        if (event.key === 'Enter' && !event.shiftKey && !event.altKey) {
          event.preventDefault();
          onSubmit();
        } else if (event.key === 'Escape' && onEscape !== null) {
          event.stopPropagation();
          onEscape();
        }
      }}
    />
  );
}
