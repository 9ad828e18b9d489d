/** Files in messages: a picture and a document go to a friend and to the own other devices, and stay there. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { filesWith } from '../harness/cloud-file.ts';
import { type Device, expect, test } from '../harness/fixtures.ts';
import {
  ANNA,
  BOB,
  confirm,
  conversation,
  createAccount,
  expectMessage,
  messageField,
  openConversation,
  openRecentlyDeleted,
  send,
  signIn,
  startConversation,
  transcript,
} from '../harness/people.ts';

const CANARY = 'kanarie-in-een-bijlage-5d1c';

/** A picture that a person would recognise, drawn by the browser. */
async function drawnPicture(page: Page): Promise<Buffer> {
  const base64 = await page.evaluate(() => {
    const canvas = document.createElement('canvas');
    canvas.width = 1200;
    canvas.height = 800;
    const context = canvas.getContext('2d')!;
    const sky = context.createLinearGradient(0, 0, 0, 800);
    sky.addColorStop(0, '#2b5f9e');
    sky.addColorStop(0.6, '#f2a65a');
    sky.addColorStop(1, '#8a3b2a');
    context.fillStyle = sky;
    context.fillRect(0, 0, 1200, 800);
    context.fillStyle = '#ffe9a8';
    context.beginPath();
    context.arc(700, 480, 90, 0, 7);
    context.fill();
    return canvas.toDataURL('image/png').split(',')[1]!;
  });
  return Buffer.from(base64, 'base64');
}

/** Like a scanned document: a few megabytes that nothing compresses, with a text in it that must not be found anywhere. */
function report(): Buffer {
  const bytes = Buffer.alloc(3_500_000);
  let state = 42;
  for (let at = 0; at < bytes.length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  bytes.write(`%PDF-1.7 ${CANARY}`, 0);
  bytes.write(CANARY, 2_000_000);
  return bytes;
}

/** A minute of a low tone, which every browser plays: long enough that it is asked for in parts. */
function tone(): Buffer {
  const rate = 44_100;
  const samples = rate * 60;
  const bytes = Buffer.alloc(44 + samples * 4);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(36 + samples * 4, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(2, 22);
  bytes.writeUInt32LE(rate, 24);
  bytes.writeUInt32LE(rate * 4, 28);
  bytes.writeUInt16LE(4, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(samples * 4, 40);
  for (let at = 0; at < samples; at += 1) {
    const value = Math.round(8_000 * Math.sin((2 * Math.PI * 110 * at) / rate));
    bytes.writeInt16LE(value, 44 + at * 4);
    bytes.writeInt16LE(value, 46 + at * 4);
  }
  return bytes;
}

const attach = (page: Page, ...files: { name: string; mimeType: string; buffer: Buffer }[]) =>
  page.getByTestId('attach-input').setInputFiles(files);
const picture = (page: Page) =>
  transcript(page).getByRole('button', { name: 'Open picture Zonsondergang.png', exact: true });
const card = (page: Page) =>
  transcript(page).getByRole('link', { name: 'Save Rapport 2026.pdf', exact: true });

async function expectDrawn(page: Page): Promise<void> {
  await expect(picture(page)).toBeVisible({ timeout: 30_000 });
  const full = picture(page).locator('.picture-full');
  await expect.poll(() => full.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(1200);
}
const filesOf = (device: Device): string[] =>
  readdirSync(join(device.folder, 'attachments')).filter((name) => name !== 'staging');

/** The picture is drawn in its own size, and the document is the same byte for byte. */
async function expectBoth(device: Device, document: Buffer): Promise<void> {
  const { page } = device;
  await expectDrawn(page);
  await expect(card(page)).toBeVisible({ timeout: 30_000 });
  const [download] = await Promise.all([page.waitForEvent('download'), card(page).click()]);
  expect(download.suggestedFilename()).toBe('Rapport 2026.pdf');
  const saved = readFileSync(await download.path());
  expect(Buffer.compare(saved, document)).toBe(0);
}

test('ATT-1 ATT-30 A picture and a document reach Bob and a new device, survive a restart, and are nowhere in the clear', async ({
  world,
}) => {
  const cloud = await world.cloud();
  const anna = await world.device('Anna', cloud);
  const bob = await world.device('Bob', cloud);
  await createAccount(anna.page, ANNA);
  await createAccount(bob.page, BOB);
  await startConversation(anna.page, BOB.handle);
  await send(anna.page, 'Two files follow');
  const document = report();
  const drawn = await drawnPicture(anna.page);

  await attach(
    anna.page,
    { name: 'Zonsondergang.png', mimeType: 'image/png', buffer: drawn },
    { name: 'Rapport 2026.pdf', mimeType: 'application/pdf', buffer: document },
    { name: 'Niet deze.txt', mimeType: 'text/plain', buffer: Buffer.from('no') },
  );
  const tray = anna.page.getByRole('list', { name: 'Files to send' });
  await expect(tray.getByRole('listitem')).toHaveCount(3);
  await tray.getByRole('button', { name: 'Remove Niet deze.txt' }).click();
  await expect(tray.getByRole('listitem')).toHaveCount(2);
  await expect(anna.page.getByRole('button', { name: 'Send', exact: true })).toBeEnabled();
  await anna.page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(tray).toBeHidden();
  await expectBoth(anna, document);

  await expect(conversation(bob.page, ANNA.name)).toContainText('2 files', { timeout: 30_000 });
  await openConversation(bob.page, ANNA.name);
  await expectBoth(bob, document);
  // Larger, and back.
  await picture(bob.page).click();
  const viewer = bob.page.getByRole('dialog', { name: 'Zonsondergang.png' });
  await expect(viewer.getByRole('img', { name: 'Zonsondergang.png' })).toBeVisible();
  // Its name stands on black, and not on the window.
  const behind = bob.page.locator('.viewer-backdrop');
  await expect(behind).toHaveCSS('background-color', 'rgba(0, 0, 0, 0.95)');
  await bob.page.keyboard.press('Escape');
  await expect(viewer).toBeHidden();

  // A new device of Anna's has them too, and the first one after it was killed.
  const second = await world.device('Second', cloud);
  await signIn(second.page, ANNA, 'Second');
  await openConversation(second.page, BOB.name);
  await expectBoth(second, document);
  await anna.kill();
  await anna.start();
  await anna.open();
  await openConversation(anna.page, BOB.name);
  await expectBoth(anna, document);

  const look = () =>
    [CANARY, 'Zonsondergang', 'Rapport 2026'].flatMap((text) => filesWith(world.folder, Buffer.from(text)));
  expect(look()).toEqual([]);
  for (const program of [anna, bob, second, cloud]) await program.kill();
  expect(look()).toEqual([]);
});

test('UI-145 ATT-5 ATT-9 What plays, and a picture that is open, stay as they are when the cloud accepts their message; a file that goes from the disk comes back', async ({
  world,
}, info) => {
  const cloud = await world.cloud();
  const anna = await world.device('Anna', cloud);
  const bob = await world.device('Bob', cloud);
  const { page } = anna;
  await createAccount(page, ANNA);
  await createAccount(bob.page, BOB);
  await startConversation(page, BOB.handle);
  await send(page, 'Listen');
  await expect(conversation(bob.page, ANNA.name)).toContainText('Listen', { timeout: 30_000 });

  await cloud.stop();
  await attach(
    page,
    { name: 'Toon.wav', mimeType: 'audio/wav', buffer: tone() },
    { name: 'Zonsondergang.png', mimeType: 'image/png', buffer: await drawnPicture(page) },
  );
  await expect(page.getByRole('button', { name: 'Send', exact: true })).toBeEnabled({ timeout: 30_000 });
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  const sent = transcript(page).locator('.message', { has: page.locator('audio') });
  await expect(sent).toHaveAttribute('data-state', /waiting|sending/);
  const waitingId = await sent.getAttribute('data-message');
  const sound = sent.locator('audio');
  await sound.evaluate(async (element) => {
    const audio = element as HTMLAudioElement;
    audio.dataset['mark'] = 'the same';
    audio.loop = true;
    audio.muted = true;
    await audio.play();
  });
  await picture(page).click();
  const viewer = page.getByRole('dialog', { name: 'Zonsondergang.png' });
  await expect(viewer.getByRole('img', { name: 'Zonsondergang.png' })).toBeVisible();

  await cloud.start();
  await expect(sent).toHaveAttribute('data-state', /sent|delivered|read/, { timeout: 90_000 });
  expect(await sent.getAttribute('data-message')).not.toBe(waitingId);
  await expect(viewer.getByRole('img', { name: 'Zonsondergang.png' })).toBeVisible();
  const plays = await sound.evaluate(async (element) => {
    const audio = element as HTMLAudioElement;
    // Somewhere that was not read yet: by the address that it began with.
    audio.currentTime = 50;
    await new Promise((resolve) => audio.addEventListener('seeked', resolve, { once: true }));
    return { mark: audio.dataset['mark'], paused: audio.paused, error: audio.error?.message ?? null };
  });
  expect(plays).toEqual({ mark: 'the same', paused: false, error: null });
  await page.screenshot({ path: info.outputPath('accepted.png') });
  await page.keyboard.press('Escape');
  await expect(viewer).toBeHidden();
  await expect(sent).toHaveCount(1);

  // Their files go from the disk: the window meets that, and draws them once they have come again.
  for (const name of filesOf(anna)) rmSync(join(anna.folder, 'attachments', name));
  await page.reload();
  await expectDrawn(page);
  await expect.poll(() => filesOf(anna).length, { timeout: 30_000 }).toBe(2);
  await page.screenshot({ path: info.outputPath('again.png') });
});

test('ATT-24 ATT-34 All attachments of a conversation are deleted with their messages on every device, come back with Undo, and leave the disks for good', async ({
  world,
}) => {
  const cloud = await world.cloud();
  const anna = await world.device('Anna', cloud);
  const bob = await world.device('Bob', cloud);
  await createAccount(anna.page, ANNA);
  await createAccount(bob.page, BOB);
  const second = await world.device('Second', cloud);
  await signIn(second.page, ANNA, 'Second');
  await startConversation(anna.page, BOB.handle);
  await send(anna.page, 'Only words');
  await attach(anna.page, {
    name: 'Zonsondergang.png',
    mimeType: 'image/png',
    buffer: await drawnPicture(anna.page),
  });
  await messageField(anna.page).fill('With a picture');
  await expect(anna.page.getByRole('button', { name: 'Remove Zonsondergang.png' })).toBeVisible();
  await expect(anna.page.getByRole('button', { name: 'Send', exact: true })).toBeEnabled();
  await anna.page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(picture(anna.page)).toBeVisible();
  await openConversation(second.page, BOB.name);
  await expect(picture(second.page)).toBeVisible({ timeout: 30_000 });
  await expect(conversation(bob.page, ANNA.name)).toContainText('With a picture', { timeout: 30_000 });

  const deleteAll = async (): Promise<string> => {
    await conversation(anna.page, BOB.name).getByRole('button').first().click({ button: 'right' });
    await anna.page.getByRole('menuitem', { name: 'Delete All Attachments…', exact: true }).click();
    return confirm(anna.page, 'Delete');
  };
  const said = await deleteAll();
  expect(said).toContain('Delete the one attachment of this conversation?');
  expect(said).toContain('One of them has a text, which goes along.');
  expect(said).toContain('all 2 of your devices');
  for (const device of [anna, second]) {
    await expect(picture(device.page)).toHaveCount(0, { timeout: 30_000 });
    await expectMessage(device.page, 'With a picture', 0);
    await expectMessage(device.page, 'Only words');
  }
  await anna.page.getByRole('button', { name: /^Undo/ }).click();
  for (const device of [anna, second]) await expect(picture(device.page)).toBeVisible({ timeout: 30_000 });
  await deleteAll();
  await expect(picture(second.page)).toHaveCount(0, { timeout: 30_000 });
  await openRecentlyDeleted(anna.page);
  await expect(anna.page.getByText('With a picture')).toBeVisible();
  await anna.page.getByRole('button', { name: 'Delete All', exact: true }).click();
  await confirm(anna.page, 'Delete All');
  for (const device of [anna, second])
    await expect.poll(() => filesOf(device), { timeout: 30_000 }).toEqual([]);
  expect(filesOf(bob)).toHaveLength(1);
});
