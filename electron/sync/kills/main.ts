/**
 * `npm run kills -- --kills N --from S [--json FILE]`: more of the crash tests than `npm test` has time for. `--lanes`: so many scenes at
 * once. `--minutes`: no kill is begun after that. `--cheap`: the shortest way to each point, as `npm test` goes. `--only "push: "`: at points
 * in whose names that stands. `--keep FOLDER`: the files of each scene in which something was wrong, with the key that opens them, are kept
 * there. `--record`: see record.ts.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { bundle } from './bundle.ts';
import type { Report } from './plan.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '300' },
    from: { type: 'string', default: '1' },
    lanes: { type: 'string', default: '3' },
    minutes: { type: 'string', default: '1000000' },
    cheap: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    keep: { type: 'string' },
    json: { type: 'string' },
    record: { type: 'boolean', default: false },
  },
});
const print = (line: string) => process.stdout.write(`${line}\n`);

const scripts = await bundle();
const { endAll, recordPoints, run } = (await import(scripts.run)) as typeof import('./run.ts');
process.on('exit', () => {
  endAll();
  scripts.remove();
});
process.on('SIGTERM', () => process.exit(1));
process.on('SIGINT', () => process.exit(1));

if (values.record) {
  await recordPoints(scripts, new URL('./points.ts', import.meta.url), print);
  process.exit(0);
}
const began = performance.now();
const report = await run(scripts, {
  kills: Number(values.kills),
  from: Number(values.from),
  lanes: Number(values.lanes),
  varied: !values.cheap,
  only: values.only,
  keepIn: values.keep ?? null,
  until: Date.now() + Number(values.minutes) * 60_000,
  print,
  progress: write,
});
write(report);
if (report.missed.length > 0) print(`never reached: ${report.missed.join('; ')}`);
const seconds = (performance.now() - began) / 1000;
const cpu = report.cpuSeconds === null ? '' : ` and ${report.cpuSeconds.toFixed(0)} s of processor`;
print(`${report.kills} kills in ${seconds.toFixed(0)} s${cpu}, ${report.problems.length} problems`);
process.exit(report.problems.length === 0 && report.missed.length === 0 ? 0 : 1);

/** Also while it runs: what was done counts, whatever becomes of the rest. */
function write(of: Report): void {
  of.cpuSeconds = cpuSeconds();
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(of, null, 1)}\n`);
}

/** Of this process and of all that it has started and that have ended; only Linux says it cheaply. */
function cpuSeconds(): Report['cpuSeconds'] {
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? [];
    return [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0) / 100;
  } catch {
    return null;
  }
}
