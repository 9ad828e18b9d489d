/** Which kills a run does, and in which order: each point of both tables once, then points at random; and what became of them. */
import { derived, seeded } from '../sim/random.ts';
import { Campaign, type Kill } from './campaign.ts';
import type { Scripts } from './processes.ts';
import type { Side } from './scene.ts';
import { TABLES } from './tables.ts';

/** An act may go another way than it did before: it is done again, and then another that leads there. */
const TRIES = 4;

export type Report = {
  kills: number;
  /** By side and point. */
  counts: Record<Side, Record<string, number>>;
  problems: string[];
  /** Points that nobody reached in so many tries. */
  missed: string[];
};

/** `lanes`: scenes side by side, which wait for each other's waiting. Stops when `until` has come. */
export async function runKills(
  scripts: Scripts,
  options: { kills: number; from: number; lanes: number; until?: number; said?: (line: string) => void },
): Promise<Report> {
  const { kills, from, lanes, until = Number.POSITIVE_INFINITY, said } = options;
  const report: Report = { kills: 0, counts: { device: {}, cloud: {} }, problems: [], missed: [] };
  const plan = wanted(kills, from);
  let next = 0;
  const lane = async (number: number): Promise<void> => {
    const campaign = new Campaign(scripts, derived(from, number + 1_000_000));
    for (let at = next++; at < plan.length && Date.now() < until; at = next++) {
      const { side, point, seed } = plan[at] as Wanted;
      const before = report.problems.length;
      if (!(await reach(campaign, report, side, point, seed))) report.missed.push(`${side} ${point}`);
      for (const problem of report.problems.slice(before)) said?.(problem);
      if (at % 100 === 99) said?.(`${report.kills} kills, ${report.problems.length} problems`);
    }
    await campaign.close();
  };
  await Promise.all(Array.from({ length: lanes }, (_, number) => lane(number)));
  return report;
}

/** No act leads there yet: chosen, they are left out. */
export const UNREACHED: readonly string[] = ['receive: after LookUp'];

type Wanted = { side: Side; point: string; seed: number };

function wanted(kills: number, from: number): Wanted[] {
  const all = (['device', 'cloud'] as const).flatMap((side) =>
    Object.keys(TABLES[side]).map((point) => ({ side, point })),
  );
  const dice = seeded(derived(from, 0));
  const plan: Wanted[] = [];
  while (plan.length < kills) {
    // All of them once before any of them again.
    const left = [...all];
    while (left.length > 0 && plan.length < kills) {
      const [one] = left.splice(dice.below(left.length), 1);
      if (one !== undefined) plan.push({ ...one, seed: derived(from, plan.length) });
    }
  }
  return plan.filter(({ point }) => !UNREACHED.includes(point));
}

async function reach(
  campaign: Campaign,
  report: Report,
  side: Side,
  point: string,
  seed: number,
): Promise<boolean> {
  const dice = seeded(seed);
  const acts = TABLES[side][point] ?? [];
  const first = dice.below(acts.length);
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const act = acts[(first + Math.max(0, attempt - 1)) % acts.length];
    if (act === undefined) return false;
    const times = attempt > 0 || dice.chance(0.5) ? 1 : 1 + dice.below(point.endsWith('inside') ? 12 : 4);
    const kill: Kill = { side, act, point, times, afterUs: dice.below(1500) };
    const { reached, problems } = await campaign.does(act, kill);
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
