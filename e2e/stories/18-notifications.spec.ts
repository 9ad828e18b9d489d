/** Somebody writes while the window is not looked at. */
import { expect, test } from '../harness/fixtures.ts';
import { clickNotification, looksAway, noteNotifications, notified } from '../harness/notified.ts';
import {
  ANNA,
  BOB,
  CARLA,
  closeSettings,
  conversation,
  createAccount,
  deleteMessage,
  expectMessage,
  openConversation,
  openSettings,
  send,
  signIn,
  startConversation,
} from '../harness/people.ts';

test('Anna writes while Bob looks elsewhere: he is told, and what he is told of goes when it is read or deleted', async ({
  world,
}) => {
  const cloud = await world.cloud();
  const anna = await world.device('Anna', cloud);
  const carla = await world.device('Carla', cloud);
  const bob = await world.device('Bob', cloud);
  await createAccount(anna.page, ANNA);
  await createAccount(carla.page, CARLA);
  await noteNotifications(bob.page);
  await bob.page.reload();
  await createAccount(bob.page, BOB);
  const { page } = bob;

  // The first message: nothing is shown yet, since the browser has not been asked. It is, after a click.
  await looksAway(page, true);
  await startConversation(anna.page, BOB.handle);
  await send(anna.page, 'Hello Bob.');
  await startConversation(carla.page, BOB.handle);
  await send(carla.page, 'And from me.');
  await expect(conversation(page, CARLA.name)).toContainText('1 unread message');
  // Longer than what comes may still be followed by more.
  await page.waitForTimeout(1500);
  await page.getByRole('button', { name: 'Allow Notifications' }).click();
  await expect(page.getByRole('button', { name: 'Allow Notifications' })).toHaveCount(0);
  expect(await notified(page)).toEqual([]);

  // Told once each; the second says how many.
  await send(anna.page, 'Are you there?');
  await expect
    .poll(() => notified(page))
    .toEqual([{ title: `${ANNA.name} (2)`, body: 'Are you there?', open: true }]);
  await clickNotification(page);
  await expectMessage(page, 'Are you there?');
  await looksAway(page, false);
  await expect(conversation(page, ANNA.name)).not.toContainText('unread');
  expect((await notified(page)).map(({ open }) => open)).toEqual([false]);

  // While he looks at the window, nothing. Of a muted conversation, nothing.
  await send(anna.page, 'While you look.');
  await expectMessage(page, 'While you look.');
  await expect(conversation(page, ANNA.name)).toContainText('While you look.');
  await expect(conversation(page, ANNA.name)).not.toContainText('unread');
  await openConversation(page, CARLA.name);
  await conversation(page, CARLA.name).getByRole('button').first().click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Mute', exact: true }).click();
  await looksAway(page, true);
  await send(carla.page, 'Muted.');
  await expect(conversation(page, CARLA.name)).toContainText('Muted.');

  // Only as much as was chosen.
  const dialog = await openSettings(page);
  await dialog.getByRole('tab', { name: 'Notifications' }).click();
  await dialog.getByRole('radio', { name: 'Only that somebody wrote' }).click();
  await expect(dialog.getByRole('radio', { name: 'Only that somebody wrote' })).toBeChecked();
  await closeSettings(page);
  await send(anna.page, 'A secret.');
  await expect.poll(async () => (await notified(page)).length).toBe(2);
  expect((await notified(page)).at(-1)).toEqual({ title: 'Lockstep', body: 'New message', open: true });

  // Bob reads it on another device: it goes here.
  const second = await world.device('Bob’s desktop', cloud);
  await signIn(second.page, BOB, 'Bob’s desktop');
  await openConversation(second.page, ANNA.name);
  await expectMessage(second.page, 'A secret.');
  await expect.poll(async () => (await notified(page)).at(-1)?.open).toBe(false);
  await openConversation(second.page, CARLA.name);

  // Deleted on the other device: so it does as well.
  await send(anna.page, 'Not for long.');
  await expect.poll(async () => (await notified(page)).at(-1)).toMatchObject({ open: true });
  expect((await notified(page)).length).toBe(3);
  await openConversation(second.page, ANNA.name);
  await deleteMessage(second.page, 'Not for long.');
  await expect.poll(async () => (await notified(page)).at(-1)?.open).toBe(false);

  // None at all, and the setting is this device's own. Nobody reads it meanwhile.
  await openConversation(second.page, CARLA.name);
  await openSettings(page);
  await dialog.getByRole('tab', { name: 'Notifications' }).click();
  await dialog.getByRole('radio', { name: 'No notifications' }).click();
  await closeSettings(page);
  await openConversation(page, CARLA.name);
  await send(anna.page, 'The last one.');
  await expect(conversation(page, ANNA.name)).toContainText('1 unread message');
  await page.reload();
  await expect(conversation(page, ANNA.name)).toContainText('1 unread message');
  await openSettings(page);
  await dialog.getByRole('tab', { name: 'Notifications' }).click();
  await expect(dialog.getByRole('radio', { name: 'No notifications' })).toBeChecked();
  await openSettings(second.page);
  const other = second.page.getByRole('dialog');
  await other.getByRole('tab', { name: 'Notifications' }).click();
  await expect(other.getByRole('radio', { name: 'Who wrote, and what' })).toBeChecked();
});
