/**
 * `npm start`: builds what changed and starts the app. Electron where its binary is or can be fetched, else (and with
 * `--browser`) the browser host. All arguments go on to the host.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { electronBinary } from './electron.ts';
import { buildHosts } from './hosts.ts';
import { root } from './node24.mjs';
import { buildRenderer } from './renderer.ts';

const args = process.argv.slice(2);
const say = (line: string) => process.stderr.write(`${line}\n`);

if (await buildRenderer()) say('Built the window.');
if (await buildHosts()) say('Built the app.');

const electron = args.includes('--browser') ? null : await electronBinary();
if (electron !== null && 'path' in electron) {
  const child = spawn(electron.path, [root, ...args], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    say(`Electron could not be started: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code) => process.exit(code ?? 1));
} else {
  if (electron !== null)
    say(`Electron is not here (${electron.missing}); Lockstep opens in your browser instead.`);
  // In this process: what ends it ends the host, and nothing stands between the two.
  const host = join(root, 'out', 'main', 'browser.js');
  process.argv = [process.execPath, host, ...args];
  await import(pathToFileURL(host).href);
}
