/** Every screen can be used with a screen reader and with the keyboard alone, light and dark. */
import { expectNothingSerious } from '../harness/axe.ts';
import { expect, test } from '../harness/fixtures.ts';
import {
  ANNA,
  BOB,
  cloudSwitch,
  conversation,
  createAccount,
  deleteMessage,
  expectMessage,
  message,
  openConversation,
  openRecentlyDeleted,
  openSettings,
  send,
  startConversation,
} from '../harness/people.ts';

test('axe finds nothing serious on any screen', async ({ world }) => {
  const cloud = await world.cloud();
  const { page } = await world.device('Anna', cloud);
  const bob = await world.device('Bob', cloud);
  await expectNothingSerious(page, 'welcome');
  await page.getByRole('button', { name: 'Sign In', exact: true }).click();
  await expectNothingSerious(page, 'sign in');
  await page.getByRole('button', { name: 'I lost my password' }).click();
  await expectNothingSerious(page, 'lost password');
  await page.reload();
  await createAccount(page, ANNA, (screen) => expectNothingSerious(page, screen));
  await createAccount(bob.page, BOB);
  await expectNothingSerious(page, 'no conversation yet');
  await page.getByRole('button', { name: 'New Message', exact: true }).click();
  await expectNothingSerious(page, 'new message');
  await startConversation(page, BOB.handle);
  await send(page, 'Hello, Bob. https://example.org');
  await send(page, 'This one goes.');
  await openConversation(bob.page, ANNA.name);
  await send(bob.page, 'Hello, Anna.');
  await expectMessage(page, 'Hello, Anna.');
  await expectNothingSerious(page, 'conversation');
  await message(page, 'This one goes.').click({ button: 'right' });
  await expect(page.getByRole('menuitem', { name: 'Delete…' })).toBeVisible();
  await expectNothingSerious(page, 'menu of a message');
  await page.getByRole('menuitem', { name: 'Delete…' }).click();
  await expect(page.getByRole('alertdialog')).toBeVisible();
  await expectNothingSerious(page, 'warning before a delete');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel', exact: true }).click();
  await deleteMessage(page, 'This one goes.');
  await page.getByLabel('Search', { exact: true }).fill('Hello');
  await expect(page.getByText('Hello', { exact: false }).first()).toBeVisible();
  await expectNothingSerious(page, 'search');
  await page.getByLabel('Search', { exact: true }).fill('');
  await openRecentlyDeleted(page);
  await expectNothingSerious(page, 'Recently Deleted');
  const settings = await openSettings(page);
  for (const tab of await settings.getByRole('tab').all()) {
    await tab.click();
    await expectNothingSerious(page, `Settings, ${await tab.innerText()}`);
  }
  const cancel = page.getByRole('button', { name: 'Cancel', exact: true });
  await settings.getByRole('tab', { name: 'Account' }).click();
  for (const opens of ['Change Password…', 'Sign Out…']) {
    await settings.getByRole('button', { name: opens }).click();
    await expect(cancel).toBeVisible();
    await expectNothingSerious(page, opens);
    await cancel.click();
    await expect(cancel).toBeHidden();
  }
  await settings.getByRole('tab', { name: 'Messages' }).click();
  await cloudSwitch(page).click();
  await expect(cancel).toBeVisible();
  await expectNothingSerious(page, 'before switching off');
});

test('A conversation by the keyboard alone', async ({ world }) => {
  const cloud = await world.cloud();
  const anna = await world.device('Anna', cloud);
  const bob = await world.device('Bob', cloud);
  await createAccount(anna.page, ANNA);
  await createAccount(bob.page, BOB);
  const { page } = anna;
  await page.getByRole('button', { name: 'New Message', exact: true }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('To', { exact: true })).toBeFocused();
  await page.keyboard.type(BOB.handle);
  await page.keyboard.press('Enter');
  const field = page.getByRole('textbox', { name: 'Message', exact: true });
  for (let presses = 0; presses < 8; presses++) {
    if (await field.evaluate((element) => element === document.activeElement)) break;
    await page.keyboard.press('Tab');
  }
  await expect(field).toBeFocused();
  await page.keyboard.type('Written without a mouse.');
  await page.keyboard.press('Enter');
  await expectMessage(page, 'Written without a mouse.');
  await expect(conversation(bob.page, ANNA.name)).toBeVisible();

  // Its menu, by Shift+F10; Enter does not confirm a delete, the space bar does.
  const item = page
    .getByRole('region', { name: 'Transcript' })
    .getByText('Written without a mouse.', { exact: true });
  await page.keyboard.press('Shift+Tab');
  for (let presses = 0; presses < 8; presses++) {
    if (await item.evaluate((element) => document.activeElement?.contains(element) ?? false)) break;
    await page.keyboard.press('Shift+Tab');
  }
  await page.keyboard.press('Shift+F10');
  await page.getByRole('menuitem', { name: 'Delete…' }).focus();
  await page.keyboard.press('Enter');
  const warning = page.getByRole('alertdialog');
  await expect(warning.getByRole('button', { name: 'Cancel', exact: true })).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(warning.getByRole('button', { name: 'Delete', exact: true })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(warning).toBeVisible();
  await page.keyboard.press('Space');
  await expect(warning).toBeHidden();
  await expectMessage(page, 'Written without a mouse.', 0);
});
