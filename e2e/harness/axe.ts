/** What axe finds on a screen. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** What axe calls serious or critical, with where it is. Both appearances. */
export async function expectNothingSerious(page: Page, screen: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
    await expectNothingSeriousNow(page, `${screen}, ${colorScheme}`);
  }
}

/** The same of the screen as it stands, in its own appearance. */
export async function expectNothingSeriousNow(page: Page, screen: string): Promise<void> {
  // Axe chooses what it looks at first, and looks afterwards: what becomes disabled in between, by itself, is looked at as if it could be
  // pressed. That is no state of the screen, and is not found twice.
  let serious = await seriousOn(page);
  if (serious.length > 0) serious = await seriousOn(page);
  expect.soft(serious, screen).toEqual([]);
}

async function seriousOn(page: Page): Promise<string[]> {
  // The focus guards of the component library are hidden and focusable on purpose: they pass the focus on at once.
  const { violations } = await new AxeBuilder({ page }).exclude('[data-base-ui-focus-guard]').analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`),
    );
}
