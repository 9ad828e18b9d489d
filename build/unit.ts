/**
 * Runs the unit tests. A file whose process a fault of V8 has taken with it (electron/device/wasm-code.ts) has said nothing about what it tests:
 * it is run once more, and that is said. Any other end of a process is a failure, and so is a second one.
 */
import { join, relative } from 'node:path';
import { root } from './node24.mjs';
import { type Outcome, run } from './run.ts';
import { type Counts, counted, countVitest, readReport, takenByV8, withoutFiles } from './test-counts.ts';

const MINUTE = 60_000;

/** `folder`: where the reports go. */
export async function unitTests(filters: string[], folder: string): Promise<Counts> {
  const report = join(folder, 'unit.json');
  const outcome = await vitest(filters, report);
  const json = readReport(report);
  const files = json === null ? [] : takenByV8(json, outcome.output);
  if (files.length === 0) return counted(outcome, json, countVitest);
  const names = files.map((file) => relative(root, file));
  process.stdout.write(`\nA fault of V8 ended the processes of ${names.join(', ')}: these once more.\n`);
  const reportAgain = join(folder, 'unit-again.json');
  const again = await vitest(names, reportAgain);
  const rest = countVitest(withoutFiles(json, files));
  const more = counted(again, readReport(reportAgain), countVitest);
  return {
    passed: rest.passed + more.passed,
    failed: rest.failed + more.failed,
    wrong: [...rest.wrong, ...more.wrong],
  };
}

function vitest(filters: string[], report: string): Promise<Outcome> {
  const args = [
    'run',
    '--reporter=dot',
    '--reporter=json',
    `--outputFile.json=${report}`,
    '--passWithNoTests',
    ...filters,
  ];
  return run('vitest', args, { live: true, timeoutMs: 45 * MINUTE });
}
