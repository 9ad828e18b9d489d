/**
 * Whether this window may notify: asked once above the conversation, said in the settings. In both languages, light and dark, wide and narrow. The
 * pictures are in out/notifications.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import type { Settings } from '../../electron/api/types.ts';
import { en } from '../../renderer/i18n/en.ts';
import { nl } from '../../renderer/i18n/nl.ts';
import { aConversation, aPreview } from '../../renderer/sidebar/conversation.testkit.ts';
import { expectNothingSeriousNow } from '../harness/axe.ts';
import { ADDRESS, fakeDevice } from './fake-device.ts';
import { BASE, NOW } from './switch-scenes.ts';

const pictures = join(import.meta.dirname, '..', '..', 'out', 'notifications');
const TEXTS = { en, nl } as const;

const conversation = aConversation({
  id: 'c'.repeat(32),
  unread: 1,
  lastMessage: aPreview({ text: 'Are you there?', at: NOW }),
  activityAt: NOW,
});

/** A window whose browser has this answer already, and gives `asked` when it is asked. */
async function open(page: Page, permission: NotificationPermission, asked: NotificationPermission) {
  let settings = { ...(BASE['settings.get'] as Settings), notifications: 'text' } as Settings;
  await page.addInitScript(
    ([before, after]) => {
      const told = {
        permission: before,
        async requestPermission() {
          told.permission = after;
          return after;
        },
      };
      Object.assign(window, { Notification: told });
    },
    [permission, asked] as const,
  );
  await fakeDevice(page, (name, input) => {
    if (name === 'settings.set') settings = { ...settings, ...(input as Partial<Settings>) };
    if (name === 'settings.set' || name === 'settings.get') return settings;
    return name === 'conversations.list' ? [conversation] : BASE[name];
  });
  await page.goto(ADDRESS);
}

for (const language of ['en', 'nl'] as const) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`UI-154 the browser has not been asked, and refuses, ${language}, ${colorScheme}`, async ({
      browser,
    }) => {
      mkdirSync(pictures, { recursive: true });
      const context = await browser.newContext({
        colorScheme,
        locale: language === 'en' ? 'en-US' : 'nl-NL',
      });
      const page = await context.newPage();
      const t = TEXTS[language];
      await open(page, 'default', 'denied');
      await expect(page.getByText(t.notifications.offer)).toBeVisible();
      await expectNothingSeriousNow(page, 'the offer');
      for (const [name, width] of [
        ['wide', 1200],
        ['narrow', 390],
      ] as const) {
        await page.setViewportSize({ width, height: 800 });
        await page.screenshot({ path: join(pictures, `offer-${language}-${colorScheme}-${name}.png`) });
      }
      await page.setViewportSize({ width: 1200, height: 800 });
      await page.getByRole('button', { name: t.notifications.allow }).click();
      await expect(page.getByText(t.notifications.offer)).toHaveCount(0);
      await page.getByRole('button', { name: t.settings.title }).click();
      await page.getByRole('tab', { name: t.settings.notifications }).click();
      await expect(page.getByText(t.notifications.denied)).toBeVisible();
      await expectNothingSeriousNow(page, 'the settings');
      for (const [name, width] of [
        ['wide', 1200],
        ['narrow', 390],
      ] as const) {
        await page.setViewportSize({ width, height: 800 });
        await page.screenshot({ path: join(pictures, `refused-${language}-${colorScheme}-${name}.png`) });
        const wide = await page.evaluate(() =>
          [...document.querySelectorAll('.dialog, .settings-panel')].some(
            (box) => box.scrollWidth > box.clientWidth + 1,
          ),
        );
        expect(wide).toBe(false);
      }
      await page.getByRole('radio', { name: t.notifications.off }).click();
      await expect(page.getByText(t.notifications.denied)).toHaveCount(0);
      await context.close();
    });
  }
}

test('UI-154 chosen in the settings, the browser is asked at once', async ({ page }) => {
  await open(page, 'default', 'granted');
  await page.getByRole('button', { name: en.notifications.notNow }).click();
  await expect(page.getByText(en.notifications.offer)).toHaveCount(0);
  await page.getByRole('button', { name: en.settings.title }).click();
  await page.getByRole('tab', { name: en.settings.notifications }).click();
  await expect(page.getByRole('radio', { name: en.notifications.off })).toBeChecked();
  await expect(page.getByText(en.notifications.notAsked)).toHaveCount(0);
  await page.getByRole('radio', { name: en.notifications.name, exact: true }).click();
  await expect(page.getByRole('radio', { name: en.notifications.name, exact: true })).toBeChecked();
  await expect(page.getByText(en.notifications.notAsked)).toHaveCount(0);
  expect(await page.evaluate(() => Notification.permission)).toBe('granted');
});
