/** Discard: what was never delivered goes without a question, since Undo brings it back. */
import type { TFunction } from 'i18next';
import type { Id } from '../../electron/api/types.ts';
import { api, failureOf } from '../app/api.ts';
import { view } from '../app/state.ts';
import { offerUndo } from '../deletes/undo.ts';
import { failureText } from '../ui/failure.ts';

export async function discardMessage(t: TFunction, id: Id): Promise<void> {
  try {
    const { undo } = await api.messages.discard.mutate({ id });
    const target = { kind: 'messages' as const, ids: [id] };
    if (undo !== null) offerUndo(t('delete.deletedUnsent', { count: 1 }), target, { undo });
  } catch (error) {
    view.say(failureText(t, failureOf(error)));
  }
}
