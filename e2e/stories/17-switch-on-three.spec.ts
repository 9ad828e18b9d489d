/** The switch "Messages in iCloud" on three devices at once: on, off, off for all, Disable & Delete, Undo; and what each says meanwhile. */
import { expect, test } from '../harness/fixtures.ts';
import {
  ANNA,
  BOB,
  closeSettings,
  cloudSwitch,
  confirm,
  deleteMessage,
  expectMessage,
  message,
  openConversation,
  openRecentlyDeleted,
  openSettings,
  send,
  status,
  switchOff,
  switchOn,
  tryToSignIn,
} from '../harness/people.ts';
import {
  expectEqual,
  expectSwitch,
  importHistory,
  statusOf,
  threeDevices,
  untilSwitch,
} from '../harness/three.ts';

test('A new device may begin with the switch off: the list says why it is empty; on, it says in numbers what comes, and cancelled half-way it is off', async ({
  world,
}) => {
  const { cloud, laptop, desktop, tower, bob } = await threeDevices(world, 'Said before.');
  await tower.stop();
  const fourth = await world.device('Fourth', cloud);
  const page = fourth.page;
  const waits = page.getByLabel('Messages in iCloud on this device');
  await page.getByRole('button', { name: 'Sign In', exact: true }).first().click();
  await waits.click();
  await tryToSignIn(page, ANNA, 'Fourth');
  await expect(page.getByText(/only what arrives from now on/i)).toBeVisible({ timeout: 60_000 });
  await openConversation(bob.page, ANNA.name);
  await send(bob.page, 'From now on.');
  await openConversation(page, BOB.name);
  await expectMessage(page, 'From now on.');
  await expectMessage(page, 'Said before.', 0);

  // A larger history on the laptop; on a metered connection the fourth stops in the middle, also after a restart. It looks at its
  // connection once a second, so this is said before the history is made, and not where the download could be over first.
  fourth.conditions('metered');
  await importHistory(laptop, 2500);
  await expect.poll(async () => (await statusOf(laptop)).phase, { timeout: 60_000 }).toBe('idle');
  const dialog = await openSettings(page);
  await cloudSwitch(page).click();
  const sheet = page.getByRole('alertdialog');
  await expect(sheet).toContainText(/2,501 (messages )?from iCloud will appear here/);
  await sheet.getByRole('button', { name: 'Turn On', exact: true }).click();
  await expect(dialog).toContainText('metered', { timeout: 30_000 });
  await fourth.kill();
  await fourth.start();
  await fourth.open();
  await expect(status(fourth.page)).toContainText('metered', { timeout: 30_000 });
  expect((await statusOf(fourth)).switch).toBe('enabling');
  // Messages come and go meanwhile.
  await openConversation(fourth.page, BOB.name);
  await send(fourth.page, 'Written meanwhile.');
  await expectMessage(bob.page, 'Written meanwhile.');
  await openSettings(fourth.page);
  await fourth.page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await expect(cloudSwitch(fourth.page)).not.toBeChecked();
  await closeSettings(fourth.page);
  fourth.conditions('none');
  await switchOn(fourth.page);
  await untilSwitch(fourth, 'on');
  const all = async (device: typeof laptop) => {
    const { everythingOn } = await import('../harness/compare.ts');
    return [...(await everythingOn(device.address)).values()].flat();
  };
  await expect.poll(async () => (await all(fourth)).length, { timeout: 60_000 }).toBe(2503);
  expect(await all(fourth)).toEqual(await all(desktop));
});

test('Off for all devices: each does the same when it next connects, and says on which it was asked; what is only in iCloud comes down first', async ({
  world,
}) => {
  const { laptop, desktop, tower } = await threeDevices(world, 'Before.');
  await tower.stop();
  await send(laptop.page, 'While the tower was away.');
  await expectMessage(desktop.page, 'While the tower was away.');
  await openSettings(laptop.page);
  await cloudSwitch(laptop.page).click();
  const sheet = laptop.page.getByRole('alertdialog');
  await expect(sheet.getByRole('button', { name: 'Cancel', exact: true })).toBeFocused();
  await expect(sheet).toContainText('Desktop');
  await sheet.getByRole('button', { name: 'Turn Off for All Devices', exact: true }).click();
  await expect(cloudSwitch(laptop.page)).not.toBeChecked({ timeout: 30_000 });
  await closeSettings(laptop.page);
  await expectSwitch(desktop.page, false, /turned off for all devices, on Laptop/);
  await tower.start();
  await tower.open();
  await untilSwitch(tower, 'off');
  await expectSwitch(tower.page, false, /turned off for all devices, on Laptop/);
  await expectEqual([laptop, desktop, tower], ['Before.', 'While the tower was away.']);
  // Each decides anew, and those who turn it on are in step.
  await switchOn(desktop.page);
  await switchOn(tower.page);
  await deleteMessage(desktop.page, 'Before.');
  await openConversation(tower.page, BOB.name);
  await expectMessage(tower.page, 'Before.', 0);
  await expect(message(laptop.page, 'Before.')).toBeVisible();
});

test('Disable & Delete: off everywhere, every device says until when, and Undo brings it all back on every device', async ({
  world,
}) => {
  const { laptop, desktop, tower } = await threeDevices(world, 'Before.');
  await tower.stop();
  const dialog = await openSettings(laptop.page);
  await dialog.getByRole('button', { name: 'Manage Storage…', exact: true }).click();
  await laptop.page.getByRole('button', { name: 'Disable & Delete…', exact: true }).click();
  const said = await confirm(laptop.page, 'Disable & Delete');
  expect(said).toContain('Desktop');
  expect(said).toContain('30 days');
  await untilSwitch(laptop, 'off');
  await untilSwitch(desktop, 'off');
  await laptop.page.keyboard.press('Escape');
  await tower.start();
  await tower.open();
  await untilSwitch(tower, 'off');
  for (const device of [desktop, tower])
    await expectSwitch(device.page, false, /will be deleted for good on/, /chosen on Laptop/);
  // Nobody turns it on meanwhile; and everything is still here.
  await openSettings(tower.page);
  await cloudSwitch(tower.page).click({ force: true });
  await expect(cloudSwitch(tower.page)).not.toBeChecked();
  await closeAll(tower.page);
  await expectEqual([laptop, desktop, tower], ['Before.']);
  await openSettings(desktop.page);
  await desktop.page.getByRole('button', { name: 'Undo', exact: true }).click();
  for (const device of [laptop, desktop, tower]) await untilSwitch(device, 'on');
  await closeAll(desktop.page);
  await openConversation(tower.page, BOB.name);
  await send(tower.page, 'After the undo.');
  await expectEqual([laptop, desktop, tower], ['Before.', 'After the undo.']);
});

test('On again after both were off and both wrote and deleted: two questions with counts, and they end equal', async ({
  world,
}) => {
  const { laptop, desktop, tower } = await threeDevices(
    world,
    'Stays.',
    'Deleted on the laptop while off.',
    'Deleted for good elsewhere.',
  );
  await switchOff(laptop.page);
  await switchOff(desktop.page);
  await openConversation(laptop.page, BOB.name);
  await deleteMessage(laptop.page, 'Deleted on the laptop while off.');
  await send(laptop.page, 'Written on the laptop.');
  await openConversation(desktop.page, BOB.name);
  await send(desktop.page, 'Written on the desktop.');
  await deleteMessage(tower.page, 'Deleted for good elsewhere.');
  const deleted = await openRecentlyDeleted(tower.page);
  await deleted.getByText('Deleted for good elsewhere.').click();
  await tower.page.getByRole('button', { name: 'Delete Now', exact: true }).click();
  await confirm(tower.page, 'Delete Now');
  await expect(message(desktop.page, 'Deleted for good elsewhere.')).toBeVisible();

  await openSettings(laptop.page);
  await cloudSwitch(laptop.page).click();
  const sheet = laptop.page.getByRole('alertdialog');
  await expect(sheet).toContainText('You deleted 1 message here while it was off.');
  await expect(sheet).toContainText(
    '1 message that was deleted for good on another device will go from this device too.',
  );
  await sheet.getByText('Delete on all devices and in iCloud').click();
  await sheet.getByRole('button', { name: 'Turn On', exact: true }).click();
  await untilSwitch(laptop, 'on');
  await closeAll(laptop.page);
  await switchOn(desktop.page);
  await untilSwitch(desktop, 'on');
  await expectEqual(
    [laptop, desktop, tower],
    ['Stays.', 'Written on the laptop.', 'Written on the desktop.'],
  );
});

test('On battery a large upload waits and says so; held by a person it stays held, also after a restart', async ({
  world,
}) => {
  const { laptop, desktop } = await threeDevices(world, 'Before.');
  // It starts on battery: running, it looks once a second, and a part of the upload could be over before it knows.
  await laptop.stop();
  laptop.conditions('battery');
  await laptop.start();
  await laptop.open();
  await importHistory(laptop, 800);
  const line = status(laptop.page);
  await expect(line).toContainText('battery', { timeout: 30_000 });
  await expect(line).toContainText('800');
  // What is small goes on.
  await openConversation(laptop.page, BOB.name);
  await deleteMessage(laptop.page, 'Before.');
  await expectMessage(desktop.page, 'Before.', 0);
  await line.getByRole('button', { name: 'Continue Anyway', exact: true }).click();
  await expect.poll(async () => (await statusOf(laptop)).phase, { timeout: 60_000 }).toBe('idle');
  await expect(line).toBeEmpty();
});

async function closeAll(page: import('@playwright/test').Page): Promise<void> {
  const dialogs = page.locator('[role="dialog"], [role="alertdialog"]');
  for (let i = 0; i < 4 && (await dialogs.count()) > 0; i += 1) {
    await page.keyboard.press('Escape');
    await page.waitForTimeout(150);
  }
  await expect(dialogs).toHaveCount(0);
}
