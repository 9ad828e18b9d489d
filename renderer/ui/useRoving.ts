/**
 * One tab stop for a virtual list: the arrow keys, Home and End move the focus; an item that is not in the page yet
 * is scrolled to first and focused when it is there.
 */
import { type KeyboardEvent, type RefObject, useCallback, useRef } from 'react';
import type { VListHandle } from 'virtua';

export function useRoving(options: {
  list: RefObject<VListHandle | null>;
  container: RefObject<HTMLElement | null>;
  /** Indexes that take the focus, rising. */
  count: number;
  canFocus: (index: number) => boolean;
  active: number;
  setActive: (index: number) => void;
}) {
  const now = useRef(options);
  now.current = options;

  const focusIndex = useCallback((index: number): void => {
    const { list, container, setActive } = now.current;
    setActive(index);
    const find = (): HTMLElement | null =>
      container.current?.querySelector<HTMLElement>(`[data-index="${index}"]`) ?? null;
    const focus = (left: number): void => {
      const element = find();
      if (element !== null) {
        element.focus({ preventScroll: true });
        list.current?.scrollToIndex(index, { align: 'nearest' });
      } else if (left > 0) {
        list.current?.scrollToIndex(index, { align: 'nearest' });
        requestAnimationFrame(() => focus(left - 1));
      }
    };
    focus(20);
  }, []);

  const onKeyDown = useCallback(
    (event: KeyboardEvent): void => {
      const { count, canFocus, active } = now.current;
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const step = (from: number, by: 1 | -1): number | null => {
        for (let i = from; i >= 0 && i < count; i += by) if (canFocus(i)) return i;
        return null;
      };
      let next: number | null = null;
      if (event.key === 'ArrowDown') next = step(active + 1, 1);
      else if (event.key === 'ArrowUp') next = step(active - 1, -1);
      else if (event.key === 'Home') next = step(0, 1);
      else if (event.key === 'End') next = step(count - 1, -1);
      else return;
      event.preventDefault();
      if (next !== null) focusIndex(next);
    },
    [focusIndex],
  );
  return { onKeyDown, focusIndex };
}
