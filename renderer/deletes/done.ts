/** What a delete, a Recover or an Undo says when it is done. Pure. */
import type { TFunction } from 'i18next';
import type { DeleteScope, DeleteTarget } from '../../electron/api/types.ts';

export function doneText(
  t: TFunction,
  target: DeleteTarget,
  scope: Pick<DeleteScope, 'messages' | 'unsent'>,
  messages: number,
): string {
  if (target.kind === 'forGood') return t('delete.gone', { count: messages });
  // What was never sent is in no Recently Deleted.
  if (scope.unsent > 0 && scope.unsent === scope.messages)
    return t('delete.deletedUnsent', { count: messages });
  if (target.kind === 'messages' || target.kind === 'attachments')
    return t('delete.deleted', { count: messages });
  return t(messages === 0 ? 'delete.deletedEmpty' : 'delete.deletedConversation');
}

/** And how many of them stay as they are, because a newer app has written them (SPEC DEL-33). */
export const withNewer = (t: TFunction, text: string, newer: number): string =>
  newer === 0 ? text : `${text} ${t('delete.newer', { count: newer })}`;
