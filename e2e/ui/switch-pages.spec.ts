/**
 * Every page and sheet about the switch, in both languages, light and dark, wide and narrow: it says what it must, axe finds nothing, and
 * nothing sticks out. The pictures are in out/switch.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import i18next, { type TFunction } from 'i18next';
import { en } from '../../renderer/i18n/en.ts';
import { nl } from '../../renderer/i18n/nl.ts';
import { expectNothingSeriousNow } from '../harness/axe.ts';
import { fakeDevice, NEVER } from './fake-device.ts';
import { BASE, clickSwitch, NOW, openDisable, openMessages, SCENES, type Scene } from './switch-scenes.ts';

const pictures = join(import.meta.dirname, '..', '..', 'out', 'switch');
const words = i18next.createInstance();
await words.init({
  resources: { en: { translation: en }, nl: { translation: nl } },
  interpolation: { escapeValue: false },
});
const LOCALES = { en: 'en-US', nl: 'nl-NL' } as const;

/** Values that a language writes in its own way. */
function inLanguage(values: Record<string, unknown>, language: 'en' | 'nl'): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'object' && value !== null ? (value as Record<'en' | 'nl', unknown>)[language] : value,
    ]),
  );
}

async function expectScene(page: Page, scene: Scene, language: 'en' | 'nl', t: TFunction): Promise<void> {
  const all = await page.locator('body').innerText();
  for (const [key, values] of scene.says) {
    const text = t(key, inLanguage(values ?? {}, language));
    // Times have narrow spaces in some places, which innerText keeps.
    expect(all.replaceAll(/\s+/gu, ' ')).toContain(text.replaceAll(/\s+/gu, ' '));
  }
  expect(all).not.toMatch(/\b(switch|storage|status|closed|settings|failure)\.[a-z]+|\{\{|undefined|NaN/);
}

/** The page itself, and what is on top of it, are never wider than the window. */
async function expectNothingSticksOut(page: Page): Promise<void> {
  const wide = await page.evaluate(() => {
    const boxes = [document.documentElement, ...document.querySelectorAll('.dialog, .settings-panel, main')];
    return boxes
      .filter((box) => box.scrollWidth > box.clientWidth + 1)
      .map((box) => `${box.className || box.tagName} ${box.scrollWidth} > ${box.clientWidth}`);
  });
  expect(wide).toEqual([]);
}

for (const language of ['en', 'nl'] as const) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`UI-93 the pages and sheets of the switch, ${language}, ${colorScheme}`, async ({ browser }) => {
      // Some thirty screens, each looked over by axe: a minute and a half on a busy machine.
      test.setTimeout(360_000);
      mkdirSync(pictures, { recursive: true });
      const context = await browser.newContext({
        colorScheme,
        locale: LOCALES[language],
        timezoneId: 'UTC',
        viewport: { width: 900, height: 760 },
        reducedMotion: 'reduce',
      });
      const page = await context.newPage();
      await page.clock.setFixedTime(NOW);
      let answers: Record<string, unknown> = BASE;
      await fakeDevice(page, (name) => answers[name]);
      const t = words.getFixedT(LOCALES[language]);
      for (const scene of SCENES) {
        await test.step(scene.name, async () => {
          answers = { ...BASE, ...scene.answers };
          await page.setViewportSize({ width: 900, height: 760 });
          await scene.open(page, t);
          await expect(async () => expectScene(page, scene, language, t)).toPass({ timeout: 10_000 });
          for (const width of [900, 390]) {
            await page.setViewportSize({ width, height: 760 });
            await expectNothingSticksOut(page);
            const file = `${scene.name.replace(/\W+/g, '-')}-${language}-${colorScheme}-${width}.png`;
            await page.screenshot({ path: join(pictures, file), animations: 'disabled' });
          }
          // What axe looks at is the same in every language.
          if (language === 'en') await expectNothingSeriousNow(page, scene.name);
        });
      }
      await context.close();
    });
  }
}

/** A window with a device that notes what it is asked to do. */
async function window(
  page: Page,
  more: Record<string, unknown>,
): Promise<{ asked: [string, unknown][]; t: TFunction }> {
  const asked: [string, unknown][] = [];
  await fakeDevice(page, (name, input) => {
    const answer = { ...BASE, ...more }[name];
    if (answer !== undefined) return answer;
    asked.push([name, input]);
    return null;
  });
  return { asked, t: words.getFixedT('en-US') };
}
const dialog = (page: Page) => page.getByRole('alertdialog');
const act = (page: Page, name: string) => dialog(page).getByRole('button', { name, exact: true });
const FITS = { toDownload: 3, bytes: 0, freeBytes: null, fits: true };

test('UI-92 Cancel has the focus, Enter chooses neither way of turning off, a click or the space bar does', async ({
  page,
}) => {
  const { asked, t } = await window(page, { 'sync.offPreview': FITS });
  await clickSwitch(page, t);
  await expect(act(page, 'Cancel')).toBeFocused();
  for (const name of ['Turn Off for This Device', 'Turn Off for All Devices']) {
    await act(page, name).focus();
    await page.keyboard.press('Enter');
    await expect(dialog(page)).toBeVisible();
  }
  await act(page, 'Cancel').focus();
  await page.keyboard.press('Enter');
  await expect(dialog(page)).toBeHidden();
  expect(asked).toEqual([]);
  await page.getByRole('switch', { name: 'Messages in iCloud', exact: true }).click();
  // What it would do is asked for first.
  await expect(act(page, 'Turn Off for All Devices')).not.toHaveAttribute('aria-disabled', 'true');
  await act(page, 'Turn Off for All Devices').focus();
  await page.keyboard.press('Space');
  await expect(dialog(page)).toBeHidden();
  await page.getByRole('switch', { name: 'Messages in iCloud', exact: true }).click();
  await act(page, 'Turn Off for This Device').click();
  await expect
    .poll(() => asked)
    .toEqual([
      ['sync.setSwitch', { on: false, everywhere: true }],
      ['sync.setSwitch', { on: false, everywhere: false }],
    ]);
});

test('UI-82 what does not fit on this disk leaves nothing to choose but Cancel', async ({ page }) => {
  const small = { toDownload: 90_000, bytes: 4_200_000_000, freeBytes: 900_000_000, fits: false };
  const { t } = await window(page, { 'sync.offPreview': small });
  await clickSwitch(page, t);
  await expect(dialog(page)).toContainText('4.2 GB');
  await expect(dialog(page).getByRole('button')).toHaveText(['Cancel']);
  await act(page, 'Cancel').click();
  await openDisable(page, t);
  await expect(dialog(page)).toContainText('4.2 GB');
  await expect(dialog(page).getByRole('button')).toHaveText(['Cancel']);
});

test('UI-83 the counts are waited for, and without them the switch can be turned all the same', async ({
  page,
}) => {
  const off = { ...(BASE['sync.status'] as object), switch: 'off' };
  const { asked, t } = await window(page, { 'sync.status': off });
  let preview: (answer: object) => void = () => {};
  await page.route('**/rpc/sync.preview**', async (route) => {
    const data = await new Promise<object>((resolve) => {
      preview = resolve;
    });
    await route.fulfill({ json: { result: { data } } });
  });
  await clickSwitch(page, t);
  await expect(dialog(page)).toContainText('Counting messages…');
  await expect(act(page, 'Turn On')).toBeDisabled();
  preview({
    toUpload: 0,
    toDownload: 0,
    bytes: 0,
    deletedHere: 2,
    deletedElsewhere: 0,
    deletedWithConversation: 0,
    expiring: 0,
  });
  await expect(act(page, 'Turn On')).toBeEnabled();
  await dialog(page).getByText('Delete on all devices and in iCloud').click();
  await act(page, 'Turn On').click();
  await expect.poll(() => asked).toEqual([['sync.setSwitch', { on: true, deletedHere: 'everywhere' }]]);
});

test('UI-83 no connection is said, and nobody waits for ever', async ({ page }) => {
  await page.clock.install();
  const off = { ...(BASE['sync.status'] as object), switch: 'off' };
  const { asked, t } = await window(page, { 'sync.status': off, 'sync.preview': NEVER });
  await clickSwitch(page, t);
  await expect(act(page, 'Turn On')).toBeDisabled();
  await page.clock.fastForward(11_000);
  await expect(dialog(page)).toContainText('Counting takes longer than usual.');
  await act(page, 'Turn On').click();
  await expect.poll(() => asked).toEqual([['sync.setSwitch', { on: true }]]);
});

test('UI-81 while a purge is pending the switch stays off, and Undo is there; Manage Storage gives the focus back', async ({
  page,
}) => {
  const purge = { at: Date.now() + 86_400_000, by: null };
  const status = { ...(BASE['sync.status'] as object), switch: 'off', switchReason: 'purging', purge };
  const { asked, t } = await window(page, { 'sync.status': status });
  await openMessages(page, t);
  await expect(page.getByRole('switch', { name: 'Messages in iCloud', exact: true })).toBeDisabled();
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await expect.poll(() => asked).toEqual([['sync.undoPurge', undefined]]);
  await page.getByRole('button', { name: 'Manage Storage…', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Back', exact: true })).toBeFocused();
  await expect(page.getByRole('button', { name: 'Disable & Delete…' })).toHaveCount(0);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Manage Storage…', exact: true })).toBeFocused();
});

test('UI-84 Disable & Delete goes by its own button alone, and says what went wrong where it stands', async ({
  page,
}) => {
  const { asked, t } = await window(page, { 'sync.offPreview': FITS });
  await openDisable(page, t);
  await expect(dialog(page)).toContainText(
    'all 3 devices where it is on: Laptop, Mac mini, and Workshop tower.',
  );
  await act(page, 'Disable & Delete').focus();
  await page.keyboard.press('Enter');
  await expect(dialog(page)).toBeVisible();
  expect(asked).toEqual([]);
  await act(page, 'Disable & Delete').click();
  await expect(dialog(page)).toBeHidden();
  expect(asked).toEqual([['sync.disableAndDelete', { confirmed: true }]]);
});
