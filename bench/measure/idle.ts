/** Devices that do nothing but listen: what their open poke streams cost the cloud. */
import { finish, input } from '../support/child.ts';
import { startCloud } from '../support/cloud.ts';
import { temporaryFolder } from '../support/folder.ts';
import { costOf } from '../support/process-cost.ts';
import { newSession } from '../support/sessions.ts';

/** The cloud gives one device eight at the most. */
const EACH = 8;
/** Longer than the time between two beats. */
const WATCH_S = 30;

const { streams } = input<{ streams: number }>();
const people = Math.ceil(streams / EACH);
const cloud = await startCloud(temporaryFolder('cloud'));
const clients: Awaited<ReturnType<typeof newSession>>[] = [];
for (let index = 0; index < people; index += 1) {
  clients.push(
    await newSession(cloud.url, `person${index}@example.org`, `10.0.${index >> 8}.${index & 255}`),
  );
}
const settle = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
await settle(2);
const before = costOf(cloud.pid);
const end = new AbortController();
let open = 0;
const follow = async (index: number) => {
  const { events } = clients[index % people]!;
  let heard = false;
  for await (const _ of events.watch({}, { signal: end.signal })) {
    if (!heard) open += 1;
    heard = true;
  }
};
for (let index = 0; index < streams; index += 1) {
  follow(index).catch(() => {});
  if (index % 50 === 49) await settle(0.02);
}
while (open < streams) await settle(0.05);
await settle(3);
const opened = costOf(cloud.pid);
await settle(WATCH_S);
const after = costOf(cloud.pid);
end.abort();
await cloud.stop();
if (before === null || opened === null || after === null)
  throw new Error('Only Linux says what a process costs.');
finish({
  cloudMb: after.rssMb,
  kbEach: ((after.rssMb - before.rssMb) * 1024) / streams,
  cloudCpuPercent: ((after.cpuS - opened.cpuS) / WATCH_S) * 100,
});
