/**
 * Electron's composition root: what is real. All that it does is in `host/electron-app.ts`.
 *
 * Fuses, for packaging: RunAsNode stays on (the keeper of the cloud on this computer is a Node process of this same
 * binary), NodeOptions and inspect arguments off, cookie encryption on, asar integrity and only-load-from-asar on,
 * GrantFileProtocolExtraPrivileges off.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as electron from 'electron';
import { cloudUrl } from './api/inputs.ts';
import { keepWasmCode } from './device/wasm-code.ts';
import { workerThreads } from './device/worker-threads.ts';
import { createCloudHere } from './host/cloud-here.ts';
import { runElectronApp } from './host/electron-app.ts';
import { cloudHereFolder, defaultProfile } from './host/places.ts';

// Built, this file is out/main/main.js, with sync/worker.js, host/cloud-keeper.js and cloud/main.js under it and ../renderer next door.
const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

keepWasmCode();
// Chromium has switches of its own on the same line: what is not ours is left alone.
const { values } = parseArgs({
  args: process.argv.slice(1),
  strict: false,
  options: { profile: { type: 'string' }, cloud: { type: 'string' } },
});
const cloud = typeof values.cloud === 'string' ? cloudUrl.parse(values.cloud) : null;

await runElectronApp(electron, {
  profileDir: typeof values.profile === 'string' ? path.resolve(values.profile) : defaultProfile(),
  cloudUrl: cloud,
  rendererDir: beside('../renderer'),
  threads: workerThreads(new URL('./sync/worker.js', import.meta.url)),
  cloudHere: createCloudHere({
    folder: cloudHereFolder(),
    cloudMain: beside('./cloud/main.js'),
    keeper: beside('./host/cloud-keeper.js'),
  }),
  conditions: process.env['LOCKSTEP_CONDITIONS'],
  log: (line) => console.error(line),
});
