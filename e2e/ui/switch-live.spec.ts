/** The pages of the switch with real devices behind them: what one of them asks for, the others say. */
import { expect, type Locator, type Page } from '@playwright/test';
import { mailWaiting } from '../harness/cloud-file.ts';
import { test } from '../harness/fixtures.ts';
import {
  ANNA,
  BOB,
  closeSettings,
  cloudSwitch,
  confirm,
  conversation,
  createAccount,
  deleteMessage,
  expectMessage,
  openConversation,
  openRecentlyDeleted,
  openSettings,
  send,
  signIn,
  startConversation,
  switchOn,
  transcript,
} from '../harness/people.ts';

const button = (within: Page | Locator, name: string): Locator =>
  within.getByRole('button', { name, exact: true });

test('UI-89 UI-90 UI-94 signed in with the switch off: only what arrives from now on, and the way to the rest', async ({
  world,
}) => {
  const cloud = await world.cloud();
  const laptop = await world.device('Laptop', cloud);
  const bob = await world.device('Bob', cloud);
  await createAccount(laptop.page, ANNA);
  await createAccount(bob.page, BOB);
  await startConversation(laptop.page, BOB.handle);
  for (const text of ['One.', 'Two.']) await send(laptop.page, text);
  await openConversation(bob.page, ANNA.name);
  await expectMessage(bob.page, 'Two.');
  // What Laptop has not acknowledged yet would come to a device that joins.
  await expect.poll(() => mailWaiting(cloud.folder)).toBe(0);

  const desktop = await world.device('Desktop', cloud);
  await signIn(desktop.page, ANNA, 'Desktop', { takesPart: false });
  const { page } = desktop;
  await expect(page.getByText('only what arrives from now on is shown here')).toBeVisible();
  await send(bob.page, 'From now on.');
  await openConversation(page, BOB.name);
  await expectMessage(page, 'From now on.');
  await expectMessage(page, 'One.', 0);

  await openSettings(page);
  await cloudSwitch(page).click();
  await expect(page.getByRole('alertdialog')).toContainText(/will appear here/);
  await button(page, 'Turn On').click();
  await expect(cloudSwitch(page)).toBeChecked();
  await closeSettings(page);
  for (const text of ['One.', 'Two.', 'From now on.']) await expectMessage(page, text);

  // In the middle too, and while it is open.
  await deleteMessage(laptop.page, 'Two.');
  await expectMessage(page, 'Two.', 0);
  await openRecentlyDeleted(laptop.page);
  await laptop.page.getByRole('checkbox').first().check();
  await button(laptop.page, 'Recover').click();
  await expectMessage(page, 'Two.');
  const order = await transcript(page).getByRole('article').allInnerTexts();
  expect(order.map((text) => /One\.|Two\.|From now on\./.exec(text)?.[0])).toEqual([
    'One.',
    'Two.',
    'From now on.',
  ]);
});

test('UI-80 UI-81 off for all devices, Disable & Delete and Undo: every device says what was asked, and where', async ({
  world,
}) => {
  const cloud = await world.cloud();
  const laptop = await world.device('Laptop', cloud);
  const bob = await world.device('Bob', cloud);
  await createAccount(bob.page, BOB);
  await createAccount(laptop.page, ANNA);
  await startConversation(laptop.page, BOB.handle);
  await send(laptop.page, 'Kept all the way.');
  const desktop = await world.device('Desktop', cloud);
  await signIn(desktop.page, ANNA, 'Desktop');
  await expect(conversation(desktop.page, BOB.name)).toBeVisible();

  for (const { page } of [laptop, desktop]) await openSettings(page);
  await cloudSwitch(desktop.page).click();
  await button(desktop.page.getByRole('alertdialog'), 'Turn Off for All Devices').click();
  for (const { page } of [laptop, desktop]) await expect(cloudSwitch(page)).not.toBeChecked();
  await expect(laptop.page.getByRole('note')).toContainText('turned off for all devices, on Desktop');
  await expect(desktop.page.getByRole('note')).toHaveCount(0);
  for (const { page } of [laptop, desktop]) {
    await closeSettings(page);
    await switchOn(page);
    await openSettings(page);
    await expect(page.getByText('Up to date')).toBeVisible();
  }

  await button(desktop.page, 'Manage Storage…').click();
  await button(desktop.page, 'Disable & Delete…').click();
  await expect(desktop.page.getByRole('alertdialog')).toContainText('all 2 devices where it is on');
  await confirm(desktop.page, 'Disable & Delete');
  for (const { page } of [laptop, desktop]) {
    await expect(page.getByRole('note')).toContainText('30 days left.');
    await expect(page.getByRole('note')).toContainText(/chosen on Desktop|You chose/);
  }
  await expect(cloudSwitch(laptop.page)).not.toBeChecked();
  await expect(cloudSwitch(laptop.page)).toBeDisabled();

  await button(laptop.page, 'Undo').click();
  await button(desktop.page, 'Back').click();
  for (const { page } of [laptop, desktop]) {
    await expect(cloudSwitch(page)).toBeChecked({ timeout: 30_000 });
    await expect(page.getByText('Up to date')).toBeVisible();
    await expect(page.getByRole('note')).toHaveCount(0);
    await closeSettings(page);
    await openConversation(page, BOB.name);
    await expectMessage(page, 'Kept all the way.');
  }
});
