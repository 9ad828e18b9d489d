/** A second device shows what the first has: all of it, the newest first, and the status line tells the truth meanwhile. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
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
  await laptop.open();
  const uploading = await watchStatus(laptop.page);
  const first = await connectDevice(laptop.address);
  await expect
    .poll(async () => (await first.sync.storage.query()).messagesInCloud, { timeout: 180_000 })
    .toBe(COUNT + 1);
  expect(counts(await uploading(), /^Uploading ([\d,]+) messages/)).not.toEqual([]);

  const desktop = await world.device('Desktop', cloud);
  await signIn(desktop.page, ANNA, 'Desktop');
  const downloading = await watchStatus(desktop.page);
  await openConversation(desktop.page, BOB.name);
  // The newest is there while the oldest is still on its way.
  await expectMessage(desktop.page, 'The newest of all');
  const second = await connectDevice(desktop.address);
  await expect
    .poll(async () => (await second.sync.storage.query()).messagesHere, { timeout: 180_000 })
    .toBe(COUNT + 1);
  await expect(status(desktop.page)).toHaveText('', { timeout: 30_000 });

  // What it said was so: a count never above what there is, and going one way.
  const said = counts(await downloading(), /^Downloading ([\d,]+) messages/);
  for (const count of said) expect(count).toBeLessThanOrEqual(COUNT + 1);
  expect(said).toEqual(said.toSorted((a, b) => b - a));

  const [here, there] = [await everythingOn(laptop.address), await everythingOn(desktop.address)];
  const texts = [...there.values()].flat().map((one) => one.text);
  expect(texts).toEqual([...realTexts(COUNT), 'The newest of all']);
  expect(there).toEqual(here);
  await expect(transcript(desktop.page)).toContainText('The newest of all');
});

type Page = Parameters<typeof status>[0];

/** Notes every text the status line shows from now on. */
async function watchStatus(page: Page): Promise<() => Promise<string[]>> {
  await expect(status(page)).toBeAttached();
  await page.evaluate(() => {
    const texts: string[] = [];
    const line = document.querySelector('[role="status"]');
    const note = () => {
      const text = line?.textContent ?? '';
      if (text !== '' && texts.at(-1) !== text) texts.push(text);
    };
    note();
    if (line !== null)
      new MutationObserver(note).observe(line, { childList: true, characterData: true, subtree: true });
    Object.assign(window, { statusTexts: texts });
  });
  return () => page.evaluate(() => (window as unknown as { statusTexts: string[] }).statusTexts);
}

function counts(texts: string[], pattern: RegExp): number[] {
  return texts
    .flatMap((text) => pattern.exec(text)?.[1] ?? [])
    .map((digits) => Number(digits.replaceAll(',', '')));
}
