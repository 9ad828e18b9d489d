/**
 * A change on one device until the other's window shows it, in Chromium: a draft is written here, and its text has to stand in the list of
 * conversations there, painted. The whole way: this device's worker, the cloud, the other app's worker, its local API, its window. One clock:
 * all of it is on this machine.
 */
import { launchChromium } from '../../build/launch-chromium.ts';
import { buildRenderer } from '../../build/renderer.ts';
import { sodiumReady } from '../../shared/crypto/sodium.ts';
import { readAccount } from '../prepare/account.ts';
import { quantile } from '../stats.ts';
import { finish, input } from '../support/child.ts';
import { atRest, startDevice } from '../support/device.ts';
import { startHost } from '../support/host.ts';
import { costOf } from '../support/process-cost.ts';

const { profile, url, folder, changes } = input<{
  profile: string;
  url: string;
  folder: string;
  changes: number;
}>();
await sodiumReady();
await buildRenderer();
const writer = await startDevice();
await writer.signIn(url, readAccount(folder).handle);
await writer.until(atRest);
const newest = writer.store
  .sql(
    'SELECT guid FROM conversation WHERE listed = 1 ORDER BY pinned DESC, activity_ms DESC, cid DESC LIMIT 1',
  )
  .get() as { guid: Buffer };

const host = await startHost(profile, url);
const browser = await launchChromium();
const page = await (await browser.newContext()).newPage();
await page.goto(host.address);
const list = page.getByRole('navigation', { name: 'Conversations', exact: true });
await list.getByRole('listitem').first().waitFor();
// A frame after the text came to stand there it is on the screen.
await page.evaluate(`{
  window.benchShown = {};
  const look = () => {
    for (const [, word] of document.body.innerText.matchAll(/(benchdraft\\d+)/g)) {
      if (window.benchShown[word] !== undefined) continue;
      window.benchShown[word] = 0;
      requestAnimationFrame(() => setTimeout(() => {
        window.benchShown[word] = performance.timeOrigin + performance.now();
      }));
    }
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
}`);
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
await wait(1_000);

const conversationId = newest.guid.toString('hex');
const times: number[] = [];
for (let index = 0; index < changes; index += 1) {
  const text = `benchdraft${index}`;
  const began = performance.timeOrigin + performance.now();
  await writer.worker.run('setDraft', { conversationId, text });
  const shown = (await page
    .waitForFunction(`window.benchShown['${text}'] > 0 && window.benchShown['${text}']`, null, {
      timeout: 20_000,
    })
    .then((handle) => handle.jsonValue())) as number;
  times.push(shown - began);
  await wait(100 + (index % 7) * 10);
}
const cost = costOf(host.pid);
await browser.close();
await host.stop();
await writer.stop();
finish({
  screenP50Ms: quantile(times.slice(3), 0.5),
  screenP95Ms: quantile(times.slice(3), 0.95),
  ...(cost === null ? {} : { hostCpuS: cost.cpuS, hostPeakMb: cost.peakMb }),
});
