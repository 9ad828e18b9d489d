/**
 * The sync thread of the app (worker.ts), watched: it ends the whole process with SIGKILL at a named point (cloud/testing/reaper.ts). What
 * it finds in its surroundings is replaced before it begins: the way to the cloud, the clock, and where it complains.
 */
import { type MessagePort, workerData } from 'node:worker_threads';
import { READING_CALLS } from '../../../cloud/testing/calls.ts';
import { type Armed, Reaper } from '../../../cloud/testing/reaper.ts';
import { watchWith } from '../../../shared/trace.ts';
import { SearchWatch } from './search-watch.ts';

export type ThreadData = {
  /** Of the cloud, whatever the account says. */
  address: string;
  offMs: number;
  armed: Armed | null;
  control: MessagePort;
};
export type ToThread =
  | { type: 'arm'; armed: Armed | null }
  | { type: 'surroundings'; address: string; offMs: number; cut: boolean }
  | { type: 'search' }
  | { type: 'passed' };
export type FromThread =
  | { type: 'armed' }
  | { type: 'failure'; text: string }
  | { type: 'passed'; passed: [string, number][] };

const data = workerData as ThreadData;
const { control } = data;
const tell = (message: FromThread) => control.postMessage(message);
let { address, offMs } = data;
/** No connection. */
let cut = false;

const reaper = new Reaper();
const search = new SearchWatch();
watchWith(reaper);
/** The search index has a thread of its own. */
async function arm(armed: Armed | null): Promise<void> {
  search.arm(armed);
  await reaper.arm(armed);
}
control.on('message', async (message: ToThread) => {
  switch (message.type) {
    case 'arm':
      await arm(message.armed);
      tell({ type: 'armed' });
      return;
    case 'surroundings':
      ({ address, offMs, cut } = message);
      return;
    case 'search':
      search.begin();
      return;
    case 'passed':
      tell({ type: 'passed', passed: [...reaper.passed(), ...(await search.passed())] });
      return;
  }
});

const realFetch = globalThis.fetch;
/** Before the request of a call that changes something leaves; and when the cloud's answer is here whole, before anybody has looked at it. */
globalThis.fetch = async (input, init) => {
  const asked = new Request(input, init);
  const { pathname } = new URL(asked.url);
  const call = pathname.split('/').at(-1) ?? '';
  if (!READING_CALLS.includes(call)) reaper.at(`before ${call}`);
  if (cut) throw new TypeError('cut off');
  const body = await asked.arrayBuffer();
  const { method, headers, signal } = asked;
  const response = await realFetch(`${address}${pathname}`, { method, headers, body, signal });
  if (call === 'Watch') return response;
  const bytes = await response.arrayBuffer();
  reaper.at(`after ${call}`);
  return new Response(bytes, { status: response.status, headers: response.headers });
};

const realNow = Date.now;
Date.now = () => realNow() + offMs;

// What nobody foresaw.
console.error = (...what: unknown[]) =>
  tell({ type: 'failure', text: `internal ${what.map(String).join(' ')}` });

await arm(data.armed);
await reaper.within('begin', () => import('../worker.ts'));
