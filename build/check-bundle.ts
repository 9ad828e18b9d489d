/**
 * `npm run check:bundle`: Electron's main process as it is bundled, run by Node with a stand-in for Electron's own module. The bundle's
 * workers must open the database and make the search index, and the bundle's keeper must start the bundle's cloud: an account is made on it. So
 * every path that the bundle names, and every package it leaves outside, is there.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { createTRPCClient, httpLink } from '@trpc/client';
import type { AppRouter } from '../electron/api/router.ts';
import { buildApp } from './app.ts';
import { root } from './node24.mjs';

await buildApp();

const folder = mkdtempSync(join(tmpdir(), 'lockstep-bundle-'));
Object.assign(process.env, { HOME: folder, USERPROFILE: folder, APPDATA: folder, XDG_DATA_HOME: folder });
process.argv.push('--profile', join(folder, 'profile'));

const standIn = pathToFileURL(join(root, 'build', 'electron-stand-in.mjs')).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: standIn, shortCircuit: true } : next(specifier, context),
});
type StandIn = {
  answer(request: Request): Promise<Response>;
  loaded: string[];
  errors: string[];
  quit(): Promise<number>;
};
const electron = (await import(standIn)) as StandIn;
await import(pathToFileURL(join(root, 'out', 'main', 'main.js')).href);

const must = (right: boolean, what: string): void => {
  if (!right) throw new Error(`The bundle ${what}. ${electron.errors.join(' ')}`);
};
must(electron.loaded.join() === 'app://lockstep/', 'opened no window on app://lockstep/');

const page = await electron.answer(new Request('app://lockstep/'));
must(page.status === 200 && (await page.text()).includes('<div id="root">'), 'does not serve the window');

const api = createTRPCClient<AppRouter>({
  links: [
    httpLink({
      url: 'app://lockstep/rpc',
      headers: { origin: 'app://lockstep' },
      fetch: (url, init) => electron.answer(new Request(url as string, init as RequestInit)),
    }),
  ],
});
const made = await api.session.signUp.mutate({
  cloud: { kind: 'thisComputer' },
  handle: 'bundle@example.org',
  name: 'Bundle',
  password: 'seven lanterns over the bundle quietly',
  invitation: null,
  deviceName: null,
});
must(made.kind === 'confirmRecovery', `made no account on a cloud on this computer (${made.kind})`);
// Made by its own thread, which nothing waits for.
const index = join(folder, 'profile', 'messages-search.db');
for (let left = 200; left > 0 && !existsSync(index); left -= 1) await setTimeout(100);
must(existsSync(index), 'has no thread for the search index');
must((await electron.quit()) === 0, 'does not end by itself');
rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 500 });
process.stdout.write('The bundle of the main process runs: window, workers, keeper and cloud.\n');
process.exit(0);
