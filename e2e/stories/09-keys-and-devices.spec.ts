/** What a person can lose: the password, a device, the only device. The history is there again, and only for them. */
import { connectDevice } from '../../build/device-client.ts';
import { expect, test } from '../harness/fixtures.ts';
import {
  ANNA,
  BOB,
  conversation,
  createAccount,
  expectMessage,
  meet,
  message,
  openConversation,
  openSettings,
  send,
  signIn,
  startConversation,
  tryToSignIn,
} from '../harness/people.ts';

const KEYS = { timeout: 60_000 };

test('A lost password: 24 words and a new one bring the history back; the old one opens nothing', async ({
  world,
}) => {
  const cloud = await world.cloud();
  const laptop = await world.device('Laptop', cloud);
  const bob = await world.device('Bob', cloud);
  const words = await createAccount(laptop.page, ANNA);
  await createAccount(bob.page, BOB);
  await startConversation(laptop.page, BOB.handle);
  await send(laptop.page, 'Written before the password was lost.');
  await expect(conversation(bob.page, ANNA.name)).toBeVisible();

  const next = { ...ANNA, password: 'nine umbrellas under a quiet bridge' };
  const { page } = await world.device('New computer', cloud);
  await page.getByRole('button', { name: 'Sign In', exact: true }).click();
  await page.getByRole('button', { name: 'I lost my password' }).click();
  await page.getByLabel('Handle', { exact: true }).fill(ANNA.handle);
  // With one word exchanged for another of the list: refused in words, nothing is set.
  const wrong = [...words.slice(0, 23), words[23] === 'zoo' ? 'abandon' : 'zoo'];
  await page.getByLabel('Recovery key').fill(wrong.join(' '));
  await page.getByLabel('New password', { exact: true }).fill(next.password);
  await page.getByRole('button', { name: 'Sign In', exact: true }).click();
  await expect(page.getByRole('alert')).toBeVisible(KEYS);
  await page.getByLabel('Recovery key').fill(words.join('\n').toUpperCase());
  await page.getByRole('button', { name: 'Sign In', exact: true }).click();
  await expect(page.getByRole('button', { name: 'New Message', exact: true })).toBeVisible(KEYS);
  await openConversation(page, BOB.name);
  await expectMessage(page, 'Written before the password was lost.');
  await send(page, 'I am back.');
  await openConversation(bob.page, ANNA.name);
  await expectMessage(bob.page, 'I am back.');

  const third = await world.device('Third', cloud);
  await tryToSignIn(third.page, ANNA);
  await expect(third.page.getByRole('alert')).toHaveText('The handle or the password is not right.', KEYS);
  await third.page.reload();
  await signIn(third.page, next);
  await openConversation(third.page, BOB.name);
  await expectMessage(third.page, 'I am back.');
});

test('A device that is removed says so and gets nothing new', async ({ world }) => {
  const cloud = await world.cloud();
  const laptop = await world.device('Laptop', cloud);
  const bob = await world.device('Bob', cloud);
  await createAccount(laptop.page, ANNA);
  await createAccount(bob.page, BOB);
  await startConversation(laptop.page, BOB.handle);
  await send(laptop.page, 'For both devices.');
  const phone = await world.device('Phone', cloud);
  await signIn(phone.page, ANNA, 'Old phone');
  await openConversation(phone.page, BOB.name);
  await expectMessage(phone.page, 'For both devices.');

  const settings = await openSettings(laptop.page);
  await settings.getByRole('tab', { name: 'Devices' }).click();
  await settings.getByRole('button', { name: 'Remove Old phone…' }).click();
  const warning = laptop.page.getByRole('alertdialog');
  await expect(warning).toContainText('Old phone');
  await warning.getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(warning).toBeHidden(KEYS);
  await expect(settings.getByRole('listitem', { name: 'Old phone' })).toBeHidden();
  await laptop.page.keyboard.press('Escape');

  await expect(phone.page.getByRole('heading', { level: 1 })).toHaveText('This device was removed');
  await expect(message(phone.page, 'For both devices.')).toBeHidden();
  await openConversation(bob.page, ANNA.name);
  await send(bob.page, 'After the phone was removed.');
  await expectMessage(laptop.page, 'After the phone was removed.');
  // Also after a restart, and also for somebody who asks its local API.
  await phone.stop();
  await phone.start();
  await phone.open();
  await expect(phone.page.getByRole('heading', { level: 1 })).toHaveText('This device was removed');
  const client = await connectDevice(phone.address);
  await expect(client.conversations.list.query()).rejects.toThrow();
  await send(laptop.page, 'Bob is still reached.');
  await expectMessage(bob.page, 'Bob is still reached.');
});

test('A message that waited while the only device died is read on the next one', async ({ world }) => {
  const cloud = await world.cloud();
  const laptop = await world.device('Laptop', cloud);
  const bob = await world.device('Bob', cloud);
  await meet(laptop.page, bob.page, 'Before.');
  await laptop.kill();
  await laptop.close();

  await send(bob.page, 'While it lay in the canal.');
  await send(bob.page, 'And one more.');
  await expect(bob.page.locator('[data-state="waiting"], [data-state="sending"]')).toHaveCount(0);
  const desktop = await world.device('Desktop', cloud);
  await signIn(desktop.page, ANNA, 'Desktop');
  await openConversation(desktop.page, BOB.name);
  for (const text of ['Before.', 'While it lay in the canal.', 'And one more.'])
    await expectMessage(desktop.page, text);
  await send(desktop.page, 'Read it all here.');
  await expectMessage(bob.page, 'Read it all here.');
});
