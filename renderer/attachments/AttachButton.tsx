/** Opens the system's choice of files. */
import { Plus } from 'lucide-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Given } from './dropped.ts';

export function AttachButton({ onFiles }: { onFiles: (given: Given) => void }) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        className="icon-button attach-button"
        aria-label={t('attachments.attach')}
        title={t('attachments.attach')}
        onClick={() => input.current?.click()}
      >
        <Plus aria-hidden="true" />
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        data-testid="attach-input"
        onChange={(event) => {
          onFiles({ files: [...(event.target.files ?? [])], folders: 0 });
          // The same file again is a choice as well.
          event.target.value = '';
        }}
      />
    </>
  );
}
