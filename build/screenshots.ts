/**
 * `npm run screenshots`: the pictures of docs/images, of the real app with a small made-up history, light and dark, and its
 * settings.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { buildApp } from './app.ts';
import { type DemoDevice, DemoWorld, type Who } from './demo-world.ts';
import { launchChromium } from './launch-chromium.ts';
import { root } from './node24.mjs';

const images = join(root, 'docs', 'images');
const person = (name: string): Who => ({
  name,
  handle: `${name.toLowerCase()}@example.org`,
  password: `seven lanterns over ${name} quietly`,
});

type Line = [from: 'me' | 'other', text: string];

const BOB: Line[] = [
  ['me', 'Are you on the early ferry tomorrow?'],
  ['other', 'Yes, the 7:40. It is the only one that takes the boat trailer.'],
  ['me', 'Then I will bring coffee ☕ and the chart of the inner lead.'],
  ['other', 'And the spare line please. The old one is more knot than rope.'],
  ['other', 'Is the forecast still good? https://example.org/forecast'],
  ['me', 'Southwest 3, clearing by noon. Sunday looks even better.'],
  ['me', 'The line is in the blue bag, next to the life jackets.'],
  ['other', 'Perfect. See you on the quay!'],
];
const CARLA: Line[] = [
  ['other', 'The seedlings are ready, do you want six or eight?'],
  ['me', 'Eight! The south bed is still empty.'],
  ['other', 'I will leave them by the gate tonight'],
];
const DAAN: Line[] = [
  ['me', 'Kun jij zaterdag de sleutel meenemen?'],
  ['other', 'Doe ik. Hij ligt al in mijn tas.'],
];

async function history(
  world: DemoWorld,
  me: DemoDevice,
  other: DemoDevice,
  handle: string,
  lines: Line[],
): Promise<string> {
  // Whoever writes first starts it; a conversation of two is the same one from both sides.
  const { id } = await me.client.conversations.start.mutate({ handles: [handle] });
  if (lines[0]?.[0] === 'other')
    await other.client.conversations.start.mutate({ handles: ['anna@example.org'] });
  for (const [from, text] of lines)
    await world.say(from === 'me' ? me : other, [from === 'me' ? other : me], id, text);
  return id;
}

async function main(world: DemoWorld): Promise<void> {
  await buildApp();
  mkdirSync(images, { recursive: true });
  await world.cloud();
  const people = ['Anna', 'Bob', 'Carla', 'Daan'].map(person);
  const devices: DemoDevice[] = [];
  for (const who of people) {
    const device = await world.device(who.name);
    await world.signUp(device, who, `${who.name}'s laptop`);
    devices.push(device);
  }
  const [anna, bob, carla, daan] = devices as [DemoDevice, DemoDevice, DemoDevice, DemoDevice];
  await history(world, anna, daan, 'daan@example.org', DAAN);
  const group = await anna.client.conversations.start.mutate({
    handles: ['bob@example.org', 'carla@example.org', 'daan@example.org'],
    name: 'Regatta on Sunday',
  });
  await world.say(anna, [bob, carla, daan], group.id, 'Who takes the camera?');
  await world.say(carla, [anna, bob, daan], group.id, 'Me, and the long lens.');
  await history(world, anna, carla, 'carla@example.org', CARLA);
  const withBob = await history(world, anna, bob, 'bob@example.org', BOB);
  for (const device of [bob, anna]) await device.client.conversations.markRead.mutate({ id: withBob });
  await anna.client.conversations.setPinned.mutate({ id: group.id, pinned: true });

  const browser = await launchChromium();
  try {
    const take = async (
      name: string,
      width: number,
      colorScheme: 'light' | 'dark',
      locale: string,
      look: (page: Page) => Promise<void>,
    ) => {
      const context = await browser.newContext({
        viewport: { width, height: 720 },
        deviceScaleFactor: 2,
        colorScheme,
        locale,
      });
      const page = await context.newPage();
      await page.goto(anna.program.address);
      await look(page).catch(async (error: unknown) => {
        await page.screenshot({ path: join(root, 'out', `failed-${name}.png`) });
        throw error;
      });
      await page.waitForTimeout(500);
      await page.screenshot({ path: join(images, `${name}.png`) });
      await context.close();
    };
    const openBob = async (page: Page) => {
      await page.getByRole('listitem', { name: 'Bob', exact: true }).getByRole('button').first().click();
      await page.getByText('See you on the quay!').last().waitFor();
    };
    await take('app', 1120, 'light', 'en-US', openBob);
    await take('app-dark', 1120, 'dark', 'en-US', openBob);
    await take('settings', 1120, 'light', 'en-US', async (page) => {
      await page.getByRole('button', { name: 'Settings', exact: true }).click();
      await page.getByRole('switch', { name: 'Messages in iCloud', exact: true }).waitFor();
    });
  } finally {
    await browser.close();
  }
}

const world = new DemoWorld();
try {
  await main(world);
} finally {
  for (const problem of await world.end()) process.stderr.write(`${problem}\n`);
}
