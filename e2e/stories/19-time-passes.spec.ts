/** Thirty days, and a year: what was deleted goes for good everywhere and never comes back; what was purged stays on the devices. */

import { recordsOf } from '../harness/cloud-file.ts';
import { everythingOn } from '../harness/compare.ts';
import { type Device, expect, test } from '../harness/fixtures.ts';
import {
  ANNA,
  BOB,
  confirm,
  deleteMessage,
  expectMessage,
  openConversation,
  openRecentlyDeleted,
  openSettings,
  send,
} from '../harness/people.ts';
import { expectEqual, expectSwitch, later, statusOf, threeDevices, untilSwitch } from '../harness/three.ts';

async function again(days: number, ...devices: Device[]): Promise<void> {
  later(days, ...devices);
  for (const device of devices) {
    await device.start();
    await device.open();
  }
}

test('Thirty days later it is gone for good, by whichever device is there; a device away for a year loses it too, and keeps what it wrote', async ({
  world,
}) => {
  const { cloud, laptop, desktop, tower, bob } = await threeDevices(
    world,
    'Stays.',
    'Deleted.',
    'Edited on the tower.',
  );
  // The tower writes without a cloud, and is away from then on.
  await cloud.stop();
  await send(tower.page, 'Written on the tower, long ago.');
  await tower.stop();
  await cloud.start();
  await deleteMessage(laptop.page, 'Deleted.');
  await expectMessage(desktop.page, 'Deleted.', 0);
  const before = recordsOf(cloud.folder).length;
  for (const program of [laptop, desktop, bob, cloud]) await program.stop();

  // A device whose own clock is a year ahead, and the cloud's is not: nothing goes.
  await cloud.start();
  await again(365, desktop);
  await expect
    .poll(async () => (await statusOf(desktop)).paused?.reason, { timeout: 30_000 })
    .toBe('clockWrong');
  const list = await openRecentlyDeleted(desktop.page);
  await expect(list.getByText('Deleted.')).toBeVisible();
  await desktop.stop();
  await cloud.stop();

  later(31, cloud);
  await cloud.start();
  await again(31, desktop);
  await expect.poll(() => recordsOf(cloud.folder).length, { timeout: 60_000 }).toBeLessThan(before);
  const empty = await openRecentlyDeleted(desktop.page);
  await expect(empty.getByText('Deleted.')).toHaveCount(0);
  await desktop.stop();
  await cloud.stop();

  later(366, cloud);
  await cloud.start();
  await again(366, laptop, desktop, tower, bob);
  for (const device of [laptop, desktop, tower])
    await expect
      .poll(
        async () =>
          [...(await everythingOn(device.address)).values()]
            .flat()
            .map(({ text }) => text)
            .sort(),
        {
          timeout: 60_000,
        },
      )
      .toEqual(['Edited on the tower.', 'Stays.', 'Written on the tower, long ago.']);
  const nothing = await openRecentlyDeleted(tower.page);
  await expect(nothing.getByText('Deleted.')).toHaveCount(0);
  // To somebody else's devices the delete never went.
  await openConversation(bob.page, ANNA.name);
  await expectMessage(bob.page, 'Deleted.');
  await expectMessage(bob.page, 'Written on the tower, long ago.');
});

test('A device that was away while iCloud was purged uploads nothing by itself: its switch goes off, all of it stays, and it says why', async ({
  world,
}) => {
  const { cloud, laptop, desktop, tower } = await threeDevices(world, 'Before.');
  await tower.stop();
  await send(laptop.page, 'While the tower was away.');
  await openSettings(laptop.page);
  await laptop.page.getByRole('button', { name: 'Manage Storage…', exact: true }).click();
  await laptop.page.getByRole('button', { name: 'Disable & Delete…', exact: true }).click();
  await confirm(laptop.page, 'Disable & Delete');
  for (const device of [laptop, desktop]) await untilSwitch(device, 'off');
  for (const program of [laptop, desktop, cloud]) await program.stop();
  const held = recordsOf(cloud.folder).length;

  later(31, cloud);
  await cloud.start();
  await expect.poll(() => recordsOf(cloud.folder).length, { timeout: 60_000 }).toBeLessThan(held);
  const left = recordsOf(cloud.folder).length;
  await again(31, tower);
  await untilSwitch(tower, 'off');
  await expectSwitch(tower.page, false, /messages in iCloud were deleted/);
  await openConversation(tower.page, BOB.name);
  await expectMessage(tower.page, 'Before.');
  await again(31, laptop);
  await expectSwitch(laptop.page, false, /messages in iCloud were deleted/);
  await expectEqual([laptop], ['Before.', 'While the tower was away.']);
  await expect.poll(async () => (await statusOf(tower)).phase).toBe('idle');
  // Devices and settings go on; no message went up.
  expect(recordsOf(cloud.folder).length).toBeLessThanOrEqual(left + 4);
});
