/**
 * `npm run bench`: measures Lockstep beside its peers, in one run, and writes bench/results.json, docs/PERFORMANCE.md's table and
 * its picture. `npm run bench -- sync start` runs these parts only (what the others gave last stays); `--quick`: small
 * sizes, once, and nothing is written; `--no-large`: without 1,000,000 messages; `--minutes N`: as long at most, 40 otherwise, a large
 * size's last run apart; `--runs N`: 5 otherwise; `--sizes 1000,100000`: of those that a part has; `--no-peers`.
 *
 * Each measurement is a process of its own, run after run in turn with what it is compared to, so that a busy moment of the machine
 * falls on all of them alike. Compare what stands in one run; never times of two runs.
 */
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { peersHere } from './peers/peers.ts';
import { type Case, type Measurement, parts } from './plan/parts.ts';
import { prepare } from './plan/prepared.ts';
import { type Item, runAll } from './plan/schedule.ts';
import { type Result, readResults, writeReport } from './report.ts';
import { medians } from './stats.ts';
import type { Numbers } from './support/child.ts';
import { temporaryFolder } from './support/folder.ts';

const { values: flags, positionals: words } = parseArgs({
  allowPositionals: true,
  allowNegative: true,
  options: {
    quick: { type: 'boolean', default: false },
    large: { type: 'boolean', default: true },
    peers: { type: 'boolean', default: true },
    minutes: { type: 'string', default: '40' },
    runs: { type: 'string' },
    sizes: { type: 'string' },
  },
});
const { quick, large } = flags;
const runs = Math.max(1, Number(flags.runs ?? (quick ? 1 : 5)));
const began = performance.now();
const seconds = () => (performance.now() - began) / 1000;

// Everything that a measurement leaves lies in here, also of one that was killed.
const folder = temporaryFolder('run');
process.env['LOCKSTEP_BENCH_FOLDER'] = folder;
// As a device has it from its second start on: the sources are not stripped and compiled anew in each thread. For all alike.
process.env['NODE_COMPILE_CACHE'] = join(folder, 'compiled');
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));

const say = (line: string) => process.stdout.write(`${line}\n`);
const shortly = (numbers: Numbers) =>
  Object.entries(numbers)
    .map(([name, value]) => `${name} ${value >= 100 ? Math.round(value) : Number(value.toPrecision(3))}`)
    .join(', ');

const peers = flags.peers && peersHere();
const prepared = prepare(folder, say);
const all = parts({ quick, large, peers, sizes: flags.sizes?.split(',').map(Number) ?? null }, prepared);
for (const word of words) {
  if (all[word] !== undefined) continue;
  process.stderr.write(`There is no part "${word}". Parts: ${Object.keys(all).join(', ')}.\n`);
  process.exit(2);
}

let failed = false;
const results = new Map<string, Result>();

/** Its turns, each of which adds to what its cases have given so far. */
function itemOf(measurement: Measurement): Item {
  const { part, size } = measurement;
  const name = `${part} ${size.toLocaleString('en')}`;
  const given = new Map<string, Numbers[]>();
  const leftOut = new Set<string>();
  let load = 0;
  const one = async ({ name: who, run, peer }: Case): Promise<void> => {
    if (leftOut.has(who)) return;
    load = Math.max(load, loadavg()[0]!);
    try {
      given.set(who, [...(given.get(who) ?? []), await run()]);
    } catch (error) {
      say(`${name} ${who}: left out (${error instanceof Error ? error.message : error})`);
      leftOut.add(who);
      if (peer !== true) failed = true;
    }
    load = Math.max(load, loadavg()[0]!);
  };
  return {
    name,
    part,
    size,
    turns: runs,
    prepare: () => measurement.prepare?.() ?? Promise.resolve(),
    async turn(): Promise<void> {
      const from = seconds();
      await measurement.with(async (cases) => {
        for (const each of cases) await one(each);
      });
      for (const [who, numbers] of given) {
        const median = medians(numbers);
        const at = new Date().toISOString();
        results.set(`${name} ${who}`, { part, name: who, size, runs: numbers.length, load, at, median });
        say(`${name} ${who} (${numbers.length}): ${shortly(median)}`);
      }
      say(`  ${Math.round(seconds() - from)} s, ${(seconds() / 60).toFixed(1)} min since the start`);
      // After each: a run that is broken off keeps what it has measured.
      if (!quick) writeReport([...before, ...results.values()]);
    },
  };
}

if (!peers) say('Without peers: they were left away, or could not be fetched.');
say(
  `${cpus().length} processors, load ${loadavg()[0]!.toFixed(1)}, up to ${runs} runs each, ${flags.minutes} minutes`,
);
const wanted = Object.entries(all)
  .filter(([word]) => words.length === 0 || words.includes(word))
  .flatMap(([, measurements]) => measurements);
// Of parts that are measured whole nothing old stays: a name or a size may be gone.
const whole = new Set(large && flags.sizes === undefined ? wanted.map(({ part }) => part) : []);
const before = readResults().filter(({ part }) => !whole.has(part));
const items = wanted
  // Small first: what is cut short is what is large. Parts of one size stay in their order.
  .sort((a, b) => rank(a) - rank(b))
  .map(itemOf);
await runAll(items, {
  now: seconds,
  left: () => Number(flags.minutes) * 60 - seconds(),
  say,
  failed(item, error) {
    failed = true;
    say(`${item.name}: ${error instanceof Error ? error.message : error}`);
  },
});
if (quick) say('--quick: too small to be kept; nothing was written.');
say(`${(seconds() / 60).toFixed(1)} minutes`);
process.exit(failed ? 1 : 0);

function rank({ size, messages = size }: Measurement): number {
  return messages <= 40_000 ? 0 : messages < 1_000_000 ? 1 : 2;
}
