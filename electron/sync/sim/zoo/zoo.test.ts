import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { Bug } from './bug.ts';
import { withBug } from './let-out.ts';
import { ZOO } from './list.ts';
import { MOST_SEEDS, readSeeds, SEEDS, seedFor, withTable } from './table.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const SOUGHT = ZOO.filter(({ open }) => open !== true);
/** Each bug loads the modules anew and plays a story, on a machine with much else to do. */
const PATIENCE_MS = 30 * 60_000;

test(
  'SIM-30 the simulation finds every bug of the zoo, and the same stories pass without it',
  async () => {
    // In a process of its own: modules are changed as they are loaded, which a test runner does its own way.
    const run = await promisify(execFile)(process.execPath, [MAIN, '--zoo', '--known'], {
      timeout: PATIENCE_MS,
    }).catch((error: { stdout?: string; message: string }) => ({
      stdout: `${error.stdout ?? ''}${error.message}`,
    }));
    const lines = run.stdout.trim().split('\n');
    expect(lines.filter((line) => !/^seed \d+: /.test(line))).toEqual([]);
    expect(lines).toHaveLength(SOUGHT.length);
  },
  PATIENCE_MS,
);

test('SIM-31 each bug is at one place of the source, and has a name of its own', () => {
  expect(SOUGHT.length).toBeGreaterThanOrEqual(25);
  expect(new Set(ZOO.map(({ name }) => name)).size).toBe(ZOO.length);
  for (const bug of ZOO) expect(withBug(bug)).toContain(bug.instead);
  const [bug] = ZOO as [Bug];
  expect(() => withBug({ ...bug, find: 'what is nowhere' })).toThrow(/place is not in/);
  expect(() => withBug({ ...bug, find: '\n' })).toThrow(/place is more than once in/);
});

test('SIM-30 docs/SPEC.md has the table of the zoo, with what was found last', () => {
  const seeds = readSeeds();
  for (const bug of ZOO) expect(seeds[bug.name]?.seed ?? 0).toBeLessThanOrEqual(seedFor(bug, MOST_SEEDS));
  const document = readFileSync(SEEDS.spec, 'utf8');
  expect(withTable(document, seeds)).toBe(document);
});
