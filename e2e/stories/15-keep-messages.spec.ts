/** Keep Messages: shortening it says what goes, from where and when; nothing goes before its day; then it goes everywhere. */
import { connectDevice } from '../../build/device-client.ts';
import { recordsOf } from '../harness/cloud-file.ts';
import { allMessages, everythingOn } from '../harness/compare.ts';
import { type Device, expect, test } from '../harness/fixtures.ts';
import {
  ANNA,
  BOB,
  CARLA,
  closeSettings,
  cloudSwitch,
  conversation,
  createAccount,
  expectMessage,
  openConversation,
  openRecentlyDeleted,
  openSettings,
  send,
  signIn,
  startConversation,
  switchOff,
} from '../harness/people.ts';
import { importHistory, later, statusOf } from '../harness/three.ts';

const DAY = 24 * 60 * 60 * 1000;
const OLD = 24;

const choice = (device: Device, name: string) => device.page.getByRole('radio', { name, exact: true });
const pending = (device: Device) => device.page.getByRole('note').filter({ hasText: 'takes effect' });
const count = async (device: Device): Promise<number> =>
  [...(await everythingOn(device.address)).values()].flat().length;

test('Shortened to 30 days on one of three devices: asked first, a day to take it back, then gone everywhere', async ({
  world,
}) => {
  const cloud = await world.cloud();
  const laptop = await world.device('Laptop', cloud);
  const bob = await world.device('Bob', cloud);
  const carla = await world.device('Carla', cloud);
  await createAccount(bob.page, BOB);
  await createAccount(carla.page, CARLA);
  await createAccount(laptop.page, ANNA);
  await startConversation(laptop.page, BOB.handle);
  await send(laptop.page, 'Written today.');
  await openConversation(bob.page, ANNA.name);
  await expectMessage(bob.page, 'Written today.');
  // Ten years of history with Carla, the newest of them months old.
  await startConversation(laptop.page, CARLA.handle);
  await importHistory(laptop, OLD);
  const desktop = await world.device('Desktop', cloud);
  await signIn(desktop.page, ANNA, 'Desktop');
  const tablet = await world.device('Tablet', cloud);
  await signIn(tablet.page, ANNA, 'Tablet');
  const anna = [laptop, desktop, tablet];
  for (const device of anna) await expect.poll(() => count(device)).toBe(OLD + 1);
  const before = recordsOf(cloud.folder).length;

  // The warning, with its numbers and both dates. Cancel is the default, and Enter does not confirm.
  await openSettings(desktop.page);
  await expect(choice(desktop, 'Forever')).toBeChecked();
  await expect(desktop.page.getByText('This counts on all your devices')).toBeVisible();
  const began = Date.now();
  await choice(desktop, '30 Days').click();
  const warning = desktop.page.getByRole('alertdialog');
  await expect(warning).toBeVisible();
  const said = await warning.innerText();
  const format = (at: number, style: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-US', style).format(at);
  expect(said).toContain('Keep messages for only 30 days?');
  expect(said).toContain(
    `${OLD} messages from before ${format(began - 29 * DAY, { dateStyle: 'long' })} will be deleted from all 3 of your devices`,
  );
  for (const name of ['Desktop', 'Tablet']) expect(said).toContain(name);
  // The minute may have turned meanwhile.
  const dates = [began, Date.now()].map((at) => format(at + DAY, { dateStyle: 'long', timeStyle: 'short' }));
  expect(dates.some((date) => said.includes(`on ${date}.`))).toBe(true);
  expect(said).toContain('They do not go through Recently Deleted');
  expect(said).toContain('The people you wrote with keep theirs.');
  await expect(warning.getByRole('button', { name: 'Cancel', exact: true })).toBeFocused();
  await desktop.page.keyboard.press('Tab');
  const confirm = warning.getByRole('button', { name: 'Delete Older Messages', exact: true });
  await expect(confirm).toBeFocused();
  await desktop.page.keyboard.press('Enter');
  await expect(warning).toBeVisible();
  await desktop.page.keyboard.press('Escape');
  await expect(warning).toBeHidden();
  await expect(choice(desktop, 'Forever')).toBeChecked();

  // Chosen, it shows on all three with its date; taken back on another, on all three as well.
  const choose = async () => {
    await choice(desktop, '30 Days').click();
    await confirm.click();
    await expect(warning).toBeHidden();
    await expect(choice(desktop, '30 Days')).toBeChecked();
  };
  await choose();
  await expect(pending(desktop)).toContainText('Until then: Forever.');
  for (const device of [laptop, tablet]) {
    await openSettings(device.page);
    await expect(choice(device, '30 Days')).toBeChecked();
    await expect(pending(device)).toBeVisible();
  }
  await pending(tablet).getByRole('button', { name: 'Undo', exact: true }).click();
  for (const device of anna) {
    await expect(choice(device, 'Forever')).toBeChecked();
    await expect(pending(device)).toBeHidden();
  }
  await choose();
  for (const device of anna) await expect(choice(device, '30 Days')).toBeChecked();
  for (const device of anna) await closeSettings(device.page);

  // Nothing goes before its day: twenty hours later, after a start, all is there.
  const everybody = [cloud, ...anna, bob, carla];
  for (const program of everybody) await program.stop();
  later(20 / 24, ...everybody);
  await cloud.start();
  for (const device of [...anna, bob, carla]) {
    await device.start();
    await device.open();
  }
  for (const device of anna) {
    await (await connectDevice(device.address)).sync.now.mutate();
    await expect.poll(async () => (await statusOf(device)).phase).toBe('idle');
    expect(await count(device)).toBe(OLD + 1);
  }
  expect(recordsOf(cloud.folder).length).toBeGreaterThanOrEqual(before);

  // A day later: the tablet is there first, and does it by itself; the others come to the same.
  for (const program of everybody) await program.stop();
  later(26 / 24, ...everybody);
  await cloud.start();
  for (const device of [tablet, laptop, desktop, bob, carla]) {
    await device.start();
    await device.open();
    if (device === tablet) await expect.poll(() => count(device), { timeout: 30_000 }).toBe(1);
  }
  for (const device of anna) {
    await expect.poll(() => count(device), { timeout: 30_000 }).toBe(1);
    await expect(conversation(device.page, CARLA.name)).toHaveCount(0);
    await expect(conversation(device.page, BOB.name)).toHaveCount(1);
    await openRecentlyDeleted(device.page);
    await expect(device.page.getByText('Nothing was deleted lately')).toBeVisible();
  }
  await expect.poll(() => recordsOf(cloud.folder).length).toBeLessThan(before - OLD + 3);
  expect(await everythingOn(tablet.address)).toEqual(await everythingOn(laptop.address));
  await openConversation(bob.page, ANNA.name);
  await expectMessage(bob.page, 'Written today.');

  // The next message starts it anew, with only what came after.
  await startConversation(tablet.page, CARLA.handle);
  await send(tablet.page, 'Hello again.');
  await openConversation(laptop.page, CARLA.name);
  await expectMessage(laptop.page, 'Hello again.');
  const client = await connectDevice(laptop.address);
  const anew = (await client.conversations.list.query()).find(({ title }) => title === CARLA.name);
  expect((await allMessages(client, anew?.id ?? '')).map(({ text }) => text)).toEqual(['Hello again.']);
});

test('With the switch off, Keep Messages is this device’s own, and begins as forever', async ({ world }) => {
  const cloud = await world.cloud();
  const laptop = await world.device('Laptop', cloud);
  const bob = await world.device('Bob', cloud);
  await createAccount(bob.page, BOB);
  await createAccount(laptop.page, ANNA);
  await startConversation(laptop.page, BOB.handle);
  await send(laptop.page, 'Kept.');
  const desktop = await world.device('Desktop', cloud);
  await signIn(desktop.page, ANNA, 'Desktop');
  await openSettings(laptop.page);
  await choice(laptop, '1 Year').click();
  await laptop.page.getByRole('button', { name: 'Delete Older Messages', exact: true }).click();
  await expect(choice(laptop, '1 Year')).toBeChecked();
  await closeSettings(laptop.page);
  await openSettings(desktop.page);
  await expect(choice(desktop, '1 Year')).toBeChecked();
  await closeSettings(desktop.page);
  await switchOff(desktop.page);
  await openSettings(desktop.page);
  await expect(cloudSwitch(desktop.page)).not.toBeChecked();
  await expect(choice(desktop, 'Forever')).toBeChecked();
  await expect(desktop.page.getByText('This counts on this device only')).toBeVisible();
  await choice(desktop, '30 Days').click();
  const warning = desktop.page.getByRole('alertdialog');
  await expect(warning).toContainText('Keep messages for only 30 days?');
  await warning.getByRole('button', { name: 'Delete Older Messages', exact: true }).click();
  await expect(choice(desktop, '30 Days')).toBeChecked();
  await openSettings(laptop.page);
  await expect(choice(laptop, '1 Year')).toBeChecked();
});
