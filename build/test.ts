/**
 * `npm test`: everything that CI runs. Runs all of it whatever fails, names again what failed, and closes with one plain line
 * `N passed, N failed` that counts every unit test, every story and one for each check.
 *
 * `npm test -- types unit` runs only those steps; any other word is a filter for the files of the unit tests and the stories,
 * and then only these two run: `npm test -- zones`.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './node24.mjs';
import { type Outcome, run, runNode } from './run.ts';
import { type Counts, counted, countPlaywright, readReport } from './test-counts.ts';
import { unitTests } from './unit.ts';

type Step = { name: string; does: string; run: (filters: string[]) => Promise<Counts> };

const results = join(root, 'out', 'test');
const MINUTE = 60_000;

/** A check passes or fails as one; what it says is shown when it fails. */
function check(name: string, does: string, work: () => Promise<Outcome>): Step {
  return {
    name,
    does,
    run: async () => {
      const { ok, output } = await work();
      if (!ok) process.stdout.write(output.endsWith('\n') ? output : `${output}\n`);
      return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, wrong: ok ? [] : [`${name}: ${does}`] };
    },
  };
}

async function stories(filters: string[]): Promise<Counts> {
  const report = join(results, 'e2e.json');
  const args = [
    'test',
    '--config',
    'e2e/playwright.config.ts',
    '--reporter=list,json',
    '--pass-with-no-tests',
    ...filters,
  ];
  const env = { PLAYWRIGHT_JSON_OUTPUT_FILE: report, PLAYWRIGHT_FORCE_TTY: '0' };
  const outcome = await run('playwright', args, { live: true, env, timeoutMs: 40 * MINUTE });
  return counted(outcome, readReport(report), countPlaywright);
}

const STEPS: Step[] = [
  check('format', 'biome: format and lint', () => run('biome', ['check', '--error-on-warnings', '.'])),
  check('types', 'each program for its runtime', () => runNode('build/check-types.ts')),
  check('layers', 'who imports whom', () => runNode('build/check-layers.ts')),
  check('unused', 'knip: files, exports, packages', () => run('knip', ['--no-progress'])),
  check('wire', 'the .proto files and their history', () => runNode('build/check-wire.ts')),
  check('window', 'the renderer builds', () => runNode('build/build-renderer.ts')),
  check('bundle', "Electron's main process, bundled and run", () => runNode('build/check-bundle.ts')),
  { name: 'unit', does: 'vitest', run: (filters) => unitTests(filters, results) },
  { name: 'e2e', does: 'the stories, in a browser', run: stories },
];

const words = process.argv.slice(2);
const named = STEPS.filter((step) => words.includes(step.name));
const filters = words.filter((word) => !STEPS.some((step) => step.name === word));
const chosen =
  named.length > 0
    ? named
    : filters.length > 0
      ? STEPS.filter(({ name }) => ['unit', 'e2e'].includes(name))
      : STEPS;

rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

const total: Counts = { passed: 0, failed: 0, wrong: [] };
const summary: string[] = [];
for (const step of chosen) {
  process.stdout.write(`\n--- ${step.name}: ${step.does}\n`);
  const began = Date.now();
  let counts: Counts;
  try {
    counts = await step.run(filters);
  } catch (error) {
    const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stdout.write(`${said}\n`);
    counts = { passed: 0, failed: 1, wrong: [`${step.name}: ${said}`] };
  }
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.wrong.push(...counts.wrong);
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  const line = `${counts.failed === 0 ? 'ok   ' : 'WRONG'}  ${step.name.padEnd(7)} ${String(counts.passed).padStart(5)} passed  ${String(counts.failed).padStart(4)} failed  ${seconds.padStart(7)} s`;
  process.stdout.write(`${line}\n`);
  summary.push(line);
}

// Where only the end of a long output is kept, this is what says what to mend.
if (total.wrong.length > 0) process.stdout.write(`\nWhat failed:\n${total.wrong.join('\n')}\n`);
process.stdout.write(`\n${summary.join('\n')}\n\n${total.passed} passed, ${total.failed} failed\n`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
