/** What a person sees when a device is stolen, and when a cloud offers other keys of somebody. */
import { expect, test } from '../harness/fixtures.ts';
import { lyingCloud } from '../harness/lying-cloud.ts';
import {
  ANNA,
  BOB,
  confirm,
  createAccount,
  expectMessage,
  keepRecoveryKey,
  meet,
  messageField,
  openConversation,
  openSettings,
  send,
  signIn,
  startConversation,
  transcript,
} from '../harness/people.ts';

test('A stolen device is removed with the password: new recovery words are shown and asked back, and the conversations go on', async ({
  world,
}) => {
  const cloud = await world.cloud();
  const laptop = await world.device('Laptop', cloud);
  const bob = await world.device('Bob', cloud);
  const oldWords = await createAccount(laptop.page, ANNA);
  await createAccount(bob.page, BOB);
  await startConversation(laptop.page, BOB.handle);
  await send(laptop.page, 'Before.');
  const stolen = await world.device('Stolen', cloud);
  await signIn(stolen.page, ANNA, 'Lost tablet');

  const settings = await openSettings(laptop.page);
  await settings.getByRole('tab', { name: 'Devices' }).click();
  await settings.getByRole('button', { name: 'Remove Lost tablet…' }).click();
  const warning = laptop.page.getByRole('alertdialog');
  await warning.getByRole('checkbox', { name: 'It was lost or stolen' }).check();
  await warning.getByLabel('Current password').fill(ANNA.password);
  await warning.getByRole('button', { name: 'Remove', exact: true }).click();
  const newWords = await keepRecoveryKey(laptop.page);
  expect(newWords).toHaveLength(24);
  expect(newWords).not.toEqual(oldWords);
  await expect(laptop.page.getByRole('button', { name: 'New Message', exact: true })).toBeVisible();
  await expect(stolen.page.getByRole('heading', { name: 'This device was removed' })).toBeVisible();

  // Both sides go on, and Bob is told that the keys were renewed.
  await openConversation(laptop.page, BOB.name);
  await send(laptop.page, 'After.');
  await openConversation(bob.page, ANNA.name);
  await expectMessage(bob.page, 'After.');
  await send(bob.page, 'Still me too.');
  await expectMessage(laptop.page, 'Still me too.');
  await expect(bob.page.getByRole('region', { name: 'Notices' })).toContainText('renewed their keys');
});

test('Other keys of somebody: said above the conversation, nothing sent before a decision, and what waited goes on', async ({
  world,
}) => {
  const cloud = await world.cloud();
  const between = await lyingCloud(cloud.origin);
  try {
    const anna = await world.device('Anna', { ...cloud, origin: between.origin } as typeof cloud);
    const bob = await world.device('Bob', cloud);
    await meet(anna.page, bob.page, 'Hello Bob.');

    between.lies = true;
    await startConversation(anna.page, BOB.handle);
    await messageField(anna.page).fill('Is this you?');
    await messageField(anna.page).press('Enter');
    const banner = anna.page.getByRole('alert').filter({ hasText: 'The identity of Bob has changed.' });
    await expect(banner).toBeVisible();
    await expect(transcript(anna.page)).toContainText('Not Delivered');
    await send(bob.page, 'A word from the real Bob.');
    await expect(banner).toContainText('from them wait');
    await expectMessage(anna.page, 'A word from the real Bob.', 0);

    // The cloud is honest again: deciding keeps the identity that was known, and everything that waited goes on.
    between.lies = false;
    await banner.getByRole('button', { name: 'Decide…' }).click();
    expect(await confirm(anna.page, 'Accept New Identity')).toContain('in person');
    await expect(banner).toBeHidden();
    await expectMessage(anna.page, 'A word from the real Bob.');
    await expectMessage(bob.page, 'Is this you?');
  } finally {
    await between.close();
  }
});
