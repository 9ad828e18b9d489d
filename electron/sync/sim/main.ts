/**
 * `npm run sim -- --seeds N --from S`: more of the simulation than `npm test` has time for. Replays every seed that ever failed first, says
 * how often each act was done and each fault fired, and makes what fails small. `--trace` tells each story.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { shrink } from './shrink.ts';
import { STEPS, story } from './story.ts';
import { searchZoo } from './zoo/search.ts';

const FAILING = new URL('./failing-seeds.json', import.meta.url);
/** Of a hundred seeds one is run twice: the same seed must tell the same story. */
const TWICE = 100;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    steps: { type: 'string', default: String(STEPS) },
    trace: { type: 'boolean', default: false },
    /** Neither replays, nor makes small, nor writes the failing seeds down. */
    quick: { type: 'boolean', default: false },
    /** Lets the bugs of the zoo out instead (zoo/search.ts). */
    zoo: { type: 'boolean', default: false },
    known: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    most: { type: 'string' },
  },
});
// Nobody reads where a simulated connection broke off, and saying it costs a tenth of the time.
Error.stackTraceLimit = 0;

const print = (line: string) => process.stdout.write(`${line}\n`);

if (values.zoo) {
  const { known, only } = values;
  const most = values.most === undefined ? null : Number(values.most);
  process.exit((await searchZoo({ known, only, most, print })) ? 0 : 1);
}

const steps = Number(values.steps);
const from = Number(values.from);
const known: number[] = JSON.parse(readFileSync(FAILING, 'utf8'));
const seeds = [
  ...(values.quick ? [] : known),
  ...Array.from({ length: Number(values.seeds) }, (_, i) => from + i),
];
const counts = new Map<string, number>();
const failed: number[] = [];
const cpu = process.cpuUsage();

for (const [index, seed] of seeds.entries()) {
  const told = await story({ seed, steps });
  for (const [what, times] of told.counts) counts.set(what, (counts.get(what) ?? 0) + times);
  if (values.trace) print(told.trace.join('\n'));
  if (told.problems.length > 0) {
    failed.push(seed);
    print(`seed ${seed} fails:\n  ${told.problems.slice(0, 12).join('\n  ')}`);
    if (!values.quick) {
      const small = await shrink({ seed, steps });
      print(`the same with steps ${small.kept.join(', ')} alone:\n  ${small.told.problems.join('\n  ')}`);
      print(small.told.trace.map((line) => `    ${line}`).join('\n'));
      if (!known.includes(seed)) known.push(seed);
      writeFileSync(FAILING, `${JSON.stringify(known)}\n`);
    }
  } else if (index % TWICE === 0) {
    const again = await story({ seed, steps });
    if (again.trace.join('\n') !== told.trace.join('\n')) {
      failed.push(seed);
      print(`seed ${seed} told another story the second time`);
    }
  }
}

const { user, system } = process.cpuUsage(cpu);
const seconds = (user + system) / 1e6;
print(
  [...counts]
    .sort()
    .map(([what, times]) => `${String(times).padStart(9)} ${what}`)
    .join('\n'),
);
print(
  `${seeds.length} seeds in ${seconds.toFixed(1)} s of CPU, ${(seeds.length / seconds).toFixed(2)} a second`,
);
print(failed.length === 0 ? 'all end equal' : `failed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
