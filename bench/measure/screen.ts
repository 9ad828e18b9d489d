/**
 * A change on one device until the other's window shows it, in Chromium: a draft is written here, and its text has to stand in the list of
 * conversations there, painted. The whole way: this device's worker, the cloud, the other app's worker, its local API, its window. One clock:
 * all of it is on this machine. idle, and during: while a third device takes its first sync from the same cloud.
 */

import { buildApp } from '../../build/app.ts';
import { launchChromium } from '../../build/launch-chromium.ts';
import { sodiumReady } from '../../shared/crypto/sodium.ts';
import { readAccount } from '../prepare/account.ts';
import { quantile } from '../stats.ts';
import { finish, input } from '../support/child.ts';
import { atRest, pointAt, startDevice } from '../support/device.ts';
import { startHost } from '../support/host.ts';
import { costOf } from '../support/process-cost.ts';

const given = input<{ a: string; b: string; url: string; folder: string; changes: number }>();
const { url, changes } = given;
const { handle } = readAccount(given.folder);
await sodiumReady();
await buildApp();
pointAt(given.a, url);
pointAt(given.b, url);
const writer = await startDevice(given.a);
await writer.until(atRest);
const newest = writer.store
  .sql(
    'SELECT guid FROM conversation WHERE listed = 1 ORDER BY pinned DESC, activity_ms DESC, cid DESC LIMIT 1',
  )
  .get() as { guid: Buffer };
const conversationId = newest.guid.toString('hex');

const host = await startHost(given.b, url);
const browser = await launchChromium();
const page = await (await browser.newContext()).newPage();
await page.goto(host.address);
const list = page.getByRole('navigation', { name: 'Conversations', exact: true });
await list.getByRole('listitem').first().waitFor();
// A frame after the text came to stand there it is on the screen.
await page.evaluate(`{
  const list = document.querySelector('[aria-label="Conversations"]');
  const shown = new Map();
  const asked = new Map();
  const look = () => {
    for (const [word] of list.textContent.matchAll(/benchdraft\\d+-/g)) {
      if (shown.has(word)) continue;
      shown.set(word, 0);
      requestAnimationFrame(() => setTimeout(() => {
        shown.set(word, performance.timeOrigin + performance.now());
        asked.get(word)?.(shown.get(word));
      }));
    }
  };
  new MutationObserver(look).observe(list, { subtree: true, childList: true, characterData: true });
  window.benchShown = (word) => new Promise((resolve) => {
    if (shown.get(word) > 0) resolve(shown.get(word)); else asked.set(word, resolve);
  });
}`);
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
await wait(1_500);

let drafts = 0;
async function draft(): Promise<number> {
  drafts += 1;
  const text = `benchdraft${drafts}-`;
  const began = performance.timeOrigin + performance.now();
  // In the page's own world by the debugger: the window's policy allows no script from a string.
  const seen = page.evaluate(`window.benchShown('${text}')`) as Promise<number>;
  await writer.worker.run('setDraft', { conversationId, text });
  const late = wait(60_000).then(() => Promise.reject(new Error(`${text} was not shown within a minute.`)));
  const ms = (await Promise.race([seen, late])) - began;
  await wait(100 + (drafts % 7) * 10);
  return ms;
}

const idle: number[] = [];
for (let index = 0; index < changes + 3; index += 1) idle.push(await draft());
const times = idle.slice(3);

const during: number[] = [];
const fresh = await startDevice();
await fresh.signIn(url, handle);
while (!atRest(fresh.status()!) && during.length < changes) during.push(await draft());
const cost = costOf(host.pid);
await browser.close();
await host.stop();
await fresh.stop();
await writer.worker.run('setDraft', { conversationId, text: '' });
await writer.stop();
finish({
  pinP50Ms: quantile(times, 0.5),
  pinP95Ms: quantile(times, 0.95),
  ...(during.length === 0
    ? {}
    : {
        duringP50Ms: quantile(during, 0.5),
        duringP95Ms: quantile(during, 0.95),
        duringCount: during.length,
      }),
  ...(cost === null ? {} : { hostCpuS: cost.cpuS, hostPeakMb: cost.peakMb }),
});
