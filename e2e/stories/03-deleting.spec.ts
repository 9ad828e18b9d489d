/** A delete on one device is a delete everywhere, can be taken back, and ends for good when the person says so. */

import { filesWith, recordsOf } from '../harness/cloud-file.ts';
import { everythingOn } from '../harness/compare.ts';
import { expect, test } from '../harness/fixtures.ts';
import {
  ANNA,
  BOB,
  confirm,
  conversation,
  createAccount,
  deleteMessage,
  expectMessage,
  message,
  openConversation,
  openRecentlyDeleted,
  send,
  signIn,
  startConversation,
} from '../harness/people.ts';

test('Deleted on one device, recovered on the other, then gone for good on both and in the cloud', async ({
  world,
}) => {
  const cloud = await world.cloud();
  const laptop = await world.device('Laptop', cloud);
  const bob = await world.device('Bob', cloud);
  await createAccount(laptop.page, ANNA);
  await createAccount(bob.page, BOB);
  await startConversation(laptop.page, BOB.handle);
  await send(laptop.page, 'Keep this one.');
  await send(laptop.page, 'This one can go.');

  const desktop = await world.device('Desktop', cloud);
  await signIn(desktop.page, ANNA, 'Desktop');
  await openConversation(desktop.page, BOB.name);
  await expectMessage(desktop.page, 'This one can go.');

  const warning = await deleteMessage(laptop.page, 'This one can go.');
  expect(warning).toContain('2');
  await expectMessage(laptop.page, 'This one can go.', 0);
  await expectMessage(desktop.page, 'This one can go.', 0);

  for (const device of [laptop, desktop]) {
    const list = await openRecentlyDeleted(device.page);
    await expect(list.getByText('This one can go.')).toBeVisible();
  }

  // Recovered on the other.
  const there = desktop.page.getByRole('list', { name: 'Recently Deleted' });
  await there
    .getByRole('listitem')
    .filter({ hasText: 'This one can go.' })
    .getByRole('checkbox')
    .first()
    .click();
  await desktop.page.getByRole('button', { name: 'Recover', exact: true }).click();
  for (const device of [laptop, desktop]) {
    await openConversation(device.page, BOB.name);
    await expectMessage(device.page, 'This one can go.');
    await expectMessage(device.page, 'Keep this one.');
  }

  // And now for good.
  const before = recordsOf(cloud.folder);
  await deleteMessage(laptop.page, 'This one can go.');
  await expectMessage(desktop.page, 'This one can go.', 0);
  const here = await openRecentlyDeleted(laptop.page);
  await here
    .getByRole('listitem')
    .filter({ hasText: 'This one can go.' })
    .getByRole('checkbox')
    .first()
    .click();
  await laptop.page.getByRole('button', { name: 'Delete Now', exact: true }).click();
  expect(await confirm(laptop.page, 'Delete Now')).toContain('for good');
  await expect(laptop.page.getByText('This one can go.')).toBeHidden();
  const emptied = await openRecentlyDeleted(desktop.page);
  await expect(emptied.getByText('Nothing was deleted lately')).toBeVisible();
  await expect(desktop.page.getByText('This one can go.')).toBeHidden();

  // One message's ciphertext left the cloud: no bytes of it are in any of its files.
  await expect.poll(() => recordsOf(cloud.folder).length).toBe(before.length - 1);
  await cloud.stop();
  const after = recordsOf(cloud.folder);
  const gone = before.filter((one) => !after.some((other) => other.id.equals(one.id)));
  expect(gone).toHaveLength(1);
  const ciphertext = gone[0]?.ciphertext ?? Buffer.of();
  expect(filesWith(cloud.folder, ciphertext.subarray(0, 48))).toEqual([]);
  await openConversation(laptop.page, BOB.name);
  await expect(message(laptop.page, 'Keep this one.')).toBeVisible();
});

test('A whole conversation deleted on one device is gone from both, and Recover brings it back on both', async ({
  world,
}) => {
  const cloud = await world.cloud();
  const laptop = await world.device('Laptop', cloud);
  const bob = await world.device('Bob', cloud);
  await createAccount(laptop.page, ANNA);
  await createAccount(bob.page, BOB);
  await startConversation(laptop.page, BOB.handle);
  const texts = ['First of three.', 'Second of three.', 'Third of three.'];
  for (const text of texts) await send(laptop.page, text);
  const desktop = await world.device('Desktop', cloud);
  await signIn(desktop.page, ANNA, 'Desktop');
  await openConversation(desktop.page, BOB.name);
  for (const text of texts) await expectMessage(desktop.page, text);

  await conversation(laptop.page, BOB.name).getByRole('button').first().click({ button: 'right' });
  await laptop.page.getByRole('menuitem', { name: 'Delete…', exact: true }).click();
  const warning = await confirm(laptop.page, 'Delete');
  expect(warning).toContain(`Delete the conversation with ${BOB.name} and its 3 messages?`);
  expect(warning).toContain('all 2 of your devices');
  expect(warning).toContain('Desktop');
  expect(warning).toContain('The people you wrote with keep theirs.');
  for (const device of [laptop, desktop]) await expect(conversation(device.page, BOB.name)).toHaveCount(0);

  // Bob's is his own.
  await openConversation(bob.page, ANNA.name);
  for (const text of texts) await expectMessage(bob.page, text);

  const list = await openRecentlyDeleted(desktop.page);
  for (const text of texts) await expect(list.getByText(text)).toBeVisible();
  await list.getByRole('checkbox', { name: `Select all of ${BOB.name}`, exact: true }).click();
  await desktop.page.getByRole('button', { name: 'Recover', exact: true }).click();
  for (const device of [laptop, desktop]) {
    await openConversation(device.page, BOB.name);
    for (const text of texts) await expectMessage(device.page, text);
  }
  await expect.poll(() => everythingOn(laptop.address)).toEqual(await everythingOn(desktop.address));
});
