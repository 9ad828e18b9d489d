/**
 * `node electron/sync/sim/spec-counts.ts RUN.json …`: writes how often each fault fired in those runs (of `npm run sim -- --json RUN.json`) into
 * docs/SPEC.md, between its two marks. Without a file: the table without counts.
 */
import { readFileSync } from 'node:fs';
import { writeBetween } from '../testing/between-marks.ts';
import { FAULT_PREFIX, FAULTS } from './faults.ts';

type Run = { seeds: number; steps: number; from: number; failed: number[]; counts: Record<string, number> };

const SPEC = new URL('../../../docs/SPEC.md', import.meta.url);
const BEGIN = '<!-- faults of the simulation -->';
const END = '<!-- end of faults -->';

/** Runs whose seeds follow each other are one. */
function joined(runs: readonly Run[]): Run[] {
  const all: Run[] = [];
  for (const run of [...runs].sort((a, b) => a.from - b.from)) {
    const last = all.at(-1);
    if (last !== undefined && last.steps === run.steps && last.from + last.seeds === run.from) {
      last.seeds += run.seeds;
      last.failed = [...last.failed, ...run.failed];
    } else all.push({ ...run });
  }
  return all;
}

function runsSay(runs: readonly Run[]): string {
  const each = joined(runs).map(
    ({ seeds, steps, from, failed }) =>
      `${seeds.toLocaleString('en')} seeds from ${from} on, of ${steps} steps each (${failed.length} failed)`,
  );
  return `Counted in ${each.join('; ')}.`;
}

export function faultTable(runs: readonly Run[]): string {
  const count = (name: string) =>
    runs.reduce((sum, { counts }) => sum + (counts[`${FAULT_PREFIX}${name}`] ?? 0), 0);
  const rows = FAULTS.map(
    ({ name, does }) =>
      `| ${name} | ${does} | ${runs.length === 0 ? 'not run yet' : count(name).toLocaleString('en')} |`,
  );
  const head = runs.length === 0 ? 'Each is counted; no long run has been written down yet.' : runsSay(runs);
  return [head, '', '| fault | what it does | fired |', '|---|---|---|', ...rows].join('\n');
}

if (import.meta.main) {
  const runs = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8')) as Run);
  writeBetween(SPEC, BEGIN, END, faultTable(runs));
}
