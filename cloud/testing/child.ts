/** A cloud in a process of its own, bundled (build/unit-setup.ts), on a real port: it can be killed, or kept from growing its files. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Cloud } from '../app.ts';
import { ORIGIN } from './clients.ts';

export type CloudChild = {
  /** For `clientsOf` and `signUp`: only `fetch` is there. */
  cloud: Cloud;
  /** Asks it to end, and says with which code it did. */
  end(): Promise<number | null>;
  /** As the power does. */
  kill(): Promise<void>;
};

/** `blocks`: no file of it may grow beyond so many blocks of 512 bytes. */
export const startChild = async (dataDir: string, blocks?: number): Promise<CloudChild> => {
  const main = fileURLToPath(new URL('../../out/main/cloud/main.js', import.meta.url));
  const node = [process.execPath, main, '--data', dataDir, '--port', '0'];
  const limited = ['sh', '-c', `trap '' XFSZ; ulimit -f ${blocks}; exec "$@"`, 'sh', ...node];
  const [program = '', ...args] = blocks === undefined ? node : limited;
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close');
  const url = await new Promise<string>((resolve, reject) => {
    let out = '';
    child.stdout.on('data', (chunk) => {
      out += String(chunk);
      const ready = /^Cloud ready: (http:\/\/\S+)\n/.exec(out)?.[1];
      if (ready !== undefined) resolve(ready);
    });
    child.stderr.resume();
    ended.then(() => reject(new Error('the cloud ended')), reject);
  });
  const cloud = {
    fetch: async (request: Request) =>
      fetch(new Request(request.url.replace(ORIGIN, url), request as RequestInit & { duplex: 'half' })),
  } as unknown as Cloud;
  return {
    cloud,
    end: async () => {
      child.kill('SIGTERM');
      await ended;
      return child.exitCode;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
};
