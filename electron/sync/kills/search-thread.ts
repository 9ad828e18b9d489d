/**
 * The thread of the search index (search-worker.ts), watched: in the bundle it has that one's name, so the sync thread starts it unawares. It
 * ends the whole process with SIGKILL at a named point, as the sync thread does at others.
 *
 * Where nobody is to die here it begins late: most devices of a run live for a second, and a thread that reads an index nobody waits for
 * would be a quarter of what each costs.
 */
import { BroadcastChannel } from 'node:worker_threads';
import { type Armed, Reaper } from '../../../cloud/testing/reaper.ts';
import { watchWith } from '../../../shared/trace.ts';
import { CHANNEL, ENVIRONMENT, type FromSearch, OWNER, type ToSearch } from './search-watch.ts';

const LATE_MS = 3_000;

const reaper = new Reaper(() => OWNER);
watchWith(reaper);
let begin = (): void => {};
const begun = new Promise<void>((resolve) => {
  begin = resolve;
});
const channel = new BroadcastChannel(CHANNEL);
channel.unref();
channel.onmessage = async (event) => {
  const { data } = event as { data: ToSearch | FromSearch };
  if (data.type === 'arm') await reaper.arm(data.armed);
  else if (data.type === 'begin') begin();
  else if (data.type === 'passed')
    channel.postMessage({ type: 'told', passed: reaper.passed().filter(own) } satisfies FromSearch);
};
/** Commits and checkpoints as such are the sync thread's to die in. */
const own = ([point]: [string, number]): boolean => point.startsWith(`${OWNER}: `);

const armed: Armed | null = JSON.parse(process.env[ENVIRONMENT] ?? 'null');
await reaper.arm(armed);
if (armed === null) {
  setTimeout(begin, LATE_MS);
  await begun;
}
await import('../search-worker.ts');
