/** Where the focus goes when what had it is gone. */
const LOOK_MS = 50;
const FOR_MS = 1500;

/**
 * For a moment: whenever nothing has the focus and no dialog is open, what the selector finds gets it. What was deleted takes its focus along,
 * a moment after the warning has closed.
 */
export function focusWhenNowhere(selector: string): void {
  const until = performance.now() + FOR_MS;
  const look = (): void => {
    const now = document.activeElement;
    const nowhere = now === null || now === document.body;
    if (nowhere && document.querySelector('[role="dialog"], [role="alertdialog"]') === null)
      document.querySelector<HTMLElement>(selector)?.focus({ preventScroll: true });
    if (performance.now() < until) setTimeout(look, LOOK_MS);
  };
  look();
}
