/** What keys mean on this computer. */
export const isMac = (): boolean => /mac/i.test(navigator.platform);

/** The key of commands: ⌘ on a Mac, Ctrl elsewhere. */
export const isCommand = (event: { metaKey: boolean; ctrlKey: boolean }): boolean =>
  isMac() ? event.metaKey : event.ctrlKey;

/**
 * Alt, as the window's own keys have it: alone, and not where it types. AltGr is another key that says it is Alt; and Option on a Mac makes
 * characters that are on no key of their own (@ on a Spanish keyboard, # on a British one) and moves by paragraphs.
 */
export const isAlt = (event: KeyboardEvent): boolean =>
  event.altKey &&
  !event.ctrlKey &&
  !event.metaKey &&
  !event.getModifierState('AltGraph') &&
  !(isMac() && takesText(event.target));

/** Something that takes text, and so has an Undo and a Select All of its own. */
export function takesText(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest(
      'textarea, [contenteditable="true"], input:not([type="checkbox"], [type="radio"], [type="button"])',
    ) !== null
  );
}
