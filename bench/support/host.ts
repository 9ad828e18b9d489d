/** The app in its browser host, as a process of its own. Whoever starts it has built it (build/app.ts): a start is measured without that. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from './folder.ts';

export type HostProcess = { address: string; pid: number; stop(): Promise<void> };

export async function startHost(profile: string, cloudUrl: string): Promise<HostProcess> {
  const script = fileURLToPath(new URL('../../out/main/browser.js', import.meta.url));
  const home = temporaryFolder('home');
  const args = ['--browser', '--profile', profile, '--cloud', cloudUrl, '--port', '0', '--no-open'];
  // It keeps its own compiled sources in the profile.
  const { NODE_COMPILE_CACHE: _, ...environment } = process.env;
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ['ignore', 'pipe', 2],
    // Nothing of this machine's own Lockstep, and nothing left in it.
    env: {
      ...environment,
      HOME: home,
      XDG_DATA_HOME: home,
      XDG_CONFIG_HOME: home,
      LOCKSTEP_CONDITIONS: 'none',
    },
  });
  process.on('exit', () => child.kill('SIGKILL'));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const address = await new Promise<string>((resolve, reject) => {
    child.once('close', (code) => reject(new Error(`The app ended with ${code} before it served.`)));
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const found = /^Lockstep ready: (http\S+)$/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  return {
    address,
    pid: child.pid!,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
