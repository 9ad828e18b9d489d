/**
 * `node electron/sync/sim/spec-counts.ts RUN.json`: writes how often each fault fired in that run (of `npm run sim -- --json RUN.json`) into
 * docs/SPEC.md, between its two marks. Without a file: the table without counts.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { FAULT_PREFIX, FAULTS } from './faults.ts';

type Run = { seeds: number; steps: number; from: number; failed: number[]; counts: Record<string, number> };

const SPEC = new URL('../../../docs/SPEC.md', import.meta.url);
const BEGIN = '<!-- faults of the simulation -->';
const END = '<!-- end of faults -->';

export function faultTable(run: Run | null): string {
  const count = (name: string) => run?.counts[`${FAULT_PREFIX}${name}`] ?? 0;
  const rows = FAULTS.map(
    ({ name, does }) => `| ${name} | ${does} | ${run === null ? 'not run yet' : count(name)} |`,
  );
  const head =
    run === null
      ? 'Each is counted; no long run has been written down yet.'
      : `Counted in a run of ${run.seeds} seeds from ${run.from} on, of ${run.steps} steps each; ${run.failed.length} failed.`;
  return [head, '', '| fault | what it does | fired |', '|---|---|---|', ...rows].join('\n');
}

if (import.meta.main) {
  const [file] = process.argv.slice(2);
  const run = file === undefined ? null : (JSON.parse(readFileSync(file, 'utf8')) as Run);
  const spec = readFileSync(SPEC, 'utf8');
  const [before, rest = ''] = spec.split(BEGIN);
  const after = rest.split(END)[1];
  if (before === undefined || after === undefined) throw new Error('docs/SPEC.md has lost its marks.');
  writeFileSync(SPEC, `${before}${BEGIN}\n${faultTable(run)}\n${END}${after}`);
}
