/** What a person meets who mistypes, forgets, signs out or is sent away. */
import { expect, type Page } from '@playwright/test';
import { test } from '../harness/fixtures.ts';
import {
  ANNA,
  BOB,
  closeSettings,
  confirm,
  createAccount,
  expectMessage,
  messageField,
  openConversation,
  openSettings,
  send,
  signIn,
  startConversation,
  switchOff,
} from '../harness/people.ts';

const fill = async (page: Page, fields: Record<string, string>): Promise<void> => {
  for (const [name, value] of Object.entries(fields))
    await page.getByLabel(name, { exact: true }).fill(value);
};
const press = (page: Page, name: string): Promise<void> =>
  page.getByRole('button', { name, exact: true }).click();

test('every mistake at the door is said in words, and the cursor stands where it is to be mended', async ({
  world,
}) => {
  const cloud = await world.cloud();
  const anna = await world.device('Anna', cloud);
  await createAccount(anna.page, ANNA);
  const { page } = await world.device('Somebody', cloud);
  const alert = page.getByRole('alert');
  const good = {
    'Cloud address': cloud.origin,
    Name: 'Bo',
    Handle: 'bo@example.org',
    Password: BOB.password,
  };
  await press(page, 'Create Account');
  await expect(page.getByLabel('Name', { exact: true })).toBeFocused();
  const wrong: [Record<string, string>, RegExp, string][] = [
    [{ Handle: ANNA.handle }, /Somebody has this handle already/, 'Handle'],
    [{ Handle: 'bo' }, /That is not a handle/, 'Handle'],
    [{ Handle: 'not a handle' }, /That is not a handle/, 'Handle'],
    [{ Password: 'password1' }, /too easy to guess/, 'Password'],
    [{ 'Cloud address': 'ftp://cloud' }, /not the address of a cloud/, 'Cloud address'],
    [{ 'Cloud address': 'http://127.0.0.1:1' }, /cloud does not answer/, 'Cloud address'],
  ];
  for (const [mistake, says, field] of wrong) {
    await fill(page, { ...good, ...mistake });
    await press(page, 'Create Account');
    await expect(alert).toHaveText(says);
    await expect(page.getByLabel(field, { exact: true })).toBeFocused();
  }
  await press(page, 'I have an account already');
  await fill(page, { 'Cloud address': cloud.origin, Handle: ANNA.handle, Password: 'not it' });
  await press(page, 'Sign In');
  await expect(alert).toHaveText('The handle or the password is not right.');
  await press(page, 'I lost my password');
  const words = [...Array(24).keys()].map((place) => (place === 6 ? 'lanternfish' : 'abandon'));
  await fill(page, { Handle: ANNA.handle, 'Recovery key': words.join(' '), 'New password': BOB.password });
  await press(page, 'Sign In');
  await expect(alert).toContainText('Word 7, “lanternfish”');
  await cloud.stop();
  await press(page, 'Back');
  await fill(page, { Handle: ANNA.handle, Password: ANNA.password });
  await press(page, 'Sign In');
  await expect(alert).toContainText('The cloud does not answer');
});

test('signed out with the messages kept: says whose they are, and shows them to that person again', async ({
  world,
}) => {
  const cloud = await world.cloud();
  const bob = await world.device('Bob', cloud);
  await createAccount(bob.page, BOB);
  const anna = await world.device('Anna', cloud);
  const { page } = anna;
  await createAccount(page, ANNA);
  await page.getByRole('button', { name: 'New Message', exact: true }).click();
  const to = page.getByLabel('To', { exact: true });
  for (const handle of [BOB.handle, 'ghost@example.org']) {
    await to.fill(handle);
    await to.press('Enter');
  }
  await messageField(page).fill('Nobody hears this.');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('ghost@example.org');
  await press(page, 'Remove ghost@example.org');
  await messageField(page).fill('Kept.');
  await page.keyboard.press('Enter');
  await expectMessage(page, 'Kept.');

  await signOut(page, 'Keep the messages on this device');
  await expect(page.getByText(`The messages of ${ANNA.handle} are kept on this device`)).toBeVisible();
  await page.reload();
  await press(page, 'Sign In');
  await expect(page.getByLabel('Handle', { exact: true })).toHaveValue(ANNA.handle);
  await expect(page.getByLabel('Password', { exact: true })).toBeFocused();
  await signIn(page, ANNA);
  await openConversation(page, BOB.name);
  await expectMessage(page, 'Kept.');
  const settings = await openSettings(page);
  await settings.getByRole('tab', { name: 'Devices' }).click();
  await expect(settings.getByRole('list', { name: 'Devices' }).getByRole('listitem')).toHaveCount(1);
  await closeSettings(page);

  await signOut(page, 'Delete the messages from this device');
  await expect(page.getByRole('button', { name: 'Create Account', exact: true })).toBeVisible();
});

test('a device that was removed says what became of its messages, and its person may come back', async ({
  world,
}) => {
  const cloud = await world.cloud();
  const anna = await world.device('Anna', cloud);
  const mini = await world.device('Mini', cloud);
  const bob = await world.device('Bob', cloud);
  await createAccount(bob.page, BOB);
  await createAccount(anna.page, ANNA);
  await signIn(mini.page, ANNA, 'Mac mini');
  await expect(anna.page.getByText('A new device signed in to your account: Mac mini.')).toBeVisible();
  await startConversation(anna.page, BOB.handle);
  await messageField(anna.page).fill('Before.');
  await anna.page.keyboard.press('Enter');
  await openConversation(mini.page, BOB.name);
  await expectMessage(mini.page, 'Before.');

  const settings = await openSettings(anna.page);
  await settings.getByRole('tab', { name: 'Devices' }).click();
  await settings.getByRole('button', { name: 'Remove Mac mini…' }).click();
  await anna.page.getByRole('alertdialog').getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(mini.page.getByRole('heading', { name: 'This device was removed' })).toBeVisible();
  await expect(mini.page.getByText('are still here, encrypted')).toBeVisible();
  await mini.stop();
  await mini.start();
  await mini.open();
  await expect(mini.page.getByRole('heading', { name: 'This device was removed' })).toBeVisible();
  await closeSettings(anna.page);
  await send(anna.page, 'Meanwhile.');

  await press(mini.page, 'Sign In Again');
  await signIn(mini.page, ANNA, 'Mac mini');
  await openConversation(mini.page, BOB.name);
  await expectMessage(mini.page, 'Before.');
  await expectMessage(mini.page, 'Meanwhile.');
});

test('UI-91 a removed device asks what becomes of its messages, and deletes them with what only it had', async ({
  world,
}) => {
  const cloud = await world.cloud();
  const anna = await world.device('Anna', cloud);
  const mini = await world.device('Mini', cloud);
  const bob = await world.device('Bob', cloud);
  await createAccount(bob.page, BOB);
  await createAccount(anna.page, ANNA);
  await startConversation(anna.page, BOB.handle);
  await send(anna.page, 'In iCloud.');
  await signIn(mini.page, ANNA, 'Mac mini');
  await openConversation(mini.page, BOB.name);
  await expectMessage(mini.page, 'In iCloud.');
  await switchOff(mini.page);
  await send(anna.page, 'Arrives without iCloud.');
  await expectMessage(mini.page, 'Arrives without iCloud.');

  const settings = await openSettings(anna.page);
  await settings.getByRole('tab', { name: 'Devices' }).click();
  await settings.getByRole('button', { name: 'Remove Mac mini…' }).click();
  await confirm(anna.page, 'Remove');
  await expect(mini.page.getByText('There are 2 messages.')).toBeVisible();
  await press(mini.page, 'Delete from This Device…');
  const warning = mini.page.getByRole('alertdialog');
  await expect(warning).toContainText(`2 messages of ${ANNA.handle} are deleted from this device.`);
  await expect(warning).toContainText('1 of them is not in iCloud, as far as this device knows');
  await expect(warning.getByRole('button', { name: 'Cancel', exact: true })).toBeFocused();
  await confirm(mini.page, 'Delete and Lose 1 Message');
  await expect(mini.page.getByRole('button', { name: 'Create Account', exact: true })).toBeVisible();
  await mini.stop();
  await mini.start();
  await mini.open();
  await signIn(mini.page, ANNA, 'Mac mini');
  await openConversation(mini.page, BOB.name);
  for (const text of ['In iCloud.', 'Arrives without iCloud.']) await expectMessage(mini.page, text);
});

async function signOut(page: Page, how: string): Promise<void> {
  const settings = await openSettings(page);
  await settings.getByRole('tab', { name: 'Account' }).click();
  await settings.getByRole('button', { name: 'Sign Out…' }).click();
  await page.getByText(how).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Sign Out', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Sign In', exact: true })).toBeVisible();
}
