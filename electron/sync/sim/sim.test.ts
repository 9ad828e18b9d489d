import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { realParts } from '../core.ts';
import { FAULT_PREFIX, FAULTS } from './faults.ts';
import { shrink } from './shrink.ts';
import { story } from './story.ts';

/** More with `npm run sim`; a seed that ever failed is kept in failing-seeds.json, and is played first. */
const COUNT = Number(process.env['LOCKSTEP_SEEDS'] ?? 50);
const FAILED: number[] = JSON.parse(readFileSync(new URL('./failing-seeds.json', import.meta.url), 'utf8'));
/** What nobody sees needs no stack, and a simulated connection breaks off often. */
Error.stackTraceLimit = 0;
/** On a machine with much else to do. */
const PATIENCE_MS = 120_000;

/** What these stories did, and what befell them. */
const played = new Set<string>();
/** Enough for what fires once in a hundred stories. */
const ENOUGH = 500;

test.each([...new Set([...FAILED, ...Array.from({ length: COUNT }, (_, i) => 1 + i)])])(
  'SIM-1 SIM-2 SIM-3 SIM-4 SIM-5 SIM-6 SIM-7 SIM-8 SIM-9 SIM-17 SIM-18 SIM-19 SIM-20 SIM-21 SIM-22 SIM-23 SIM-24 SIM-33 SIM-34 SIM-35 SIM-36 SIM-37 SIM-38 SYN-29 whatever happens, everything ends equal (seed %i)',
  async (seed) => {
    const { problems, trace, counts } = await story({ seed });
    for (const what of counts.keys()) played.add(what);
    expect(problems.length === 0 ? [] : [...problems, ...trace]).toEqual([]);
  },
  PATIENCE_MS,
);

test('SIM-16 each fault of the table was played', () => {
  const missing = FAULTS.map(({ name }) => name).filter((name) => !played.has(`${FAULT_PREFIX}${name}`));
  if (COUNT >= ENOUGH) expect(missing).toEqual([]);
  else expect(missing.length).toBeLessThan(FAULTS.length * 0.6);
});

test('SIM-16 the table of faults in SPEC is that of the simulation', () => {
  const spec = readFileSync(new URL('../../../docs/SPEC.md', import.meta.url), 'utf8');
  for (const { name, does } of FAULTS) expect(spec).toContain(`| ${name} | ${does} |`);
});

test(
  'SIM-10 the same seed tells the same story',
  async () => {
    const [one, two] = [await story({ seed: 14 }), await story({ seed: 14 })];
    expect(two.trace).toEqual(one.trace);
    expect(two.counts).toEqual(one.counts);
    expect(one.trace.length).toBeGreaterThan(20);
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
