/** Small things of every day: unread counts, drafts, Dutch, the dark, a narrow window. */
import { expect, test } from '../harness/fixtures.ts';
import {
  ANNA,
  BOB,
  CARLA,
  conversation,
  conversations,
  createAccount,
  expectMessage,
  messageField,
  openConversation,
  openSettings,
  send,
  signIn,
  startConversation,
} from '../harness/people.ts';

test('A group: unread counts, a draft that follows to another device, read on one is read on the other', async ({
  world,
}) => {
  const cloud = await world.cloud();
  const anna = await world.device('Anna', cloud);
  const bob = await world.device('Bob', cloud);
  const carla = await world.device('Carla', cloud);
  await createAccount(anna.page, ANNA);
  await createAccount(bob.page, BOB);
  await createAccount(carla.page, CARLA);
  await startConversation(anna.page, BOB.handle, CARLA.handle);
  await send(anna.page, 'Who brings what?');
  const group = (page: typeof anna.page) => conversations(page).getByRole('listitem').first();
  for (const device of [bob, carla]) await group(device.page).getByRole('button').first().click();
  await expectMessage(carla.page, 'Who brings what?');

  const desktop = await world.device('Desktop', cloud);
  await signIn(desktop.page, ANNA, 'Desktop');
  await startConversation(anna.page, CARLA.handle);
  await send(anna.page, 'Between us: a cake?');
  await expect(conversation(desktop.page, CARLA.name)).toBeVisible();
  await send(bob.page, 'Soup.');
  await send(carla.page, 'Bread.');
  for (const device of [anna, desktop]) await expect(group(device.page)).toContainText('2 unread messages');

  await group(desktop.page).getByRole('button').first().click();
  await expectMessage(desktop.page, 'Bread.');
  for (const device of [anna, desktop]) await expect(group(device.page)).not.toContainText('unread message');

  await messageField(desktop.page).fill('And I bring');
  await openConversation(desktop.page, CARLA.name);
  for (const device of [anna, desktop]) {
    const draft = conversations(device.page).getByRole('listitem').filter({ hasText: 'And I bring' });
    await expect(draft).toContainText('Draft');
    await draft.getByRole('button').first().click();
    await expect(messageField(device.page)).toHaveValue('And I bring');
  }
});

test('In Dutch, in the dark, in a narrow window', async ({ world }) => {
  const cloud = await world.cloud();
  const { page } = await world.device('Anna', cloud);
  const bob = await world.device('Bob', cloud);
  await createAccount(page, ANNA);
  await createAccount(bob.page, BOB);
  await startConversation(page, BOB.handle);
  await send(page, 'Goedemorgen!');

  const settings = await openSettings(page);
  await settings.getByRole('tab', { name: 'Appearance' }).click();
  await settings.getByLabel('Dark').click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  const [red = 255] = (await page.evaluate(() => getComputedStyle(document.body).backgroundColor))
    .match(/\d+/g)!
    .map(Number);
  expect(red).toBeLessThan(60);
  await settings.getByRole('tab', { name: 'Language' }).click();
  await settings.getByLabel('Nederlands').click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'nl');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Nieuw bericht', exact: true })).toBeVisible();
  // It stays so after a restart of the window.
  await page.reload();
  await expect(page.getByRole('button', { name: 'Nieuw bericht', exact: true })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');

  // One column at a time, and nothing wider than the window.
  await page.setViewportSize({ width: 380, height: 640 });
  const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
  const list = page.getByRole('listitem', { name: BOB.name, exact: true });
  const log = page.getByRole('region', { name: 'Gespreksverloop', exact: true });
  for (let round = 0; round < 2; round++) {
    await expect(log.getByText('Goedemorgen!')).toBeVisible();
    await expect(list).toBeHidden();
    expect(await fits()).toBe(true);
    await page.getByRole('button', { name: 'Terug naar de gesprekken' }).click();
    await expect(list).toBeVisible();
    await expect(log).toBeHidden();
    expect(await fits()).toBe(true);
    if (round === 0) await list.getByRole('button').first().click();
  }
  await page.getByRole('button', { name: 'Instellingen', exact: true }).click();
  await expect(page.getByRole('dialog', { name: 'Instellingen' })).toBeVisible();
  for (const tab of await page.getByRole('tab').all()) {
    await tab.click();
    expect(await fits(), await tab.innerText()).toBe(true);
  }
});
