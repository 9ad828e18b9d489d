import { expect, test } from 'vitest';
import { addToast, shownMs, type Toast } from './toasts.ts';

const plain = (key: number): Toast => ({ key, text: `${key}`, undo: null });
const offer = (key: number): Toast => ({
  key,
  text: `${key}`,
  undo: { undo: 'x', conversation: false, pane: null },
});
const keys = (list: Toast[]): number[] => list.map(({ key }) => key);

test('UI-102 Undo is offered for ten seconds, and no other word takes it away', () => {
  expect(shownMs(offer(1))).toBe(10_000);
  let list = addToast([], offer(1));
  list = addToast(list, plain(2));
  list = addToast(list, plain(3));
  expect(keys(list)).toEqual([1, 3]);
  list = addToast(list, offer(4));
  expect(keys(list)).toEqual([1, 3, 4]);
  // Of many at once the oldest goes.
  for (const key of [5, 6]) list = addToast(list, offer(key));
  expect(keys(list)).toEqual([3, 4, 5, 6]);
});
