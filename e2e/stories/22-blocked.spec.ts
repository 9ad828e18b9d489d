/** Somebody is not to write any more: on every device, until one of them says otherwise. */
import { expectNothingSerious } from '../harness/axe.ts';
import { expect, test } from '../harness/fixtures.ts';
import {
  ANNA,
  BOB,
  CARLA,
  closeSettings,
  confirm,
  conversation,
  createAccount,
  expectMessage,
  messageField,
  openConversation,
  openSettings,
  send,
  signIn,
  startConversation,
} from '../harness/people.ts';

test('Anna blocks Bob on one device: what he writes comes to none, alone or in a group, until she unblocks him on another', async ({
  world,
}) => {
  const cloud = await world.cloud();
  const laptop = await world.device('Laptop', cloud);
  const bob = await world.device('Bob', cloud);
  const carla = await world.device('Carla', cloud);
  await createAccount(laptop.page, ANNA);
  await createAccount(bob.page, BOB);
  await createAccount(carla.page, CARLA);
  const desktop = await world.device('Desktop', cloud);
  await signIn(desktop.page, ANNA, 'Desktop');
  await startConversation(bob.page, ANNA.handle);
  await send(bob.page, 'Before.');
  await startConversation(carla.page, ANNA.handle, BOB.handle);
  await carla.page.getByLabel('Group name').fill('Trip');
  await send(carla.page, 'All of us.');
  for (const { page } of [laptop, desktop]) {
    await openConversation(page, BOB.name);
    await expectMessage(page, 'Before.');
  }

  // By the name above the conversation; the warning says how far it reaches.
  const { page } = laptop;
  await page.getByRole('button', { name: `${BOB.name} ${BOB.handle}` }).click();
  await expect(page.getByRole('button', { name: 'Block Bob…', exact: true })).toBeVisible();
  await expectNothingSerious(page, 'people');
  await page.getByRole('button', { name: 'Block Bob…', exact: true }).click();
  await expect(page.getByRole('alertdialog')).toContainText('Bob is not told');
  await expectNothingSerious(page, 'the warning');
  const warning = await confirm(page, 'Block');
  expect(warning).toContain('none of your devices');
  expect(warning).toContain('cannot be fetched later');
  for (const device of [laptop, desktop]) {
    await expect(device.page.getByText('You blocked Bob. Nothing they write reaches you.')).toBeVisible();
    await expect(messageField(device.page)).toBeHidden();
  }

  await expectNothingSerious(page, 'blocked');

  await send(bob.page, 'Let me in.');
  await openConversation(bob.page, 'Trip');
  await send(bob.page, 'Hello you two.');
  await openConversation(carla.page, 'Trip');
  await expectMessage(carla.page, 'Hello you two.');
  await send(carla.page, 'Hello.');
  for (const device of [laptop, desktop]) {
    await openConversation(device.page, 'Trip');
    await expectMessage(device.page, 'Hello.');
    await expectMessage(device.page, 'Hello you two.', 0);
    await expect(
      device.page.getByText('You blocked Bob. Nothing they write here reaches you.'),
    ).toBeVisible();
    await expect(messageField(device.page)).toBeVisible();
    await expect(conversation(device.page, BOB.name)).toContainText('Before.');
  }

  // A new message to him is not sent, and stays as it was written.
  await startConversation(page, BOB.handle);
  await messageField(page).fill('Sorry.');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(page.getByText('You blocked Bob. Unblock them in Settings to write to them.')).toBeVisible();
  await expect(messageField(page)).toHaveValue('Sorry.');

  // Unblocked on the other device, among those who are.
  const settings = await openSettings(desktop.page);
  const list = settings.getByRole('region', { name: 'Blocked People' });
  await expect(list).toContainText(BOB.handle);
  await expectNothingSerious(desktop.page, 'the list');
  await list.getByRole('button', { name: 'Unblock Bob', exact: true }).click();
  await expect(list).toContainText('Nobody is blocked.');
  await closeSettings(desktop.page);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expectMessage(page, 'Sorry.');
  await openConversation(bob.page, ANNA.name);
  await expectMessage(bob.page, 'Sorry.');
  await send(bob.page, 'Never mind.');
  for (const device of [laptop, desktop]) {
    await openConversation(device.page, BOB.name);
    await expectMessage(device.page, 'Never mind.');
    await expectMessage(device.page, 'Let me in.', 0);
  }
});
