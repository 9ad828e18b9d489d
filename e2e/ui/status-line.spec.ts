/** A picture of each state of the status line, rendered from the real state machine: light and dark, English and Dutch. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import i18next from 'i18next';
import type { SyncStatus } from '../../electron/api/types.ts';
import { en } from '../../renderer/i18n/en.ts';
import { nl } from '../../renderer/i18n/nl.ts';
import { statusLine } from '../../renderer/sidebar/status-line.ts';
import { ADDRESS, fakeDevice } from './fake-device.ts';
import { NOW, STATES } from './status-states.ts';

const pictures = join(import.meta.dirname, '..', '..', 'out', 'status-line');
const words = i18next.createInstance();
await words.init({ resources: { en: { translation: en }, nl: { translation: nl } } });

for (const language of ['en', 'nl'] as const) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`UI-12 each state of the status line, ${language}, ${colorScheme}`, async ({ browser }) => {
      mkdirSync(pictures, { recursive: true });
      const locale = language === 'en' ? 'en-US' : 'nl-NL';
      const context = await browser.newContext({
        colorScheme,
        locale,
        viewport: { width: 900, height: 420 },
      });
      const page = await context.newPage();
      await page.clock.setFixedTime(NOW);
      let now: SyncStatus = STATES[0]!.status;
      await fakeDevice(page, (name) => answers(now)[name]);
      const t = words.getFixedT(language);
      for (const { name, status, text, action, bar } of STATES) {
        now = status;
        await page.goto(ADDRESS);
        const line = page.getByRole('status');
        await test.step(name, async () => {
          if (text === null) {
            await expect(page.getByRole('navigation')).toBeVisible();
            await page.waitForTimeout(1100); // longer than a line waits before it shows
            await expect(line).toBeEmpty();
            return;
          }
          const said = statusLine(status, NOW);
          await expect(line).toContainText(language === 'en' ? text : t(said!.text.key, said!.text.values));
          for (const detail of said!.details) await expect(line).toContainText(t(detail.key, detail.values));
          await expect(line.getByRole('progressbar')).toHaveCount(bar ? 1 : 0);
          const buttons = line.getByRole('button');
          await expect(buttons).toHaveCount(action === null ? 0 : 1);
          if (action !== null) {
            const label = language === 'en' ? action : t(`status.${said!.action}`);
            await expect(buttons).toHaveAccessibleName(label);
          }
          const file = `${name.replace(/\W+/g, '-')}-${language}-${colorScheme}.png`;
          await line.screenshot({ path: join(pictures, file), animations: 'disabled' });
        });
      }
      const { violations } = await new AxeBuilder({ page }).include('[role="status"]').analyze();
      expect(violations).toEqual([]);
      await context.close();
    });
  }
}

const answers = (status: SyncStatus): Record<string, unknown> => ({
  'session.state': {
    kind: 'signedIn',
    account: { id: 'a'.repeat(32), handle: 'anna@example.org', name: 'Anna' },
    device: { id: 'd'.repeat(32), name: 'Mac mini' },
    cloud: { url: 'https://cloud.example.org', here: false },
  },
  'settings.get': {
    appearance: 'system',
    language: 'system',
    readReceipts: true,
    name: 'Anna',
    keepMessages: { days: 0, effectiveAt: null, before: 0, scope: 'account' },
  },
  'conversations.list': [],
  'notices.list': [],
  'sync.status': status,
});
