/** A picture alone, as large as the window allows or (a click, or Enter) in its own size. */
import { Dialog } from '@base-ui/react/dialog';
import { Download, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Attachment } from '../../electron/api/types.ts';
import { stateText } from './state-text.ts';
import { useSource } from './useSource.ts';

export function Viewer({ attachment, onClose }: { attachment: Attachment; onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const [large, setLarge] = useState(false);
  const { name, url } = attachment;
  const { now, src, onError } = useSource(attachment);
  return (
    <Dialog.Root open onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop viewer-backdrop" />
        <Dialog.Popup className="viewer">
          <header className="viewer-header">
            <Dialog.Title className="viewer-title">
              <bdi>{name}</bdi>
            </Dialog.Title>
            <a
              className="icon-button"
              href={`${url}?save`}
              download={name}
              aria-label={t('attachments.saveFile', { name })}
            >
              <Download aria-hidden="true" />
            </a>
            <Dialog.Close className="icon-button" aria-label={t('common.close')}>
              <X aria-hidden="true" />
            </Dialog.Close>
          </header>
          <div className="viewer-scroll" data-large={large || undefined}>
            <button
              type="button"
              className="viewer-picture"
              aria-pressed={large}
              aria-label={t('attachments.zoom')}
              onClick={() => setLarge(!large)}
            >
              {now.state === 'here' ? (
                <img src={src} alt={name} onError={onError} />
              ) : (
                <span role="status">{stateText(t, now, i18n.language)}</span>
              )}
            </button>
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
