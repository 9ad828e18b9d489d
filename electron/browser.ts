/**
 * The browser host's composition root: the command line, this person's places, the cloud on this computer, and the
 * signals that end it. Everything it decides is on this page. It runs as it is bundled (build/hosts.ts), in a fifth of the time that
 * finding and stripping its sources takes.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { keepWasmCode } from './device/wasm-code.ts';
import { workerThreads } from './device/worker-threads.ts';
import { keepCompiled, rememberCompiled } from './host/compile-cache.ts';
import { cloudHereFolder, defaultProfile } from './host/places.ts';

// Built, this file is out/main/browser.js, beside main.js and with the same workers, keeper and cloud under it.
const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** As far as it is known before the arguments are checked: what checks them is to come from the cache too. */
function profileFolder(argv: readonly string[]): string {
  const at = argv.findIndex((word) => word === '--profile' || word.startsWith('--profile='));
  const given = argv[at]?.split('=').slice(1).join('=') || argv[at + 1];
  return at < 0 || given === undefined ? defaultProfile() : given;
}

const argv = process.argv.slice(2);
keepWasmCode();
const threads = workerThreads(new URL('./sync/worker.js', import.meta.url));
if (!argv.includes('--help')) {
  rememberCompiled(profileFolder(argv));
  // Its thread loads while this one does.
  threads.begin();
}
const [
  { ProfileInUse },
  { startBrowserApp },
  { ArgumentError, parseBrowserArgs, USAGE },
  { createCloudHere },
] = await Promise.all([
  import('./device/profile-lock.ts'),
  import('./host/browser-app.ts'),
  import('./host/browser-args.ts'),
  import('./host/cloud-here.ts'),
]);

async function main(): Promise<void> {
  const args = parseBrowserArgs(argv);
  if (args.help) {
    console.log(USAGE);
    return;
  }
  const { version } = JSON.parse(readFileSync(beside('../../package.json'), 'utf8')) as { version: string };
  const app = await startBrowserApp({
    args,
    env: process.env,
    rendererDir: beside('../renderer'),
    threads,
    appVersion: version,
    cloudHere: createCloudHere({
      folder: cloudHereFolder(),
      cloudMain: beside('./cloud/main.js'),
      keeper: beside('./host/cloud-keeper.js'),
    }),
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
  keepCompiled();
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
