/** Several messages at once, Undo, all of Recently Deleted, and deletes that cross with what is on its way: on three devices of one person. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { root } from '../../build/node24.mjs';
import { expectNothingSerious } from '../harness/axe.ts';
import { everythingOn } from '../harness/compare.ts';
import { type Device, expect, test, type World } from '../harness/fixtures.ts';
import {
  ANNA,
  BOB,
  confirm,
  conversation,
  createAccount,
  deleteMessage,
  expectMessage,
  meet,
  message,
  messageField,
  openConversation,
  openRecentlyDeleted,
  send,
  signIn,
  startConversation,
  switchOff,
  transcript,
} from '../harness/people.ts';
import { turnWheel } from '../harness/wheel.ts';

const undoButton = (page: Page) => page.getByRole('button', { name: 'Undo', exact: true });
const bar = (page: Page) => page.getByRole('toolbar', { name: 'Selected messages' });
const boxOf = (page: Page, text: string) =>
  transcript(page).getByRole('checkbox', { name: new RegExp(`: ${text}$`) });

async function beginSelecting(page: Page, text: string): Promise<void> {
  await message(page, text).click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Select Messages…', exact: true }).click();
  await expect(boxOf(page, text)).toBeChecked();
  await expect(boxOf(page, text)).toBeFocused();
}

/** Anna with a laptop and a desktop that take part, a Mac mini that does not, and Bob. All have these messages. */
async function three(world: World, texts: string[]) {
  const cloud = await world.cloud();
  const laptop = await world.device('Laptop', cloud);
  const bob = await world.device('Bob', cloud);
  await createAccount(laptop.page, ANNA);
  await createAccount(bob.page, BOB);
  await startConversation(laptop.page, BOB.handle);
  for (const text of texts) await send(laptop.page, text);
  const desktop = await world.device('Desktop', cloud);
  await signIn(desktop.page, ANNA, 'Desktop');
  const mini = await world.device('Mac mini', cloud);
  await signIn(mini.page, ANNA, 'Mac mini');
  for (const device of [desktop, mini]) {
    await openConversation(device.page, BOB.name);
    for (const text of texts) await expectMessage(device.page, text);
  }
  await switchOff(mini.page);
  await openConversation(bob.page, ANNA.name);
  for (const text of texts) await expectMessage(bob.page, text);
  return { cloud, laptop, desktop, mini, bob };
}

async function shows(devices: Device[], texts: string[], timeout = 15_000): Promise<void> {
  for (const { page } of devices) {
    await expect
      .poll(async () => (await transcript(page).locator('.message-text').allInnerTexts()).sort(), { timeout })
      .toEqual([...texts].sort());
  }
}

test('UI-100 several messages: chosen by mouse and by keys, deleted where the switch is on, and back with Undo', async ({
  world,
}) => {
  const all = ['One.', 'Two.', 'Three.', 'Four.', 'Five.', 'Six.'];
  const { laptop, desktop, mini, bob } = await three(world, all);
  const { page } = laptop;
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);

  await beginSelecting(page, 'Two.');
  await expectNothingSerious(page, 'choosing messages');
  await message(page, 'Four.').click({ modifiers: ['Shift'] });
  await expect(bar(page).getByText('3 selected')).toBeVisible();
  await message(page, 'Three.').click();
  await expect(bar(page).getByText('2 selected')).toBeVisible();
  await bar(page).getByRole('button', { name: 'Copy', exact: true }).click();
  await expect
    .poll(() => page.evaluate(() => navigator.clipboard.readText()))
    .toMatch(/^\[.+\] You: Two\.\n\[.+\] You: Four\.$/);
  await page.keyboard.press('Escape');
  await expect(bar(page)).toBeHidden();
  await expect(messageField(page)).toBeVisible();

  // By keys alone: from the last message up, a range, one more, and all.
  await page.keyboard.press('Alt+2');
  await page.keyboard.press('End');
  await page.keyboard.press('Shift+F10');
  await page.getByRole('menuitem', { name: 'Select Messages…', exact: true }).press('Enter');
  await expect(boxOf(page, 'Six\\.')).toBeFocused();
  await page.keyboard.press('Shift+ArrowUp');
  await expect(bar(page).getByText('2 selected')).toBeVisible();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Space');
  await expect(boxOf(page, 'Three\\.')).toBeChecked();
  await page.keyboard.press('Control+a');
  await expect(bar(page).getByText('6 selected')).toBeVisible();
  await page.keyboard.press('Space');
  await expect(bar(page).getByText('5 selected')).toBeVisible();

  await page.keyboard.press('Delete');
  const warning = page.getByRole('alertdialog');
  await expect(warning).toContainText('Delete 5 messages?');
  await expect(warning.getByRole('button', { name: 'Cancel', exact: true })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(warning).toBeHidden();
  await expect(bar(page)).toBeVisible();
  await bar(page).getByRole('button', { name: 'Delete…', exact: true }).click();
  const said = await confirm(page, 'Delete');
  expect(said).toContain('from all 2 of your devices where Messages in iCloud is on.');
  expect(said).toContain('Kept on Mac mini, where Messages in iCloud is off.');
  expect(said).toContain('The people you wrote with keep theirs.');
  await shows([laptop, desktop], ['Three.']);
  await shows([mini, bob], all);
  await expect(page.getByText('5 messages deleted.')).toBeVisible();
  await expectNothingSerious(page, 'Undo');
  await expect(bar(page)).toBeHidden();
  // The focus stays where it was deleted.
  await expect(transcript(page).getByRole('article')).toBeFocused();

  // Not in a field that takes text; everywhere else.
  await messageField(page).fill('abc');
  await page.keyboard.press('Control+z');
  await expect(undoButton(page)).toBeVisible();
  await messageField(page).fill('');
  await page.keyboard.press('Alt+2');
  await page.keyboard.press('Control+z');
  await shows([laptop, desktop, mini, bob], all);
  await expect(undoButton(page)).toBeHidden();
  await expect(page.getByText('5 messages are back.')).toBeVisible();

  // With the switch off: this device alone, and Undo as well.
  const there = await deleteMessage(mini.page, 'Six.');
  expect(there).toMatch(/from this device only\. It stays on .+ and Desktop and in iCloud\./);
  await expectMessage(mini.page, 'Six.', 0);
  await undoButton(mini.page).click();
  await shows([laptop, desktop, mini], all);
  await expect.poll(() => everythingOn(laptop.address)).toEqual(await everythingOn(desktop.address));
});

test('UI-102 a conversation and its draft come back with Undo, for as long as one points at it; then it is over', async ({
  world,
}) => {
  const { laptop, desktop, bob } = await three(world, ['One.', 'Two.']);
  const { page } = laptop;
  await messageField(page).fill('Half a thought');
  const deleteConversation = async (): Promise<void> => {
    await conversation(page, BOB.name).getByRole('button').first().click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Delete…', exact: true }).click();
    expect(await confirm(page, 'Delete')).toContain(
      `Delete the conversation with ${BOB.name} and its 2 messages?`,
    );
    for (const device of [laptop, desktop]) await expect(conversation(device.page, BOB.name)).toHaveCount(0);
  };
  await deleteConversation();
  await undoButton(page).hover();
  await page.waitForTimeout(12_000);
  await undoButton(page).click();
  // It opens again, as it was.
  await shows([laptop], ['One.', 'Two.']);
  await expect(messageField(page)).toHaveValue('Half a thought');
  await openConversation(desktop.page, BOB.name);
  await shows([desktop], ['One.', 'Two.']);
  await expect(messageField(desktop.page)).toHaveValue('Half a thought');

  await deleteConversation();
  await page.mouse.move(10, 10);
  await expect(undoButton(page)).toBeHidden({ timeout: 14_000 });
  await shows([bob], ['One.', 'Two.']);
  const list = await openRecentlyDeleted(desktop.page);
  await expect(list.getByText('Two.')).toBeVisible();
});

test('UI-104 all of 1,250 deleted messages can be reached, recovered at once and deleted at once', async ({
  world,
}) => {
  const cloud = await world.cloud();
  const anna = await world.device('Anna', cloud);
  const bob = await world.device('Bob', cloud);
  await meet(anna.page, bob.page, 'The newest of all');
  await anna.stop();
  execFileSync(process.execPath, [join(root, 'e2e/harness/import-history.ts'), anna.folder, '1249']);
  await anna.start();
  const page = await anna.open();
  await openConversation(page, BOB.name);
  await beginSelecting(page, 'The newest of all');
  await page.keyboard.press('Control+a');
  await expect(bar(page).getByText('1,250 selected')).toBeVisible();
  await bar(page).getByRole('button', { name: 'Delete…', exact: true }).click();
  expect(await confirm(page, 'Delete')).toContain('Delete 1,250 messages?');
  await expect(transcript(page).getByRole('article')).toHaveCount(0);

  const list = await openRecentlyDeleted(page);
  await expect(list.getByText('1,250 messages')).toBeVisible();
  // The oldest of all is the last row: reached by scrolling, and chosen.
  const oldest = list.getByRole('listitem').filter({ hasText: /(?<!\d)1\. / });
  await list.hover();
  await expect
    .poll(
      async () => {
        await turnWheel(list, 6000);
        return oldest.count();
      },
      { timeout: 60_000, intervals: [150] },
    )
    .toBeGreaterThan(0);
  await oldest.getByRole('checkbox').first().click();
  await page.getByRole('button', { name: 'Recover', exact: true }).click();
  await expect(page.getByText('1 message is back in its conversation.')).toBeVisible();
  await expect(oldest).toHaveCount(0);
  await page.getByRole('button', { name: 'Select All', exact: true }).click();
  await expect(page.getByText('1,249 selected')).toBeVisible();
  await page.getByRole('button', { name: 'Recover All', exact: true }).click();
  await expect(list.getByText('Nothing was deleted lately')).toBeVisible();
  await openConversation(page, BOB.name);
  await expectMessage(page, 'The newest of all');

  await conversation(page, BOB.name).getByRole('button').first().click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Delete…', exact: true }).click();
  expect(await confirm(page, 'Delete')).toContain('1,250 messages');
  await openRecentlyDeleted(page);
  await page.getByRole('button', { name: 'Delete All', exact: true }).click();
  const warning = page.getByRole('alertdialog');
  await expect(warning).toContainText('Delete all 1,250 messages in Recently Deleted for good?');
  await expectNothingSerious(page, 'Delete All');
  await page.keyboard.press('Enter');
  await expect(warning).toBeHidden();
  await page.getByRole('button', { name: 'Delete All', exact: true }).click();
  expect(await confirm(page, 'Delete All')).toContain('This cannot be undone.');
  await expect(list.getByText('Nothing was deleted lately')).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText('1,250 messages deleted for good.')).toBeVisible();
  await expectMessage(bob.page, 'The newest of all');
});

test('SYN-72 deleted while it is on its way: never seen again here, and in Recently Deleted like any other', async ({
  world,
}) => {
  const { cloud, laptop, desktop, bob } = await three(world, ['One.']);
  const { page } = laptop;
  await cloud.stop();
  await send(page, 'On its way.');
  const out = transcript(page).locator('[data-state="sending"]');
  await expect(out).toHaveCount(1);
  await message(page, 'On its way.').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Delete…', exact: true }).click();
  expect(await confirm(page, 'Delete')).toContain('It is on its way and still arrives.');
  await expectMessage(page, 'On its way.', 0);
  await laptop.kill();
  await laptop.start();
  await laptop.open();
  await openConversation(page, BOB.name);
  await expectMessage(page, 'One.');
  await expectMessage(page, 'On its way.', 0);
  await cloud.start();
  await expectMessage(bob.page, 'On its way.');
  const list = await openRecentlyDeleted(page);
  await expect(list.getByText('On its way.')).toBeVisible({ timeout: 60_000 });
  await shows([desktop], ['One.']);
  await openConversation(page, BOB.name);
  await shows([laptop], ['One.']);
});

test('SYN-74 a conversation deleted while a message is on its way begins anew with that message, on both devices', async ({
  world,
}) => {
  const { cloud, laptop, desktop, mini, bob } = await three(world, ['One.']);
  await laptop.stop();
  await send(bob.page, 'Meanwhile.');
  await expectMessage(desktop.page, 'Meanwhile.');
  await cloud.stop();
  await laptop.start();
  const page = await laptop.open();
  await openConversation(page, BOB.name);
  await shows([laptop], ['One.']);
  await conversation(page, BOB.name).getByRole('button').first().click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Delete…', exact: true }).click();
  await confirm(page, 'Delete');
  await expect(conversation(page, BOB.name)).toHaveCount(0);
  await cloud.start();
  await expect(conversation(page, BOB.name)).toHaveCount(1, { timeout: 60_000 });
  await openConversation(page, BOB.name);
  // A device whose cloud was away looks again within a minute.
  await shows([laptop, desktop], ['Meanwhile.'], 90_000);
  await send(bob.page, 'After it.');
  await shows([laptop, desktop], ['Meanwhile.', 'After it.'], 90_000);
  await shows([mini, bob], ['One.', 'Meanwhile.', 'After it.'], 90_000);
});
