import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { realParts } from '../core.ts';
import { isSame, readFailing } from './failing.ts';
import { FAULT_PREFIX, FAULTS } from './faults.ts';
import { FIRST_WITH_FILES } from './file-acts.ts';
import { SLEEPY } from './oftener.ts';
import { playAll } from './pool.ts';
import { SHORT } from './short.ts';
import { shrink } from './shrink.ts';
import { STEPS, story } from './story.ts';

/** More with `npm run sim`; a seed that ever failed is kept in failing-seeds.json, and is played first. */
const COUNT = Number(process.env['LOCKSTEP_SEEDS'] ?? 500);
/** What nobody sees needs no stack, and a simulated connection breaks off often. */
Error.stackTraceLimit = 0;
/** On a machine with much else to do. */
const PATIENCE_MS = 600_000;

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-sim-json-'));
  folders.push(folder);
  return folder;
}

/** What these stories did, and what befell them. */
const played = new Set<string>();
/** Enough for what fires once in a thousand stories. `npm test` plays fewer: nearly everything fires in them. */
const ENOUGH = 5_000;
const NEARLY = 500;

const failing = readFailing();
/** One in five has files. */
const OF_FILES = Math.floor(COUNT / 5);
/** One in ten has short pages. */
const OF_SHORT = Math.floor(COUNT / 10);
/** In one in twenty-five computers sleep with answers on their way. */
const OF_SLEEPY = Math.floor(COUNT / 25);
const fresh = [
  ...Array.from({ length: COUNT - OF_FILES - OF_SLEEPY - OF_SHORT }, (_, i) => ({
    seed: 1 + i,
    steps: STEPS,
  })),
  ...Array.from({ length: OF_SLEEPY }, (_, i) => ({ seed: SLEEPY.first + i, steps: STEPS })),
  ...Array.from({ length: OF_SHORT }, (_, i) => ({ seed: SHORT.first + i, steps: STEPS })),
  ...Array.from({ length: OF_FILES }, (_, i) => ({ seed: FIRST_WITH_FILES + 2 * i, steps: STEPS })),
];
const stories = [...failing, ...fresh.filter((one) => !failing.some(isSame(one)))];
const tasks = stories.map((one) => ({ ...one, again: false, small: false, tell: false }));
/** On every core, ahead of the tests that ask for them. */
const pool = playAll(tasks, availableParallelism());
afterAll(() => pool.close());

test.each(stories.map((one, index) => ({ ...one, index })))(
  'SIM-1 SIM-2 SIM-3 SIM-4 SIM-5 SIM-6 SIM-7 SIM-8 SIM-9 SIM-17 SIM-18 SIM-19 SIM-20 SIM-21 SIM-22 SIM-23 SIM-24 SIM-33 SIM-34 SIM-35 SIM-36 SIM-37 SIM-38 SIM-42 SIM-43 SIM-44 SIM-48 SIM-49 SIM-50 SIM-51 SYN-29 whatever happens, everything ends equal (seed $seed, $steps steps)',
  async ({ index }) => {
    const told = await pool.played[index];
    if (!told) throw new Error('This seed was not played.');
    for (const [what] of told.counts) played.add(what);
    expect([...told.problems, ...told.trace]).toEqual([]);
  },
  PATIENCE_MS,
);

test('SIM-16 each fault of the table was played', () => {
  const missing = FAULTS.map(({ name }) => name).filter((name) => !played.has(`${FAULT_PREFIX}${name}`));
  if (COUNT >= ENOUGH) expect(missing).toEqual([]);
  else expect(missing.length).toBeLessThan(FAULTS.length * (COUNT >= NEARLY ? 0.15 : 0.6));
});

test('SIM-16 the table of faults in SPEC is that of the simulation', () => {
  const spec = readFileSync(new URL('../../../docs/SPEC.md', import.meta.url), 'utf8');
  for (const { name, does } of FAULTS) expect(spec).toContain(`| ${name} | ${does} |`);
});

test(
  'SIM-10 SIM-13 the same seed tells the same story, also on a machine that is busy',
  async () => {
    const tell = () => story({ seed: 14, steps: 120 });
    const one = await tell();
    const busy = setInterval(() => {
      for (const until = Date.now() + 12; Date.now() < until; );
    }, 2);
    const two = await tell().finally(() => clearInterval(busy));
    expect(two.trace).toEqual(one.trace);
    expect(two.counts).toEqual(one.counts);
    expect(one.trace.length).toBeGreaterThan(100);
  },
  PATIENCE_MS,
);

test(
  'SIM-40 the machine has no stopwatch of its own in a story, from its first moment to its end',
  async () => {
    const { now } = performance;
    const told = [];
    try {
      for (const leapMs of [0, 50]) {
        let ms = 0;
        performance.now = () => {
          ms += leapMs;
          return ms;
        };
        told.push(await story({ seed: 5, steps: 1 }));
      }
    } finally {
      performance.now = now;
    }
    const [one, two] = told;
    expect(two?.counts).toEqual(one?.counts);
    expect(two?.trace).toEqual(one?.trace);
  },
  PATIENCE_MS,
);

test('SIM-45 a story that does not come to its end is a failure with its seed, and the others are played', async () => {
  const tasks = [7, 8].map((seed) => ({ seed, steps: 6, again: false, small: false, tell: false }));
  const pool = playAll(tasks, 1, { givenUpMs: 1 });
  const played = await Promise.all(pool.played);
  pool.close();
  expect(played.map((one) => [one?.seed, one?.problems.length])).toEqual([
    [7, 1],
    [8, 1],
  ]);
  expect(played[0]?.problems[0]).toMatch(/^SIM-45 the story did not come to its end/);
});

test(
  'SIM-14 a story of 400 steps is lively to its end',
  async () => {
    const { problems, trace } = await story({ seed: 3001, steps: 400 });
    expect(problems).toEqual([]);
    const acts = trace.slice(0, trace.indexOf(trace.find((line) => line.endsWith('everything heals')) ?? ''));
    const last = acts.slice(-100);
    expect(last.filter((line) => / writes "[^"]*"( \(asked at|$)/.test(line)).length).toBeGreaterThan(5);
    expect(last.filter((line) => line.endsWith('Nobody is signed in on this device.')).length).toBeLessThan(
      50,
    );
  },
  PATIENCE_MS,
);

test(
  'SIM-15 more of it is played by as many processes as one likes, which count together',
  async () => {
    const file = join(temporary(), 'counts.json');
    const main = fileURLToPath(new URL('./main.ts', import.meta.url));
    const given = ['--seeds', '3', '--from', '7', '--steps', '6', '--jobs', '2', '--quick', '--json', file];
    const { stdout } = await promisify(execFile)(process.execPath, [main, ...given]);
    expect(stdout).toContain('all end equal');
    const told = JSON.parse(readFileSync(file, 'utf8')) as {
      failed: number[];
      counts: Record<string, number>;
    };
    expect(told).toMatchObject({ seeds: 3, from: 7, steps: 6, jobs: 2, failed: [] });
    let requests = 0;
    for (const seed of [7, 8, 9]) requests += (await story({ seed, steps: 6 })).counts.get('request') ?? 0;
    expect(told.counts['request']).toBe(requests);
  },
  PATIENCE_MS,
);

test(
  'SIM-12 a failing story is told with the fewest steps that still fail',
  async () => {
    // A device that never looks into its mailbox: one message to somebody else is all it takes.
    const deaf = { ...realParts, receive: async () => ({ more: false, waits: false, aside: false }) };
    const { kept, told } = await shrink({ seed: 3, steps: 12, parts: deaf });
    expect(told.problems).toContainEqual(expect.stringMatching(/^SIM-3 .* is not on bob1$/));
    expect(kept).toHaveLength(1);
    expect(told.trace.filter((line) => line.includes(' writes '))).toHaveLength(1);
  },
  PATIENCE_MS,
);
