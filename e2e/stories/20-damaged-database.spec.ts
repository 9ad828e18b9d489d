/** A device whose database file is really damaged, in a real browser and with a real cloud: recovered, and told the truth about. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { expectNothingSerious } from '../harness/axe.ts';
import { type Cloud, type Device, expect, test, type World } from '../harness/fixtures.ts';
import {
  ANNA,
  BOB,
  closeSettings,
  createAccount,
  expectMessage,
  messageField,
  openConversation,
  openSettings,
  send,
  startConversation,
  switchOff,
} from '../harness/people.ts';

const PAGE = 4096;
const database = (device: Device): string => join(device.folder, 'messages.db');

/** A byte of each page from the first on, `every` so many. */
function damage(device: Device, first: number, every: number): void {
  const bytes = readFileSync(database(device));
  for (let page = first; page <= bytes.length / PAGE; page += every) {
    const at = (page - 1) * PAGE + 1700;
    bytes[at] = (bytes[at] ?? 0) ^ 0x21;
  }
  writeFileSync(database(device), bytes);
}

async function openDamaged(page: Page): Promise<Locator> {
  const settings = await openSettings(page);
  await settings.getByRole('tab', { name: 'Troubleshooting' }).click();
  const list = settings.getByRole('list', { name: 'Damaged databases' });
  await expect(list).toBeVisible();
  return list;
}
const notice = (page: Page): Locator =>
  page.getByRole('region', { name: 'Notices' }).getByText('The database on this device was damaged.');

/** Anna on her Mac, and Bob, with a conversation begun. */
async function twoPeople(world: World): Promise<{ cloud: Cloud; mac: Device; bob: Device }> {
  const cloud = await world.cloud();
  const mac = await world.device('Mac', cloud);
  const bob = await world.device('Bob', cloud);
  await createAccount(mac.page, ANNA);
  await createAccount(bob.page, BOB);
  await startConversation(mac.page, BOB.handle);
  return { cloud, mac, bob };
}

test('DMG-6 DMG-11 DMG-12 UI-131 UI-132 with the switch on: the same device, the whole history, what was not sent is sent', async ({
  world,
}) => {
  test.setTimeout(240_000);
  const { cloud, mac, bob } = await twoPeople(world);
  for (let n = 1; n <= 12; n += 1) await send(mac.page, `Line ${n} of the evening`);
  await openConversation(bob.page, 'Anna');
  await expectMessage(bob.page, 'Line 12 of the evening');
  await cloud.stop();
  await messageField(mac.page).fill('Written while the cloud was away');
  await messageField(mac.page).press('Enter');
  await expectMessage(mac.page, 'Written while the cloud was away');
  await mac.stop();
  // Not outbox and its index both: of a message that neither names any more it is said that it was not sent.
  damage(mac, 1, 4);
  await mac.start();
  await mac.open();
  await expect(notice(mac.page)).toBeVisible({ timeout: 60_000 });
  await openConversation(mac.page, 'Bob');
  await expectMessage(mac.page, 'Written while the cloud was away');
  await cloud.start();
  await expectMessage(bob.page, 'Written while the cloud was away', 1);
  for (const n of [1, 6, 12]) await expectMessage(mac.page, `Line ${n} of the evening`);
  await mac.page.getByRole('button', { name: 'What Came Back…' }).click();
  const list = mac.page.getByRole('list', { name: 'Damaged databases' });
  await expect(list).toContainText('Came back: ');
  await expect(list).toContainText('Everything that iCloud has is here.', { timeout: 30_000 });
  await list.scrollIntoViewIfNeeded();
  await expectNothingSerious(mac.page, 'damaged databases');
  // Nobody had to sign in again, and nobody sees a new device.
  await closeSettings(mac.page);
  await expect(bob.page.getByRole('region', { name: 'Notices' })).toHaveCount(0);
});

test('DMG-5 DMG-13 UI-132 with the switch off: what can be read is here, and the files go by a person’s word alone', async ({
  world,
}) => {
  test.setTimeout(240_000);
  const { mac } = await twoPeople(world);
  for (let n = 1; n <= 8; n += 1) await send(mac.page, `Here alone ${n}`);
  await switchOff(mac.page);
  await mac.stop();
  // Where the table of records begins: what the window had read of them is still there.
  damage(mac, 2, 1_000_000);
  await mac.start();
  await mac.open();
  await expect(notice(mac.page)).toBeVisible({ timeout: 60_000 });
  await openConversation(mac.page, 'Bob');
  for (let n = 1; n <= 8; n += 1) await expectMessage(mac.page, `Here alone ${n}`);
  const list = await openDamaged(mac.page);
  await expect(list).toContainText('Came back: 8 messages');
  const aside = readdirSync(mac.folder).find((name) => name.startsWith('damaged-')) ?? '';
  expect(existsSync(join(mac.folder, aside, 'messages.db'))).toBe(true);
  const saved = mac.page.waitForEvent('download');
  await list.getByRole('link', { name: 'Save a Copy' }).click();
  expect(readFileSync(await (await saved).path()).length).toBe(
    readFileSync(join(mac.folder, aside, 'messages.db')).length,
  );
  await list.getByRole('button', { name: 'Delete Damaged Files…' }).click();
  const warning = mac.page.getByRole('alertdialog');
  await expect(warning).toBeVisible();
  // Enter is Cancel's, once it has the focus.
  await expect(warning.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await mac.page.keyboard.press('Enter');
  await expect(warning).toHaveCount(0);
  expect(existsSync(join(mac.folder, aside))).toBe(true);
  await list.getByRole('button', { name: 'Delete Damaged Files…' }).click();
  await warning.getByRole('button', { name: 'Delete Damaged Files', exact: true }).click();
  await expect(list).toContainText('The damaged files are not here any more.');
  expect(existsSync(join(mac.folder, aside))).toBe(false);
});
