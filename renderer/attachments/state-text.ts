/** How a file of a message stands, in words: what it weighs, how far it has come, or why it does not. */
import type { TFunction } from 'i18next';
import type { Attachment } from '../../electron/api/types.ts';
import { byteSize } from '../app/format.ts';

export function stateText(t: TFunction, { state, size, progress }: Attachment, language: string): string {
  const bytes = byteSize(size, language);
  switch (state) {
    case 'here':
    case 'remote':
      return bytes;
    case 'coming':
      return progress === null || progress === 0
        ? t('attachments.waiting', { size: bytes })
        : t('attachments.coming', { percent: Math.round(progress * 100), size: bytes });
    case 'gone':
    case 'damaged':
    case 'newer':
      return t(`attachments.state.${state}`);
  }
}
