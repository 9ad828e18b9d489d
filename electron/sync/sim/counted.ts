/**
 * What was played of the simulation (counted.json): which seeds, and how often each fault fired in them. Runs are added (spec-counts.ts), none
 * twice, so that nobody has to keep the files of earlier ones; docs/SPEC.md shows the sums. Reads and gives values; writes nothing.
 */
import { readFileSync } from 'node:fs';
import { FAULT_PREFIX, FAULTS } from './faults.ts';

/** Of `npm run sim -- --json FILE`. */
export type Run = {
  seeds: number;
  steps: number;
  from: number;
  failed: readonly number[];
  counts: Record<string, number>;
};

/** Seeds that follow each other, with as many steps each. `failed`: how many of them. */
type Played = { from: number; seeds: number; steps: number; failed: number };

/** `fired`: by the fault's name. */
export type Counted = { runs: readonly Played[]; fired: Record<string, number> };

export const COUNTED = new URL('./counted.json', import.meta.url);

export const readCounted = (): Counted => JSON.parse(readFileSync(COUNTED, 'utf8')) as Counted;

/** Throws where seeds of the run were counted before, whatever became of them then. */
export function addRun(to: Counted, { seeds, steps, from, failed, counts }: Run): Counted {
  const twice = to.runs.find(
    (one) => one.steps === steps && one.from < from + seeds && from < one.from + one.seeds,
  );
  if (twice !== undefined)
    throw new Error(
      `Seeds ${from} to ${from + seeds - 1} are counted already, within those from ${twice.from} on: leave this run out.`,
    );
  const fired = Object.fromEntries(
    FAULTS.map(({ name }) => [name, (to.fired[name] ?? 0) + (counts[`${FAULT_PREFIX}${name}`] ?? 0)]),
  );
  return { runs: joined([...to.runs, { from, seeds, steps, failed: failed.length }]), fired };
}

/** In order; what follows another with as many steps is one with it. */
function joined(runs: readonly Played[]): Played[] {
  const all: Played[] = [];
  for (const run of [...runs].sort((a, b) => a.steps - b.steps || a.from - b.from)) {
    const last = all.at(-1);
    if (last !== undefined && last.steps === run.steps && last.from + last.seeds === run.from) {
      last.seeds += run.seeds;
      last.failed += run.failed;
    } else all.push({ ...run });
  }
  return all;
}

/** The table of docs/SPEC.md. */
export function faultTable({ runs, fired }: Counted): string {
  const each = runs.map(
    ({ seeds, from, steps, failed }) =>
      `${seeds.toLocaleString('en')} seeds from ${from} on, of ${steps} steps each (${failed} failed)`,
  );
  const all = runs.reduce((sum, { seeds }) => sum + seeds, 0).toLocaleString('en');
  const rows = FAULTS.map(
    ({ name, does }) => `| ${name} | ${does} | ${(fired[name] ?? 0).toLocaleString('en')} |`,
  );
  return [
    `Counted in ${all} seeds: ${each.join('; ')}.`,
    '',
    '| fault | what it does | fired |',
    '|---|---|---|',
    ...rows,
  ].join('\n');
}
