/** The files beside the text: what goes with the next message. */
import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Id } from '../../electron/api/types.ts';
import { byteSize } from '../app/format.ts';
import { FileIcon } from './FileIcon.tsx';
import { removeItem, type TrayItem } from './tray.ts';
import './attachments.css';

export function Tray({ conversation, items }: { conversation: Id; items: TrayItem[] }) {
  const { t, i18n } = useTranslation();
  if (items.length === 0) return null;
  return (
    <ul className="tray" aria-label={t('attachments.tray')}>
      {items.map((item) => {
        const size = byteSize(item.size, i18n.language);
        const percent = Math.round(item.progress * 100);
        return (
          <li key={item.key} className="chip" data-ready={item.id !== null || undefined}>
            {item.picture === null ? (
              <span className="chip-icon">
                <FileIcon mediaType={item.mediaType} />
              </span>
            ) : (
              <img className="chip-picture" src={item.picture} alt="" />
            )}
            <span className="chip-text">
              <span className="chip-name" title={item.name}>
                <bdi>{item.name}</bdi>
              </span>
              <span className="chip-size">
                {item.id === null ? t('attachments.adding', { percent, size }) : size}
              </span>
            </span>
            {item.id === null && (
              <progress
                className="chip-progress"
                max={100}
                value={percent}
                aria-label={t('attachments.addingLabel', { name: item.name })}
              />
            )}
            <button
              type="button"
              className="icon-button chip-remove"
              aria-label={t('attachments.remove', { name: item.name })}
              onClick={() => removeItem(conversation, item)}
            >
              <X aria-hidden="true" />
            </button>
          </li>
        );
      })}
    </ul>
  );
}
