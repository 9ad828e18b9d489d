/** A second device shows what the first has: all of it, the newest first, and the status line tells the truth meanwhile. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { connectDevice } from '../../build/device-client.ts';
import { root } from '../../build/node24.mjs';
import { everythingOn } from '../harness/compare.ts';
import { expect, test } from '../harness/fixtures.ts';
import {
  ANNA,
  BOB,
  createAccount,
  expectMessage,
  openConversation,
  send,
  signIn,
  startConversation,
  status,
  transcript,
} from '../harness/people.ts';
import { realTexts } from '../harness/texts.ts';

const COUNT = 20_000;

test('The second device has the whole history, equal message by message', async ({ world }) => {
  const cloud = await world.cloud();
  const laptop = await world.device('Laptop', cloud);
  const bob = await world.device('Bob', cloud);
  await createAccount(laptop.page, ANNA);
  await createAccount(bob.page, BOB);
  await startConversation(laptop.page, BOB.handle);
  for (const text of ['One', 'Two 🌷', 'Three: שלום, 你好, नमस्ते']) await send(laptop.page, text);
  await openConversation(bob.page, ANNA.name);
  await send(bob.page, 'Four, from Bob');
  await expectMessage(laptop.page, 'Four, from Bob');

  const desktop = await world.device('Desktop', cloud);
  await signIn(desktop.page, ANNA, 'Desktop');
  await openConversation(desktop.page, BOB.name);
  await expectMessage(desktop.page, 'Four, from Bob');
  await expect.poll(() => everythingOn(desktop.address)).toEqual(await everythingOn(laptop.address));

  // And from now on: what one writes, the other shows; Bob sees Anna, whichever device she uses.
  await send(desktop.page, 'Five, from the desktop');
  await expectMessage(laptop.page, 'Five, from the desktop');
  await expectMessage(bob.page, 'Five, from the desktop');
});

test('20,000 messages in many scripts arrive whole, the newest first', async ({ world }) => {
  test.setTimeout(600_000);
  const cloud = await world.cloud();
  const laptop = await world.device('Laptop', cloud);
  const bob = await world.device('Bob', cloud);
  await createAccount(laptop.page, ANNA);
  await createAccount(bob.page, BOB);
  await startConversation(laptop.page, BOB.handle);
  await send(laptop.page, 'The newest of all');

  await laptop.stop();
  execFileSync(process.execPath, [join(root, 'e2e/harness/import-history.ts'), laptop.folder, String(COUNT)]);
  await laptop.start();
  await watch(laptop.page);
  await laptop.open();
  const first = await connectDevice(laptop.address);
  await expect
    .poll(async () => (await first.sync.storage.query()).messagesInCloud, { timeout: 180_000 })
    .toBe(COUNT + 1);
  await expect(status(laptop.page)).toHaveText('', { timeout: 30_000 });
  const uploaded = await seen(laptop.page);
  expectCountdown(counts(uploaded, /^Uploading ([\d,]+) messages/), COUNT + 1);

  const desktop = await world.device('Desktop', cloud);
  await watch(desktop.page);
  await desktop.open();
  await signIn(desktop.page, ANNA, 'Desktop');
  await openConversation(desktop.page, BOB.name);
  await expectMessage(desktop.page, 'The newest of all');
  const second = await connectDevice(desktop.address);
  await expect
    .poll(async () => (await second.sync.storage.query()).messagesHere, { timeout: 180_000 })
    .toBe(COUNT + 1);
  await expect(status(desktop.page)).toHaveText('', { timeout: 30_000 });
  const downloaded = await seen(desktop.page);
  expectCountdown(counts(downloaded, /^Downloading ([\d,]+) messages/), COUNT + 1);
  // The newest stood in the list while older ones were still on their way, and the line said so.
  expect(
    counts(
      downloaded.filter((one) => one.newest),
      /^Downloading ([\d,]+) messages/,
    ).some((count) => count > 0),
    JSON.stringify(downloaded),
  ).toBe(true);
  console.log(`Up: ${summary(uploaded)}. Down: ${summary(downloaded)}.`);

  const [here, there] = [await everythingOn(laptop.address), await everythingOn(desktop.address)];
  const texts = [...there.values()].flat().map((one) => one.text);
  expect(texts).toEqual([...realTexts(COUNT), 'The newest of all']);
  expect(there).toEqual(here);
  await expect(transcript(desktop.page)).toContainText('The newest of all');
});

/** What the status line said, at which time, and whether the newest message was in the list by then. */
type Seen = { ms: number; text: string; newest: boolean };

/** Notes what a page shows from its next load on, without missing what is there for a moment only. */
async function watch(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const seen: Seen[] = [];
    Object.assign(window, { seen });
    new MutationObserver(() => {
      const text = document.querySelector('[role="status"]')?.textContent ?? '';
      const newest = document.querySelector('nav')?.textContent?.includes('The newest of all') ?? false;
      const last = seen.at(-1);
      if (text === last?.text && newest === last.newest) return;
      seen.push({ ms: Math.round(performance.now()), text, newest });
    }).observe(document, { childList: true, characterData: true, subtree: true });
  });
}

function seen(page: Page): Promise<Seen[]> {
  return page.evaluate(() => (window as unknown as { seen: Seen[] }).seen);
}

function counts(all: Seen[], pattern: RegExp): number[] {
  return all
    .flatMap(({ text }) => pattern.exec(text)?.[1] ?? [])
    .map((digits) => Number(digits.replaceAll(',', '')));
}

/** Something was said, never more than there is, and it only went down. */
function expectCountdown(said: number[], most: number): void {
  expect(said.length).toBeGreaterThan(1);
  for (const count of said) expect(count).toBeLessThanOrEqual(most);
  expect(said).toEqual(said.toSorted((a, b) => b - a));
}

/** How long something was said, for whoever reads the log. */
function summary(all: Seen[]): string {
  const said = all.filter(({ text }) => text !== '');
  const seconds = (((all.at(-1)?.ms ?? 0) - (said[0]?.ms ?? 0)) / 1000).toFixed(1);
  return `${said.length} texts in ${seconds} s`;
}
