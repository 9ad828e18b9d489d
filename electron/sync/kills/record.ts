/**
 * `npm run kills -- --record`: does every act without killing anybody, and writes down in points.ts which points each leads past. To be
 * run when the program has got new ones (a step, a command, a call, a migration), then looked over.
 */
import { writeFileSync } from 'node:fs';
import { ACTS, type ActName, Campaign } from './campaign.ts';
import type { Scripts } from './processes.ts';
import type { Side } from './scene.ts';

const POINTS = new URL('./points.ts', import.meta.url);
const ACTS_OF_A_POINT = 3;

/** By side and point: in which acts, and how often in each of the recordings. */
type Recorded = Record<Side, Map<string, Map<ActName, number[]>>>;

export async function record(scripts: Scripts, times: number, print: (line: string) => void): Promise<void> {
  const recorded: Recorded = { device: new Map(), cloud: new Map() };
  for (let time = 0; time < times; time += 1) {
    const campaign = new Campaign(scripts, time + 1);
    for (const act of Object.keys(ACTS) as ActName[]) {
      const began = performance.now();
      const { passed, problems } = await campaign.does(act, null);
      print(`${act}: ${Math.round(performance.now() - began)} ms ${problems.join('\n  ')}`);
      for (const side of ['device', 'cloud'] as const)
        for (const [point, count] of passed[side]) note(recorded[side], point, act, count);
    }
    await campaign.close();
  }
  writeFileSync(POINTS, source(recorded, times));
}

function note(of: Map<string, Map<ActName, number[]>>, point: string, act: ActName, count: number): void {
  const acts = of.get(point) ?? new Map<ActName, number[]>();
  acts.set(act, [...(acts.get(act) ?? []), count]);
  of.set(point, acts);
}

function source(recorded: Recorded, times: number): string {
  const table = (side: Side) =>
    [...recorded[side]]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([point, acts]) => {
        const best = [...acts]
          .map(([act, counts]) => ({ act, sure: counts.length === times, most: Math.max(...counts) }))
          .sort((a, b) => Number(b.sure) - Number(a.sure) || b.most - a.most);
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
