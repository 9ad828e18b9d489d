/**
 * `npm run sim -- --seeds N --from S`: more of the simulation than `npm test` has time for, on every core. Replays every seed that ever
 * failed first, says how often each act was done and each fault fired, and makes what fails small.
 *
 *     --steps N      steps of each story              --jobs N     processes; as many as there are cores where nothing is said
 *     --json FILE    the counts, to be kept           --trace      tells each story
 *     --minutes N    no seed is begun after that
 *     --quick        neither replays, nor makes small, nor writes the failing seeds down
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { type Failing, isSame, keepFailing, readFailing } from './failing.ts';
import { playAll } from './pool.ts';
import { STEPS } from './story.ts';
import type { Played, Task } from './worker.ts';
import { searchZoo } from './zoo/search.ts';

/** Of a hundred seeds one is run twice: the same seed must tell the same story. */
const TWICE = 100;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    steps: { type: 'string', default: String(STEPS) },
    jobs: { type: 'string', default: String(availableParallelism()) },
    json: { type: 'string' },
    trace: { type: 'boolean', default: false },
    minutes: { type: 'string', default: 'Infinity' },
    quick: { type: 'boolean', default: false },
    /** Lets the bugs of the zoo out instead (zoo/search.ts). */
    zoo: { type: 'boolean', default: false },
    known: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    most: { type: 'string' },
  },
});

const print = (line: string) => process.stdout.write(`${line}\n`);

if (values.zoo) {
  // As in worker.ts: nobody reads where a simulated connection broke off.
  Error.stackTraceLimit = 0;
  const { known, only } = values;
  const most = values.most === undefined ? null : Number(values.most);
  process.exit((await searchZoo({ known, only, most, print })) ? 0 : 1);
}

const steps = Number(values.steps);
const from = Number(values.from);
const known = readFailing();
const stories = [
  ...(values.quick ? [] : known),
  ...Array.from({ length: Number(values.seeds) }, (_, i) => ({ seed: from + i, steps })),
];
const tasks = stories.map(
  (one, index): Task => ({
    ...one,
    again: index % TWICE === 0,
    small: !values.quick,
    tell: values.trace,
  }),
);
const jobs = Math.max(1, Math.min(Number(values.jobs), tasks.length));
const counts = new Map<string, number>();
const failed: number[] = [];
let cpuSeconds = 0;
let done = 0;

function heard(played: Played, one: Failing): void {
  const { seed, problems, trace, small } = played;
  cpuSeconds += played.cpuSeconds;
  done += 1;
  for (const [what, times] of played.counts) counts.set(what, (counts.get(what) ?? 0) + times);
  if (values.trace) print(trace.join('\n'));
  if (problems.length === 0) return;
  failed.push(seed);
  print(`seed ${seed} fails:\n  ${problems.slice(0, 12).join('\n  ')}`);
  if (small !== null) {
    print(`the same with steps ${small.kept.join(', ')} alone:\n  ${small.problems.join('\n  ')}`);
    print(small.trace.map((line) => `    ${line}`).join('\n'));
  }
  if (values.quick || known.some(isSame(one))) return;
  known.push(one);
  keepFailing(known);
}

const began = performance.now();
const pool = playAll(tasks, jobs, { until: Date.now() + Number(values.minutes) * 60_000 });
process.on('exit', pool.close);
for (const [index, promise] of pool.played.entries()) {
  const played = await promise;
  const one = stories[index];
  if (played !== null && one !== undefined) heard(played, one);
}
pool.close();
const seconds = (performance.now() - began) / 1000;
const perCore = done / cpuSeconds;

const sorted = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
print(sorted.map(([what, times]) => `${String(times).padStart(9)} ${what}`).join('\n'));
print(
  `${done} seeds of ${steps} steps in ${seconds.toFixed(1)} s on ${jobs} processes: ${perCore.toFixed(2)} seeds a second of CPU`,
);
print(failed.length === 0 ? 'all end equal' : `failed: ${failed.join(', ')}`);
if (values.json !== undefined) {
  const told = {
    ...{
      seeds: done,
      from,
      steps,
      jobs,
      seconds,
      cpuSeconds,
      seedsPerSecondPerCore: perCore,
      failed,
    },
    counts: Object.fromEntries(sorted),
  };
  writeFileSync(values.json, `${JSON.stringify(told, null, 2)}\n`);
}
process.exitCode = failed.length === 0 ? 0 : 1;
