/**
 * What was just done or went wrong, said for a while. One plain line at a time, and beside it what can still be undone: a new line never takes
 * an Undo away.
 */
import { create } from 'zustand';
import type { Id } from '../../electron/api/types.ts';
import type { Pane } from '../app/state.ts';

/** What Undo takes back, and what was on screen before. */
export type UndoOffer = { undo: Id; conversation: boolean; pane: Pane | null };
export type Toast = { key: number; text: string; undo: UndoOffer | null };

const PLAIN_MS = 7_000;
const UNDO_MS = 10_000;
/** More are not read. The oldest goes; it is in Recently Deleted all the same. */
const MOST_UNDOS = 3;

export const shownMs = (toast: Toast): number => (toast.undo === null ? PLAIN_MS : UNDO_MS);

export function addToast(list: readonly Toast[], toast: Toast): Toast[] {
  const kept = list.filter((one) => (toast.undo === null ? one.undo !== null : true));
  const undos = kept.filter((one) => one.undo !== null);
  const over = toast.undo !== null && undos.length >= MOST_UNDOS ? undos[0] : undefined;
  return [...kept.filter((one) => one !== over), toast];
}

export const useToasts = create<{ list: Toast[] }>(() => ({ list: [] }));

let keys = 0;
function add(text: string, undo: UndoOffer | null): void {
  const toast = { key: ++keys, text, undo };
  useToasts.setState(({ list }) => ({ list: addToast(list, toast) }));
}

export const toasts = {
  say: (text: string): void => add(text, null),
  offerUndo: (text: string, undo: UndoOffer): void => add(text, undo),
  textOf: (key: number): string => useToasts.getState().list.find((one) => one.key === key)?.text ?? '',
  end: (key: number): void =>
    useToasts.setState(({ list }) => ({ list: list.filter((one) => one.key !== key) })),
  /** Another account, or none: nothing of the last one's can be undone here. */
  forget: (): void => useToasts.setState(({ list }) => ({ list: list.filter((one) => one.undo === null) })),
};
