/** Puts files beside the text of a conversation, however they were given, and says in words what could not be taken. */
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Id } from '../../electron/api/types.ts';
import { api, failureOf } from '../app/api.ts';
import { byteSize } from '../app/format.ts';
import { view } from '../app/state.ts';
import { failureText } from '../ui/failure.ts';
import type { Given } from './dropped.ts';
import { addFiles } from './tray.ts';

export function useAttach(conversation: Id): (given: Given) => Promise<void> {
  const { t, i18n } = useTranslation();
  return useCallback(
    async ({ files, folders }) => {
      try {
        if (folders > 0) view.say(t('attachments.noFolders'));
        if (files.length === 0) return;
        const limits = await api.attachments.limits.query();
        addFiles(conversation, files, limits, (reason, name) => {
          const size = byteSize(limits.largestBytes, i18n.language);
          if (reason === 'fileTooLarge') view.say(t('attachments.tooLarge', { name, size }));
          else if (reason === 'tooMany') view.say(t('attachments.tooMany', { count: limits.most }));
          else if (reason === 'noAttachments') view.say(t('attachments.none'));
          else if (reason === 'fileChanged' || reason === 'fileUnreadable')
            view.say(t('attachments.unreadable', { name }));
          else view.say(failureText(t, { reason, retryAfterMs: null, about: null }));
        });
      } catch (error) {
        view.say(failureText(t, failureOf(error)));
      }
    },
    [conversation, t, i18n.language],
  );
}
