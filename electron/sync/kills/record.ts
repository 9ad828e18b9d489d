/**
 * `npm run kills -- --record`: does every act without killing anybody, and writes down in points.ts which points each leads past. To be
 * run when the program has got new ones (a step, a command, a call, a migration), then looked over.
 */
import { writeFileSync } from 'node:fs';
import { ACTS, type ActName, Campaign, Images } from './campaign.ts';
import { type Scripts, startedProcesses } from './processes.ts';
import type { Side } from './scene.ts';

const ACTS_OF_A_POINT = 3;

/** By side and point: in which acts, and how often in each of the recordings. */
type Recorded = Record<Side, Map<string, Map<ActName, number[]>>>;

export async function record(
  scripts: Scripts,
  times: number,
  pointsFile: URL,
  print: (line: string) => void,
): Promise<void> {
  const recorded: Recorded = { device: new Map(), cloud: new Map() };
  const images = new Images(scripts);
  await images.image();
  // How many processes each act started.
  const starts = new Map<ActName, number>();
  for (let time = 0; time < times; time += 1) {
    const campaign = new Campaign(scripts, images, time + 1);
    for (const act of Object.keys(ACTS) as ActName[]) {
      const began = performance.now();
      const before = startedProcesses;
      const { passed, problems } = await campaign.does(act, null);
      print(`${act}: ${Math.round(performance.now() - began)} ms ${problems.join('\n  ')}`);
      starts.set(act, startedProcesses - before);
      for (const side of ['device', 'cloud'] as const)
        for (const [point, count] of passed[side]) note(recorded[side], point, act, count);
    }
    await campaign.close();
  }
  images.remove();
  writeFileSync(pointsFile, source(recorded, times, starts));
}

/** An acknowledgement waits for company: in whose name it goes out is a matter of time. It has its points where mail is received. */
const wanders = (point: string) => /^(?!receive: ).*Acknowledge$/.test(point);

function note(of: Map<string, Map<ActName, number[]>>, point: string, act: ActName, count: number): void {
  if (wanders(point)) return;
  const acts = of.get(point) ?? new Map<ActName, number[]>();
  acts.set(act, [...(acts.get(act) ?? []), count]);
  of.set(point, acts);
}

/** Acts that are sure to lead there, the cheapest first. */
function source(recorded: Recorded, times: number, starts: ReadonlyMap<ActName, number>): string {
  const table = (side: Side) =>
    [...recorded[side]]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([point, acts]) => {
        const best = [...acts]
          .map(([act, counts]) => ({
            act,
            sure: counts.length === times,
            least: Math.min(...counts),
            starts: starts.get(act) ?? 0,
          }))
          .sort((a, b) => Number(b.sure) - Number(a.sure) || a.starts - b.starts || b.least - a.least);
        const sure = best.filter((one) => one.sure);
        const named = (sure.length > 0 ? sure : best).slice(0, ACTS_OF_A_POINT);
        return `  '${point}': [${named.map(({ act }) => `'${act}'`).join(', ')}],`;
      })
      .join('\n');
  return `/**
 * Every point at which a process is killed (SPEC SYN-80, ERR-20), and acts that lead past it: one table a side. Written by
 * \`npm run kills -- --record\`. What stands here and is never reached fails a run; so does whatever has no point here at all.
 */
import type { ActName } from './campaign.ts';

type Points = Readonly<Record<string, readonly ActName[]>>;

export const DEVICE_POINTS: Points = {
${table('device')}
};

export const CLOUD_POINTS: Points = {
${table('cloud')}
};
`;
}
