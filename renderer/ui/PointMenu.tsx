/**
 * A context menu that opens at a point: where the mouse was, or beside what has the focus (Shift+F10, the menu key).
 * One per list, not one per item, so that a list of thousands stays light.
 */
import { Menu } from '@base-ui/react/menu';
import { Fragment, type KeyboardEvent, type MouseEvent, type ReactNode, useEffect, useRef } from 'react';

export type MenuPoint = { x: number; y: number; from: HTMLElement };
/** `movesFocus`: choosing it gives the focus to something else, which keeps it. */
export type MenuEntry =
  | { label: string; icon?: ReactNode; danger?: boolean; movesFocus?: boolean; onChoose: () => void }
  | 'line';

export function pointOfMouse(event: MouseEvent<HTMLElement>): MenuPoint {
  event.preventDefault();
  const from = event.currentTarget;
  // The keyboard's own contextmenu event has no place: open beside the item.
  if (event.clientX === 0 && event.clientY === 0) return pointBeside(from);
  return { x: event.clientX, y: event.clientY, from };
}

export function pointBeside(from: HTMLElement): MenuPoint {
  const anchor = from.querySelector<HTMLElement>('[data-menu-anchor]') ?? from;
  const box = anchor.getBoundingClientRect();
  return { x: box.left + Math.min(24, box.width / 2), y: box.top + Math.min(box.height, 28), from };
}

export const isMenuKey = (event: KeyboardEvent): boolean =>
  event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey);

type Props = {
  point: MenuPoint | null;
  label: string;
  onClose: () => void;
  entries: MenuEntry[];
  /** Something above the entries, e.g. a row of reactions. */
  header?: ReactNode;
};

export function PointMenu({ point, label, onClose, entries, header }: Props) {
  const isElsewhere = useRef(false);
  useEffect(() => {
    if (point !== null) isElsewhere.current = false;
  }, [point]);
  return (
    <Menu.Root open={point !== null} modal={false} onOpenChange={(open) => !open && onClose()}>
      <Menu.Portal>
        <Menu.Positioner
          className="menu-positioner"
          side="bottom"
          align="start"
          sideOffset={2}
          anchor={
            point === null ? null : { getBoundingClientRect: () => new DOMRect(point.x, point.y, 0, 0) }
          }
        >
          <Menu.Popup
            className="menu"
            aria-label={label}
            finalFocus={() => !isElsewhere.current && (point?.from ?? true)}
          >
            {header}
            {entries.map((entry, index) =>
              entry === 'line' ? (
                // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity and do not move
                <Fragment key={`line-${index}`}>
                  <Menu.Separator className="menu-line" />
                </Fragment>
              ) : (
                <Menu.Item
                  key={entry.label}
                  className={entry.danger ? 'menu-item menu-danger' : 'menu-item'}
                  onClick={() => {
                    isElsewhere.current = entry.movesFocus === true;
                    entry.onChoose();
                  }}
                >
                  <span className="menu-icon" aria-hidden="true">
                    {entry.icon}
                  </span>
                  {entry.label}
                </Menu.Item>
              ),
            )}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
