/** Undo in the window: its offer beside what a delete says, and what taking it back does. */
import type { TFunction } from 'i18next';
import type { Deleted, DeleteTarget } from '../../electron/api/types.ts';
import { api, failureOf } from '../app/api.ts';
import { useView, view } from '../app/state.ts';
import { failureText } from '../ui/failure.ts';
import { toasts, type UndoOffer } from '../ui/toasts.ts';
import { withNewer } from './done.ts';

/** Says that it is done, and offers to take it back. `before`: what was open when it was asked for. */
export function offerUndo(text: string, target: DeleteTarget, deleted: Pick<Deleted, 'undo'>): void {
  const { pane } = useView.getState();
  const conversation = target.kind === 'conversation';
  toasts.offerUndo(text, { undo: deleted.undo, conversation, pane: conversation ? pane : null });
}

export async function undoDelete(t: TFunction, key: number, offer: UndoOffer): Promise<void> {
  const text = toasts.textOf(key);
  toasts.end(key);
  try {
    const { messages, newer } = await api.deletes.undo.mutate({ undo: offer.undo });
    const back = messages === 0 ? t('delete.undoneNothing') : t('delete.undone', { count: messages });
    view.say(withNewer(t, offer.conversation ? t('delete.undoneConversation') : back, newer));
    // The conversation that the delete closed opens again, unless something else was opened since.
    if (offer.pane !== null && useView.getState().pane.kind === 'none') view.show(offer.pane);
  } catch (error) {
    const failure = failureOf(error);
    // It can be asked for again, and of what was never sent nothing else brings it back.
    if (failure.reason !== 'undoOver') toasts.offerUndo(text, offer);
    view.say(failureText(t, failure));
  }
}
