/** A message that does not reach somebody is so on all devices of the account, and any of them can try again. */
import { expect, test } from '../harness/fixtures.ts';
import { lyingCloud } from '../harness/lying-cloud.ts';
import {
  ANNA,
  BOB,
  conversation,
  expectMessage,
  meet,
  message,
  openConversation,
  send,
  signIn,
  transcript,
} from '../harness/people.ts';

test('His mailbox is full: both devices say so, also when he has read a later one, and the other device delivers it', async ({
  world,
}, info) => {
  const cloud = await world.cloud();
  const between = await lyingCloud(cloud.origin);
  try {
    const laptop = await world.device('Laptop', { ...cloud, origin: between.origin } as typeof cloud);
    const bob = await world.device('Bob', cloud);
    await meet(laptop.page, bob.page, 'Hello Bob.');
    const desktop = await world.device('Desktop', cloud);
    await signIn(desktop.page, ANNA, 'Desktop');
    await openConversation(desktop.page, BOB.name);
    await expectMessage(desktop.page, 'Hello Bob.');

    between.full = true;
    await send(laptop.page, 'Did you get this?');
    for (const { page } of [laptop, desktop]) {
      await expect(transcript(page)).toContainText('Not Delivered');
      await expect(transcript(page)).toContainText('Their mailbox is full.');
    }
    await expect(conversation(desktop.page, BOB.name)).toContainText('Not delivered');
    await desktop.page.screenshot({ path: info.outputPath('not-delivered.png') });
    await expect(transcript(desktop.page).getByRole('button', { name: 'Discard' })).toHaveCount(0);

    between.full = false;
    await send(laptop.page, 'Another one.');
    await expectMessage(bob.page, 'Another one.');
    await expect(transcript(desktop.page)).toContainText('Read');
    await expect(transcript(desktop.page)).toContainText('Not Delivered');
    // What was left to deliver is given up on the device that sent it: it has reached nobody all the same.
    await transcript(laptop.page).getByRole('button', { name: 'Discard' }).click();
    await expect(transcript(laptop.page).getByRole('button', { name: 'Discard' })).toHaveCount(0);
    await expect(transcript(laptop.page)).toContainText('Not Delivered');
    await expect(message(bob.page, 'Did you get this?')).toHaveCount(0);

    await transcript(desktop.page).getByRole('button', { name: 'Try Again' }).click();
    await expectMessage(bob.page, 'Did you get this?');
    for (const { page } of [laptop, desktop])
      await expect(transcript(page)).not.toContainText('Not Delivered');
    await expect(bob.page.getByRole('region', { name: 'Notices' })).toHaveCount(0);
    await desktop.page.screenshot({ path: info.outputPath('delivered.png') });
  } finally {
    await between.close();
  }
});
