/** Which kills a run does, and in which order: each point of both tables once, then each again, and so on; and what became of them. */
import { join } from 'node:path';
import { derived, type SeededRandom, seeded } from '../sim/random.ts';
import { Campaign, Images, type Kill } from './campaign.ts';
import type { Scripts } from './processes.ts';
import type { Side } from './scene.ts';
import { ownerOf, TABLES } from './tables.ts';

/** An act may go another way than it did before (in whose name mail is acknowledged hangs on time): it is done again, and then another. */
const TRIES = 12;

export type Report = {
  /** Its seed. */
  from: number;
  kills: number;
  /** By side and point. */
  counts: Record<Side, Record<string, number>>;
  problems: string[];
  /** Points that nobody reached in so many tries. */
  missed: string[];
  /** What it took of the processor, with everything that was started for it; null where the system does not say. */
  cpuSeconds: number | null;
};

/**
 * `lanes`: scenes side by side, which wait for each other's waiting. Stops when `until` has come. `varied`: any of the acts that lead past a point,
 * and at any passing of it; else the cheapest one and the first.
 */
export async function runKills(
  scripts: Scripts,
  options: {
    kills: number;
    from: number;
    lanes: number;
    varied: boolean;
    /** At points alone in whose names this stands. */
    only?: string;
    /** A folder for the files of each scene in which something was wrong. */
    keepIn?: string | null;
    until?: number;
    said?: (line: string) => void;
    /** Now and then. */
    progress?: (report: Report) => void;
  },
): Promise<Report> {
  const { kills, from, lanes, varied, until = Number.POSITIVE_INFINITY, said, progress, only = '' } = options;
  const { keepIn = null } = options;
  const report: Report = {
    from,
    kills: 0,
    counts: { device: {}, cloud: {} },
    problems: [],
    missed: [],
    cpuSeconds: null,
  };
  const plan = wanted(kills, from, only);
  const images = new Images(scripts);
  let next = 0;
  let told = 0;
  const lane = async (number: number): Promise<void> => {
    const keep = keepIn === null ? null : join(keepIn, `lane ${number + 1}`);
    const campaign = new Campaign(scripts, images, derived(from, number + 1_000_000), keep);
    for (let at = next++; at < plan.length && Date.now() < until; at = next++) {
      const wanted = plan[at] as Wanted;
      if (!(await reach(campaign, report, wanted, varied)))
        report.missed.push(`${wanted.side} ${wanted.point}`);
      for (; told < report.problems.length; told += 1) said?.(report.problems[told] ?? '');
      if (at % 20 === 19) progress?.(report);
      if (at % 100 === 99) said?.(`${report.kills} kills, ${report.problems.length} problems`);
    }
    await campaign.close();
  };
  await Promise.all(Array.from({ length: lanes }, (_, number) => lane(number)));
  images.remove();
  return report;
}

type Wanted = { side: Side; point: string; seed: number };

/** On a device, around what brings messages and takes them along: first of all. */
export const FIRST: readonly string[] = [
  'open: after OpenZone',
  'walk: before commit',
  'walk: after commit',
  'changes: after commit',
  'push: before Push',
  'push: after Push',
  'push: before commit',
  'push: after commit',
  'send: before Send',
  'send: after Send',
  'send: before commit',
  'send: after commit',
  'receive: before commit',
  'receive: before Acknowledge',
];

/** Each point once before any of them again; of each step, command, call and chore one before any of them has a second. */
function wanted(kills: number, from: number, only: string): Wanted[] {
  const dice = seeded(derived(from, 0));
  const plan: Wanted[] = [];
  while (plan.length < kills) {
    const owners = (['device', 'cloud'] as const).flatMap((side) => ownersOf(side, dice));
    const order: { side: Side; point: string }[] = FIRST.map((point) => ({ side: 'device', point }));
    for (let round = 0; owners.some(({ points }) => points.length > round); round += 1)
      for (const { side, points } of shuffled(owners, dice)) {
        const point = points[round];
        if (point !== undefined) order.push({ side, point });
      }
    const chosen = order.filter(({ point }) => point.includes(only));
    if (chosen.length === 0) throw new Error(`There is no point "${only}".`);
    for (const one of chosen) plan.push({ ...one, seed: derived(from, plan.length) });
  }
  return plan.slice(0, kills);
}

/** Without those that come first. */
function ownersOf(side: Side, dice: SeededRandom): { side: Side; owner: string; points: string[] }[] {
  const byOwner = new Map<string, string[]>();
  for (const point of Object.keys(TABLES[side])) {
    if (side === 'device' && FIRST.includes(point)) continue;
    const owner = ownerOf(point);
    byOwner.set(owner, [...(byOwner.get(owner) ?? []), point]);
  }
  return [...byOwner].map(([owner, points]) => ({ side, owner, points: shuffled(points, dice) }));
}

function shuffled<T>(of: readonly T[], dice: SeededRandom): T[] {
  const left = [...of];
  const order: T[] = [];
  while (left.length > 0) order.push(...left.splice(dice.below(left.length), 1));
  return order;
}

/** How often an act was seen to pass a point before it was over; so often at least it may be asked for. */
const seen = new Map<string, number>();

async function reach(
  campaign: Campaign,
  report: Report,
  { side, point, seed }: Wanted,
  varied: boolean,
): Promise<boolean> {
  const dice = seeded(seed);
  const acts = TABLES[side][point] ?? [];
  const first = varied ? dice.below(acts.length) : 0;
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const act = acts[(first + Math.max(0, attempt - 1)) % acts.length];
    if (act === undefined) return false;
    const most = seen.get(`${act}/${point}`) ?? (point.endsWith('inside') ? 12 : 4);
    const times = attempt > 0 || !varied || dice.chance(0.5) ? 1 : 1 + dice.below(most);
    const kill: Kill = { side, act, point, times, afterUs: dice.below(1500) };
    const { reached, problems, passed } = await campaign.does(act, kill);
    if (!reached) seen.set(`${act}/${point}`, new Map(passed[side]).get(point) ?? 1);
    const what = `${side} ${point}, ${act}, passing ${times}, seed ${seed}`;
    report.problems.push(...problems.map((problem) => `${what}: ${problem}`));
    if (reached) {
      report.kills += 1;
      report.counts[side][point] = (report.counts[side][point] ?? 0) + 1;
      return true;
    }
    if (problems.length > 0) return true;
  }
  return false;
}
