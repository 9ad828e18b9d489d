import { Search, X } from 'lucide-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';

type Props = { value: string; onValue: (value: string) => void };

export function SearchField({ value, onValue }: Props) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className="search-field">
      <Search aria-hidden="true" />
      <input
        ref={input}
        id="search"
        type="search"
        dir="auto"
        autoComplete="off"
        spellCheck={false}
        maxLength={1000}
        aria-label={t('sidebar.search')}
        placeholder={t('sidebar.search')}
        value={value}
        onChange={(event) => onValue(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && value !== '') {
            event.stopPropagation();
            onValue('');
          }
        }}
      />
      {value !== '' && (
        <button
          type="button"
          className="search-clear"
          aria-label={t('sidebar.clear')}
          onClick={() => {
            onValue('');
            input.current?.focus();
          }}
        >
          <X aria-hidden="true" />
        </button>
      )}
    </div>
  );
}
