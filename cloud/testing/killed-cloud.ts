/**
 * The cloud as a process that ends itself with SIGKILL at a named point (reaper.ts): on real files, on a real port. Started with
 * `fork`; its first message says what to do, and it says what became of that.
 */
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { watchWith } from '../../shared/trace.ts';
import { createCloud } from '../app.ts';
import { backUp } from '../storage/backup.ts';
import { READING_CALLS } from './calls.ts';
import { type Armed, Reaper } from './reaper.ts';

export type ToCloud =
  | { type: 'serve'; dataDir: string; offMs: number; restored: boolean; armed: Armed | null }
  | { type: 'backUp'; dataDir: string; file: string; armed: Armed | null }
  | { type: 'arm'; armed: Armed | null }
  | { type: 'clock'; offMs: number }
  | { type: 'passed' };
export type FromCloud =
  | { type: 'ready'; port: number }
  | { type: 'backedUp' }
  | { type: 'armed' }
  | { type: 'clockSet' }
  | { type: 'failed'; detail: string }
  | { type: 'passed'; passed: [string, number][] };

/** Of a chore, what its failure is called in the log. */
const nameOf = (what: string): string =>
  READING_CALLS.includes(what) ? 'session seen' : what.replace('_postponed', '');
const reaper = new Reaper(nameOf);
watchWith(reaper);
let offMs = 0;
const tell = (message: FromCloud): void => void process.send?.(message);

const begin = async (message: Extract<ToCloud, { type: 'serve' }>): Promise<void> => {
  offMs = message.offMs;
  const { dataDir, restored } = message;
  const cloud = await reaper.within('start', () =>
    createCloud({
      dataDir,
      restored,
      registration: 'open',
      clock: { now: () => Date.now() + offMs },
    }),
  );
  const server = serve({
    fetch: (request) => {
      const call = new URL(request.url).pathname.split('/').at(-1) ?? '';
      return reaper.within(call, () => cloud.fetch(request));
    },
    port: 0,
    hostname: '127.0.0.1',
  });
  server.on('listening', () => tell({ type: 'ready', port: (server.address() as AddressInfo).port }));
};

const hear = async (message: ToCloud): Promise<void> => {
  switch (message.type) {
    case 'serve':
      await reaper.arm(message.armed);
      return begin(message);
    case 'backUp': {
      await reaper.arm(message.armed);
      const { dataDir, file } = message;
      await reaper.within('backup', () => backUp(dataDir, file, Date.now()));
      return tell({ type: 'backedUp' });
    }
    case 'arm':
      await reaper.arm(message.armed);
      return tell({ type: 'armed' });
    case 'clock':
      offMs = message.offMs;
      return tell({ type: 'clockSet' });
    case 'passed':
      return tell({ type: 'passed', passed: reaper.passed() });
  }
};

if (process.send !== undefined) {
  process.on('message', (message: ToCloud) => {
    hear(message).catch((error: unknown) => tell({ type: 'failed', detail: String(error) }));
  });
  // Whoever started it is gone.
  process.on('disconnect', () => process.exit(0));
}
