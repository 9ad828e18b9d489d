/**
 * "A cloud on this computer": one per person, shared by all their apps, running while any of them uses it.
 *
 * The cloud is a child of a small keeper process (`cloud-keeper.ts`). An app holds a lease on it: an open
 * connection to the keeper, which the operating system closes when the app ends, however it ends. With the last
 * lease the keeper stops the cloud and goes. If the keeper dies, the apps see their leases break and one of them
 * starts another; a lock decides which. The port is chosen once and kept: accounts remember the address.
 */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { Failure } from '../api/failure.ts';

export type CloudHere = {
  /** The address it has or will have, or null when there never was one. */
  address(): string | null;
  /** Starts it if need be, and keeps it running until `release`. */
  acquire(): Promise<string>;
  release(): void;
};

export const noteSchema = z.object({
  pid: z.number().int(),
  leasePort: z.number().int(),
  secret: z.string(),
  url: z.string(),
});
export type KeeperNote = z.infer<typeof noteSchema>;

/** The files of the folder; the keeper uses the same names. */
export const cloudHereFiles = (folder: string) => ({
  note: path.join(folder, 'keeper.json'),
  lock: path.join(folder, 'keeper.lock'),
  port: path.join(folder, 'port'),
  log: path.join(folder, 'cloud.log'),
  data: path.join(folder, 'data'),
});

export type CloudHereOptions = {
  folder: string;
  /** `cloud/main.ts`, given by the composition root: the device's code does not know the cloud's. */
  cloudMain: string;
  keeper?: string;
  /** How long the cloud goes on after the last lease, for an app that is just being restarted. */
  lingerMs?: number;
  startWithinMs?: number;
};

export function createCloudHere(options: CloudHereOptions): CloudHere {
  const files = cloudHereFiles(options.folder);
  const keeper = options.keeper ?? fileURLToPath(new URL('./cloud-keeper.ts', import.meta.url));
  let lease: Promise<Lease> | null = null;
  let wanted = false;

  async function take(): Promise<Lease> {
    const until = Date.now() + (options.startWithinMs ?? 30_000);
    let startedAt = 0;
    while (Date.now() < until) {
      const found = await ask(files.note, until - Date.now());
      if (found !== null) {
        found.socket.on('close', broken);
        return found;
      }
      if (Date.now() - startedAt > 5_000) {
        startedAt = Date.now();
        startKeeper();
      }
      await sleep(50);
    }
    throw new Failure('cannotHostHere', `The cloud on this computer did not start. Its log is ${files.log}.`);
  }

  function startKeeper(): void {
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    const log = openSync(files.log, 'a', 0o600);
    const child = spawn(
      process.execPath,
      [
        keeper,
        ...['--folder', options.folder, '--cloud-main', options.cloudMain],
        ...['--linger', String(options.lingerMs ?? 3_000)],
      ],
      {
        detached: true, // it may outlive this app, if another one uses the cloud
        stdio: ['ignore', log, log],
        env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      },
    );
    closeSync(log);
    child.on('error', () => {}); // `take` runs into its time limit and says so
    child.unref();
  }

  /** The keeper died: bring it back, as long as it is wanted. */
  function broken(): void {
    if (!wanted) return;
    lease = take();
    lease.catch(() => {
      lease = null;
    });
  }

  return {
    address: () => {
      try {
        return `http://127.0.0.1:${z.coerce.number().int().min(1).max(65_535).parse(readFileSync(files.port, 'utf8').trim())}`;
      } catch {
        return null;
      }
    },
    async acquire() {
      wanted = true;
      lease ??= take();
      try {
        return (await lease).url;
      } catch (error) {
        lease = null;
        throw error;
      }
    },
    release() {
      wanted = false;
      lease?.then(({ socket }) => socket.destroy()).catch(() => {});
      lease = null;
    },
  };
}

type Lease = { socket: Socket; url: string };

/** Asks the keeper for a lease. Null: no keeper. It answers when its cloud serves, or says why it does not. */
async function ask(notePath: string, withinMs: number): Promise<Lease | null> {
  let note: KeeperNote;
  try {
    note = noteSchema.parse(JSON.parse(readFileSync(notePath, 'utf8')));
  } catch {
    return null;
  }
  return new Promise((resolve, reject) => {
    const socket = connect(note.leasePort, '127.0.0.1');
    const timer = setTimeout(() => socket.destroy(), Math.max(withinMs, 1));
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('error', () => {}); // followed by close
    socket.on('connect', () => socket.write(`${note.secret}\n`));
    socket.on('data', (text: string) => {
      answer += text;
      const line = answer.split('\n', 1)[0] ?? '';
      if (!answer.includes('\n')) return;
      clearTimeout(timer);
      socket.removeAllListeners('data');
      socket.removeListener('close', gone);
      socket.resume();
      if (line.startsWith('ready ')) {
        socket.unref();
        resolve({ socket, url: line.slice('ready '.length) });
      } else {
        socket.destroy();
        reject(
          new Failure(
            'cannotHostHere',
            `The cloud on this computer did not start: ${line.replace(/^failed /, '')}`,
          ),
        );
      }
    });
    const gone = (): void => {
      clearTimeout(timer);
      resolve(null);
    };
    socket.on('close', gone);
  });
}
