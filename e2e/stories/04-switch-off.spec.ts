/** With the switch off, a device keeps what it has: deletes no longer travel, new messages still arrive. On again, all are equal. */
import { everythingOn } from '../harness/compare.ts';
import { expect, test } from '../harness/fixtures.ts';
import {
  ANNA,
  BOB,
  createAccount,
  deleteMessage,
  expectMessage,
  message,
  openConversation,
  openRecentlyDeleted,
  send,
  signIn,
  startConversation,
  switchOff,
  switchOn,
} from '../harness/people.ts';

test('Switched off on the second device: a delete stays where it was made, a new message arrives on both; on again, both are equal', async ({
  world,
}) => {
  const cloud = await world.cloud();
  const laptop = await world.device('Laptop', cloud);
  const bob = await world.device('Bob', cloud);
  await createAccount(laptop.page, ANNA);
  await createAccount(bob.page, BOB);
  await startConversation(laptop.page, BOB.handle);
  await send(laptop.page, 'To be deleted on the laptop only.');
  await send(laptop.page, 'To be kept everywhere.');

  const desktop = await world.device('Desktop', cloud);
  await signIn(desktop.page, ANNA, 'Desktop');
  await openConversation(desktop.page, BOB.name);
  await expectMessage(desktop.page, 'To be deleted on the laptop only.');
  await switchOff(desktop.page);

  const warning = await deleteMessage(laptop.page, 'To be deleted on the laptop only.');
  expect(warning).toContain('Desktop');
  await expectMessage(laptop.page, 'To be deleted on the laptop only.', 0);

  await openConversation(bob.page, ANNA.name);
  await send(bob.page, 'Still there, both of you?');
  for (const device of [laptop, desktop]) await expectMessage(device.page, 'Still there, both of you?');
  // The new message came after the delete: had that travelled, it would have been here by now.
  await expect(message(desktop.page, 'To be deleted on the laptop only.')).toBeVisible();
  await expectMessage(laptop.page, 'To be deleted on the laptop only.', 0);

  // On again: nothing was deleted for good, so what the laptop deleted goes from here too and waits in Recently Deleted.
  await switchOn(desktop.page);
  await expectMessage(desktop.page, 'To be deleted on the laptop only.', 0);
  const kept = ['To be kept everywhere.', 'Still there, both of you?'];
  for (const device of [laptop, desktop]) {
    for (const text of kept) await expectMessage(device.page, text);
    await expectMessage(device.page, 'To be deleted on the laptop only.', 0);
  }
  const there = await everythingOn(desktop.address);
  expect([...there.values()].flat().map((one) => one.text)).toEqual(kept);
  expect(there).toEqual(await everythingOn(laptop.address));
  const deleted = await openRecentlyDeleted(desktop.page);
  await expect(deleted.getByText('To be deleted on the laptop only.')).toBeVisible();
});
