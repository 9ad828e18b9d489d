/**
 * What is open on the right, kept in the browser's history: Back and Forward go from conversation to conversation, and a
 * window that is loaded again shows what it showed. Bound to the account: nobody else's conversation comes up.
 */
import type { Id } from '../../electron/api/types.ts';
import { type Pane, useView } from './state.ts';

type Kept = { account: Id; pane: Pane };

/** Reads what stands in the history, which may be of an older version or another account. */
export function paneIn(state: unknown, account: Id): Pane | null {
  if (typeof state !== 'object' || state === null) return null;
  const { account: of, pane } = state as Partial<Kept>;
  if (of !== account || typeof pane !== 'object' || pane === null) return null;
  switch (pane.kind) {
    case 'none':
    case 'new':
    case 'recentlyDeleted':
      return { kind: pane.kind };
    case 'conversation':
      // Not the place of a search: one comes back to the conversation.
      return typeof pane.id === 'string' ? { kind: 'conversation', id: pane.id, at: null } : null;
    default:
      return null;
  }
}

/** Starts keeping it; the answer ends that. */
export function keepHistory(account: Id): () => void {
  let going = false;
  const show = (state: unknown): void => {
    going = true;
    useView.setState({ pane: paneIn(state, account) ?? { kind: 'none' } });
    going = false;
  };
  show(history.state);
  const keep = (pane: Pane, how: 'pushState' | 'replaceState'): void =>
    history[how]({ account, pane } satisfies Kept, '');
  keep(useView.getState().pane, 'replaceState');
  const stop = useView.subscribe((now, before) => {
    if (going || now.pane === before.pane) return;
    keep(now.pane, same(now.pane, before.pane) ? 'replaceState' : 'pushState');
  });
  const onPop = (event: PopStateEvent): void => show(event.state);
  window.addEventListener('popstate', onPop);
  return () => {
    stop();
    window.removeEventListener('popstate', onPop);
    history.replaceState(null, '');
  };
}

const same = (a: Pane, b: Pane): boolean =>
  a.kind === b.kind && (a.kind !== 'conversation' || b.kind !== 'conversation' || a.id === b.id);
