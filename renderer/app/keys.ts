/** What keys mean on this computer. */
export const isMac = (): boolean => /mac/i.test(navigator.platform);

/** The key of commands: ⌘ on a Mac, Ctrl elsewhere. */
export const isCommand = (event: { metaKey: boolean; ctrlKey: boolean }): boolean =>
  isMac() ? event.metaKey : event.ctrlKey;

/** Something that takes text, and so has an Undo and a Select All of its own. */
export function takesText(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest(
      'textarea, [contenteditable="true"], input:not([type="checkbox"], [type="radio"], [type="button"])',
    ) !== null
  );
}
