/** "A cloud on this computer": it comes with the apps that use it, goes with the last of them, and keeps what it has. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { everythingOn } from '../harness/compare.ts';
import { expect, test } from '../harness/fixtures.ts';
import {
  ANNA,
  BOB,
  conversation,
  createAccount,
  expectMessage,
  openConversation,
  send,
  startConversation,
} from '../harness/people.ts';

test('Two people on the cloud on this computer: it ends with them, and all is there when they start again', async ({
  world,
}) => {
  const home = world.makeFolder('home');
  const anna = await world.deviceWithoutCloud('Anna', home);
  const bob = await world.deviceWithoutCloud('Bob', home);
  for (const [device, who] of [
    [anna, ANNA],
    [bob, BOB],
  ] as const) {
    await device.page.getByRole('button', { name: 'Create Account', exact: true }).click();
    await expect(device.page.getByRole('radio', { name: /^A cloud on this computer/ })).toBeChecked();
    await createAccount(device.page, who);
  }
  await startConversation(anna.page, BOB.handle);
  await send(anna.page, 'By way of this computer.');
  await expect(conversation(bob.page, ANNA.name)).toBeVisible();
  await openConversation(bob.page, ANNA.name);
  await expectMessage(bob.page, 'By way of this computer.');
  await send(bob.page, 'It arrived.');
  await expectMessage(anna.page, 'It arrived.');

  const port = readFileSync(join(home, 'data', 'lockstep', 'cloud', 'port'), 'utf8').trim();
  const serves = () =>
    fetch(`http://127.0.0.1:${port}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
  const cloudGone = () => expect.poll(serves, { timeout: 30_000 }).toBe(false);
  const before = await everythingOn(anna.address);
  await anna.stop();
  expect(await serves()).toBe(true); // Bob's app still uses it
  await bob.stop();
  await cloudGone();

  for (const device of [anna, bob]) {
    await device.start();
    await device.open();
  }
  await expect.poll(serves, { timeout: 30_000 }).toBe(true);
  expect(await everythingOn(anna.address)).toEqual(before);
  await openConversation(anna.page, BOB.name);
  await openConversation(bob.page, ANNA.name);
  await send(anna.page, 'And again.');
  for (const device of [anna, bob])
    for (const text of ['By way of this computer.', 'It arrived.', 'And again.'])
      await expectMessage(device.page, text);
  await Promise.all([anna.stop(), bob.stop()]);
  await cloudGone();
});
