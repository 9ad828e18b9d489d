/** Somebody in trouble: the program looks where one would look, says what it found, and gives a report without content. */
import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import { expectNothingSerious } from '../harness/axe.ts';
import { expect, test } from '../harness/fixtures.ts';
import {
  ANNA,
  BOB,
  createAccount,
  deleteMessage,
  messageField,
  openSettings,
  send,
  signIn,
  startConversation,
  switchOff,
} from '../harness/people.ts';

const CANARY = 'kanarievogel-7f3a91-distelvink';

async function openChecks(page: Page): Promise<Locator> {
  const settings = await openSettings(page);
  await settings.getByRole('tab', { name: 'Troubleshooting' }).click();
  await expect(settings.getByRole('list', { name: 'Checks' })).toBeVisible();
  return settings;
}
const row = (settings: Locator, name: string): Locator =>
  settings.getByRole('listitem', { name, exact: true });
const again = (settings: Locator): Promise<void> =>
  settings.getByRole('button', { name: 'Check Again', exact: true }).click();

test('API-20 UI-111 two devices: all is well, the other’s switch is seen, a cloud that is away has a button that helps', async ({
  world,
}) => {
  const cloud = await world.cloud();
  const mac = await world.device('Mac', cloud);
  const mini = await world.device('Mini', cloud);
  const bob = await world.device('Bob', cloud);
  const { page } = mac;
  await createAccount(bob.page, BOB);
  await createAccount(page, ANNA);
  await signIn(mini.page, ANNA, 'Mac mini');
  await startConversation(page, BOB.handle);
  await send(page, 'This one goes.');
  await deleteMessage(page, 'This one goes.');

  const settings = await openChecks(page);
  for (const name of [
    'Account',
    'Messages in iCloud',
    'Connection',
    'Synchronizing',
    'Last synced',
    'Not in iCloud yet',
    'iCloud storage',
    'Clock',
    'Version of the app',
    'Recently Deleted',
  ])
    await expect(row(settings, name)).toContainText('OK');
  await expect(row(settings, 'Account')).toContainText(`Signed in as ${ANNA.handle}, on`);
  await expect(row(settings, 'Account')).toContainText('Mac mini');
  await expect(row(settings, 'Messages in iCloud')).toContainText('On: Mac mini.');
  await expect(row(settings, 'Recently Deleted')).toContainText('1 message is in it');
  const database = row(settings, 'Database of this device');
  await expect(database).toContainText('Not known');
  await database.getByRole('button', { name: 'Check Now' }).click();
  await expect(database).toContainText('it is whole');

  // Seen without being asked for, while the page is open.
  await switchOff(mini.page);
  await expect(row(settings, 'Messages in iCloud')).toContainText('Off: Mac mini.');
  await expect(row(settings, 'Messages in iCloud')).toContainText('Take a look');

  await cloud.stop();
  await again(settings);
  const connection = row(settings, 'Connection');
  await expect(connection).toContainText('Problem');
  await expect(connection).toContainText('no cloud runs on it');
  await expect(row(settings, 'Clock')).toContainText('Not known');
  await expect(settings.getByText('1 problem.').or(settings.getByText('2 problems.'))).toBeVisible();
  await cloud.start();
  await connection.getByRole('button', { name: 'Try Now' }).click();
  await expect(connection).toContainText('News arrives at once.');
  await expect(connection).toContainText('OK');

  await row(settings, 'Recently Deleted').getByRole('button', { name: 'Show Deleted' }).click();
  await expect(settings).toBeHidden();
  await expect(page.getByRole('list', { name: 'Recently Deleted' })).toContainText('This one goes.');
});

test('API-22 UI-113 the report is shown whole, is what is saved and copied, and has none of the canaries', async ({
  world,
}) => {
  const cloud = await world.cloud();
  const mac = await world.device('Mac', cloud);
  const bob = await world.device('Bob', cloud);
  const { page } = mac;
  const anna = { ...ANNA, name: `Anna ${CANARY}` };
  await createAccount(bob.page, BOB);
  const words = await createAccount(page, anna);
  await startConversation(page, BOB.handle);
  await send(page, `Have you seen the ${CANARY}?`);
  await messageField(page).fill(`A draft of ${CANARY}`);
  await cloud.stop();
  await messageField(page).fill(`Waiting: ${CANARY}`);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('status').first()).toContainText('Paused', { timeout: 30_000 });

  const settings = await openChecks(page);
  await settings.getByRole('button', { name: 'Save Report…' }).click();
  const report = page.getByRole('dialog', { name: 'Diagnostic Report' });
  const shown = report.getByRole('region', { name: 'The report' });
  await expect(shown).toContainText('Last failures');
  const text = (await shown.locator('pre').textContent()) ?? '';

  const download = page.waitForEvent('download');
  await report.getByRole('button', { name: 'Save', exact: true }).click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/^lockstep-report-\d{4}-\d\d-\d\d\.txt$/);
  expect(readFileSync(await file.path(), 'utf8')).toBe(text);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await report.getByRole('button', { name: 'Copy', exact: true }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(text);

  const pairs = words.slice(1).map((word, index) => `${words[index]} ${word}`);
  const forbidden = [
    CANARY,
    ANNA.handle,
    BOB.handle,
    'example.org',
    'Bob',
    ANNA.password,
    cloud.origin,
    '127.0.0.1',
  ];
  expect([...forbidden, ...pairs].filter((one) => text.includes(one))).toEqual([]);
  for (const line of [
    'connection: problem (tryNow)',
    'asked now: refused (ECONNREFUSED)',
    'outbox: 1 message',
  ])
    expect(text).toContain(line);
});

test('UI-112 the page and the report by keyboard, with a screen reader, and in a narrow window', async ({
  world,
}) => {
  const cloud = await world.cloud();
  const { page } = await world.device('Anna', cloud);
  await createAccount(page, ANNA);
  const settings = await openChecks(page);
  await expect(row(settings, 'Connection')).toContainText('OK');
  await expectNothingSerious(page, 'Troubleshooting');

  // Each button says whose it is.
  const check = settings.getByRole('button', { name: 'Check Now' });
  await expect(check).toHaveAccessibleDescription('Database of this device');
  await check.focus();
  await page.keyboard.press('Enter');
  await expect(row(settings, 'Database of this device')).toContainText('it is whole');

  await page.setViewportSize({ width: 360, height: 700 });
  await settings.getByRole('tab', { name: 'Devices' }).click();
  await settings.getByRole('tab', { name: 'Troubleshooting' }).click();
  const panel = settings.getByRole('tabpanel');
  await expect(row(settings, 'Connection')).toContainText('OK');
  expect(await panel.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0);
  await expect(settings.getByRole('tab', { name: 'Troubleshooting' })).toBeInViewport({ ratio: 0.95 });

  await settings.getByRole('button', { name: 'Save Report…' }).focus();
  await page.keyboard.press('Enter');
  const report = page.getByRole('dialog', { name: 'Diagnostic Report' });
  const shown = report.getByRole('region', { name: 'The report' });
  await expect(shown).toContainText('Last failures');
  await expectNothingSerious(page, 'report');
  for (let presses = 0; presses < 4; presses += 1) {
    if (await shown.evaluate((element) => element === document.activeElement)) break;
    await page.keyboard.press('Tab');
  }
  await expect(shown).toBeFocused();
  await page.keyboard.press('End');
  await expect.poll(() => shown.evaluate((element) => element.scrollTop)).toBeGreaterThan(0);
  await page.keyboard.press('Escape');
  await expect(report).toBeHidden();
  await expect(settings.getByRole('button', { name: 'Save Report…' })).toBeFocused();
});
