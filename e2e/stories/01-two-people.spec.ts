/** Anna and Bob write to each other; a group of three works. */
import { expect, test } from '../harness/fixtures.ts';
import {
  ANNA,
  BOB,
  CARLA,
  conversation,
  createAccount,
  expectMessage,
  openConversation,
  send,
  startConversation,
  transcript,
} from '../harness/people.ts';

test('Anna and Bob write to each other, and see what was delivered and read', async ({ world }) => {
  const cloud = await world.cloud();
  const anna = await world.device('Anna', cloud);
  const bob = await world.device('Bob', cloud);
  await createAccount(anna.page, ANNA);
  await createAccount(bob.page, BOB);

  await startConversation(anna.page, BOB.handle);
  await send(anna.page, 'Good morning, Bob.');
  // Bob's window is open, but not this conversation: delivered, not read.
  await expect(conversation(bob.page, ANNA.name)).toBeVisible();
  await expect(transcript(anna.page).getByText('Delivered')).toBeVisible();
  await expect(transcript(anna.page).getByText('Read', { exact: true })).toBeHidden();

  await openConversation(bob.page, ANNA.name);
  await expectMessage(bob.page, 'Good morning, Bob.');
  await expect(transcript(anna.page).getByText('Read', { exact: true })).toBeVisible();

  await send(bob.page, 'Good morning! 🌞');
  await expectMessage(anna.page, 'Good morning! 🌞');
  await expect(transcript(bob.page).getByText('Read', { exact: true })).toBeVisible();
});

test('A group of three', async ({ world }) => {
  const cloud = await world.cloud();
  const [anna, bob, carla] = [
    await world.device('Anna', cloud),
    await world.device('Bob', cloud),
    await world.device('Carla', cloud),
  ];
  await createAccount(anna.page, ANNA);
  await createAccount(bob.page, BOB);
  await createAccount(carla.page, CARLA);

  await startConversation(anna.page, BOB.handle, CARLA.handle);
  await send(anna.page, 'Dinner on Friday?');
  for (const device of [bob, carla]) {
    const item = device.page.getByRole('navigation', { name: 'Conversations' }).getByRole('listitem').first();
    await item.getByRole('button').first().click();
    await expectMessage(device.page, 'Dinner on Friday?');
  }
  await send(bob.page, 'Yes, at eight.');
  await send(carla.page, 'I bring the bread.');
  for (const device of [anna, bob, carla]) {
    await expectMessage(device.page, 'Yes, at eight.');
    await expectMessage(device.page, 'I bring the bread.');
  }
});
