/** Ten thousand messages in one conversation: it scrolls, keeps its place, and every script is found in it. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../../build/node24.mjs';
import { expect, test } from '../harness/fixtures.ts';
import { BOB, expectMessage, meet, message, openConversation, send, transcript } from '../harness/people.ts';
import { realTexts } from '../harness/texts.ts';
import { turnWheel } from '../harness/wheel.ts';

const COUNT = 10_000;

test('10,000 messages: bounded elements, the place is kept, search in many scripts', async ({ world }) => {
  const cloud = await world.cloud();
  const anna = await world.device('Anna', cloud);
  const bob = await world.device('Bob', cloud);
  await meet(anna.page, bob.page, 'The newest of all');
  await anna.stop();
  execFileSync(process.execPath, [join(root, 'e2e/harness/import-history.ts'), anna.folder, String(COUNT)]);
  await anna.start();
  const page = await anna.open();
  await openConversation(page, BOB.name);
  await expectMessage(page, 'The newest of all');
  const items = transcript(page).getByRole('article');

  // Upward, screen after screen: older ones come, and what is on the page stays few.
  await transcript(page).hover();
  const numberAtTop = async () =>
    Number.parseInt((await items.first().locator('.bubble').textContent()) ?? '', 10);
  let most = 0;
  for (let before = COUNT + 1; before > COUNT - 400; ) {
    // As a person does: what has just been measured may take back a row above the edge, and then one scrolls on.
    const further = async () => {
      await turnWheel(transcript(page).locator('.log-scroll'), -1200);
      return numberAtTop();
    };
    await expect.poll(further).toBeLessThan(before);
    before = await numberAtTop();
    most = Math.max(most, await items.count());
  }
  expect(most).toBeLessThan(120);

  // Reading here: what arrives meanwhile raises a number and moves nothing.
  // Rows come and go while one scrolls: where a row is, is asked without waiting for it.
  const middle = () =>
    items.evaluateAll((all) => {
      const one = all[all.length >> 1];
      return {
        id: one?.getAttribute('data-message'),
        top: Math.round(one?.getBoundingClientRect().top ?? 0),
      };
    });
  const topOf = (id: string | null | undefined) =>
    items.evaluateAll((all, wanted) => {
      const one = all.find((item) => item.getAttribute('data-message') === wanted);
      return one === undefined ? null : Math.round(one.getBoundingClientRect().top);
    }, id);
  let reading = await middle();
  const rests = async () => {
    reading = await middle();
    await page.waitForTimeout(100);
    return (await topOf(reading.id)) === reading.top;
  };
  await expect.poll(rests).toBe(true);
  for (const text of ['First news', 'Second news', 'Third news']) await send(bob.page, text);
  const down = page.getByRole('button', { name: '3 new messages', exact: true });
  await expect(down).toBeVisible();
  expect(await topOf(reading.id)).toBe(reading.top);
  await down.click();
  await expectMessage(page, 'Third news');
  await expect(message(page, 'Third news')).toBeInViewport();

  // Search: a piece of an old message in each script finds it, and leads to it.
  const texts = realTexts(COUNT);
  const search = page.getByLabel('Search', { exact: true });
  const results = page.getByRole('region', { name: 'Results' });
  for (const script of [
    'Latin',
    'Cyrillic',
    'Greek',
    'Arabic',
    'Devanagari',
    'Thai',
    'Han',
    'Hangul',
    'Georgian',
  ]) {
    const words = new RegExp(`\\p{Script=${script}}[\\p{Script=${script}}\\p{M}]{3,}`, 'u');
    const index = texts.findIndex((text) => words.test(text));
    const word = words.exec(texts[index] ?? '')?.[0] ?? '';
    expect(word, script).not.toBe('');
    await search.fill(`${index + 1} ${word}`);
    const hit = results.getByRole('button').filter({ hasText: BOB.name }).first();
    await expect(hit.getByText(word.slice(0, 4)).first(), script).toBeVisible();
    if (script !== 'Han') continue;
    await hit.click();
    await expect(transcript(page).getByText(texts[index] ?? '', { exact: true })).toBeInViewport();
  }
  await search.fill('qqqxyz');
  await expect(results).toContainText('Nothing found');
});
