/** Scrolling up through the longest conversation in Chromium, without a graphics card: how long frames take. */
import { join } from 'node:path';
import { buildApp } from '../../build/app.ts';
import { launchChromium } from '../../build/launch-chromium.ts';
import { openStore } from '../../electron/store/open.ts';
import { quantile } from '../stats.ts';
import { finish, input } from '../support/child.ts';
import { KEY, pointAt } from '../support/device.ts';
import { startHost } from '../support/host.ts';

const { profile, url, messages } = input<{ profile: string; url: string; messages: number }>();
pointAt(profile, url);
const longest = placeOfLongest();
await buildApp();
const host = await startHost(profile, url);
const browser = await launchChromium();
const page = await (await browser.newContext()).newPage();
await page.goto(host.address);
const opened = performance.now();
await page
  .getByRole('navigation', { name: 'Conversations', exact: true })
  .getByRole('listitem')
  .nth(longest)
  .getByRole('button')
  .first()
  .click();
const log = page.getByRole('region', { name: 'Transcript', exact: true });
await log.waitFor();
const openMs = performance.now() - opened;
await page.waitForTimeout(1000);
await log.hover();
await page.evaluate(`{
  const frames = (window.benchFrames = []);
  let last = performance.now();
  const tick = (now) => { frames.push(now - last); last = now; requestAnimationFrame(tick); };
  requestAnimationFrame(tick);
}`);
// What is seen is counted by the numbers that the messages begin with.
let lowest = Number.MAX_SAFE_INTEGER;
let highest = 0;
const began = performance.now();
let still = 0;
for (let turn = 0; turn < 20_000 && still < 200 && performance.now() - began < 40_000; turn += 1) {
  await page.mouse.wheel(0, -1500);
  if (turn % 20 !== 19) continue;
  const text = (await log.allInnerTexts()).join('\n');
  // Three digits and more: the articles number their own parts too.
  const numbers = [...text.matchAll(/(?<!\d)(\d{3,})\. /g)].map((match) => Number(match[1]));
  const lowestNow = Math.min(...numbers, lowest);
  highest = Math.max(highest, ...numbers);
  still = lowestNow < lowest ? 0 : still + 20;
  lowest = lowestNow;
  if (lowest <= 110) break;
}
const seconds = (performance.now() - began) / 1000;
const frames = (await page.evaluate('window.benchFrames')) as number[];
await browser.close();
await host.stop();
/** Of the longest conversation in the list, from its top. */
function placeOfLongest(): number {
  const store = openStore({ path: join(profile, 'messages.db'), key: KEY, readonly: true });
  const listed = store.all<{ cid: number }>(
    'SELECT cid FROM conversation WHERE listed = 1 ORDER BY pinned DESC, activity_ms DESC, cid DESC',
  );
  const { cid } = store.get<{ cid: number }>(
    'SELECT cid FROM message WHERE shown = 1 GROUP BY cid ORDER BY count(*) DESC LIMIT 1',
  )!;
  store.close();
  return listed.findIndex((one) => one.cid === cid);
}

const over = (ms: number) => (frames.filter((frame) => frame > ms).length / frames.length) * 100;
finish({
  openMs,
  seconds,
  frames: frames.length,
  // A tenth of all messages are in this conversation: every tenth number.
  messagesPassed: Math.min(messages, Math.round((highest - lowest) / 10) + 1),
  over16Percent: over(17.5),
  over32Percent: over(34),
  p95FrameMs: quantile(frames, 0.95),
  worstFrameMs: Math.max(...frames),
});
