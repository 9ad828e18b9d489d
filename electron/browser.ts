/**
 * The browser host's composition root: the command line, this person's places, the cloud on this computer, and the
 * signals that end it. Everything it decides is on this page.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ProfileInUse } from './device/profile-lock.ts';
import { startBrowserApp } from './host/browser-app.ts';
import { ArgumentError, type BrowserArgs, parseBrowserArgs, USAGE } from './host/browser-args.ts';
import { createCloudHere } from './host/cloud-here.ts';
import { cloudHereFolder } from './host/places.ts';

const fromHere = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

async function main(): Promise<void> {
  const args: BrowserArgs = parseBrowserArgs(process.argv.slice(2));
  if (args.help) {
    console.log(USAGE);
    return;
  }
  const { version } = JSON.parse(readFileSync(fromHere('../package.json'), 'utf8')) as { version: string };
  const app = await startBrowserApp({
    args,
    env: process.env,
    rendererDir: fromHere('../out/renderer'),
    appVersion: version,
    cloudHere: createCloudHere({ folder: cloudHereFolder(), cloudMain: fromHere('../cloud/main.ts') }),
    log: (line) => console.error(line),
  });
  const end = (): void => {
    app.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  console.log(`Lockstep ready: ${app.address}`);
  if (args.open) await app.openWindow();
}

main().catch((error: unknown) => {
  if (error instanceof ArgumentError) {
    console.error(`${error.message}\n\n${USAGE}`);
    process.exit(2);
  }
  if (error instanceof ProfileInUse) {
    console.error(error.message);
    process.exit(3);
  }
  console.error(error);
  process.exit(1);
});
