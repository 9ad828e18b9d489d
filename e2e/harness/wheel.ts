/** The wheel of a mouse. */
import type { Locator } from '@playwright/test';

/**
 * Turns the wheel where the mouse is, over this list, by so many pixels, downward if positive. Chromium says when a turn was taken; on a busy machine it was seen
 * never to say so, in a window that went on as ever. What a story is about is what the list then shows: after two seconds without that word the
 * list is moved as its scroll bar would move it.
 */
export async function turnWheel(list: Locator, pixels: number): Promise<void> {
  let later: NodeJS.Timeout | undefined;
  const taken = await Promise.race([
    list
      .page()
      .mouse.wheel(0, pixels)
      .then(() => true),
    new Promise<false>((resolve) => {
      later = setTimeout(resolve, 2000, false);
    }),
  ]);
  clearTimeout(later);
  if (!taken) await list.evaluate((element, by) => element.scrollBy(0, by), pixels);
}
