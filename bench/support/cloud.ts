/** The real cloud, as a process of its own on a folder, as `npm run cloud` starts it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export type CloudProcess = { url: string; pid: number; stop(): Promise<void> };

export async function startCloud(folder: string): Promise<CloudProcess> {
  const script = fileURLToPath(new URL('../../cloud/main.ts', import.meta.url));
  // Its standard input ends with this process, and the cloud with that: nothing is left running, whatever happens here.
  const child: ChildProcess = spawn(
    process.execPath,
    [script, '--data', folder, '--port', '0', '--trust-proxy'],
    {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { ...process.env, LOCKSTEP_END_WITH_STDIN: '1' },
    },
  );
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    child.once('close', (code) => reject(new Error(`The cloud ended with ${code} before it served.`)));
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const address = /^Cloud ready: (http\S+)$/.exec(line)?.[1];
      if (address !== undefined) resolve(address);
    });
  });
  return {
    url,
    pid: child.pid!,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
