/**
 * Reads from the reports of the two test runners how many passed and failed, and of each that failed where it is and what it said
 * first. Skipped tests count as failed: there are none here.
 */
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';
import { root } from './node24.mjs';

/** `wrong` has a line or two for each that failed, as far as the report names them. */
export type Counts = { passed: number; failed: number; wrong: string[] };

const SAYS_LINES = 8;
/** Of one line: a list of what went wrong is one. */
const LINE_CHARACTERS = 4000;

/** One failed test for the end of the output: where it is, and the first lines of what it said. */
function wrongOf(where: string, title: string, says: string | undefined): string {
  const lines = stripVTControlCharacters(says ?? '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, SAYS_LINES);
  return [`${where} › ${title}`, ...lines.map((line) => `    ${line.slice(0, LINE_CHARACTERS)}`)].join('\n');
}

const vitestReport = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(
        z.object({
          status: z.string(),
          fullName: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});

export function countVitest(json: unknown): Counts {
  const counts: Counts = { passed: 0, failed: 0, wrong: [] };
  for (const file of vitestReport.parse(json).testResults) {
    const where = relative(root, file.name);
    for (const { status, fullName, failureMessages } of file.assertionResults) {
      if (status === 'passed') {
        counts.passed++;
        continue;
      }
      counts.failed++;
      counts.wrong.push(wrongOf(where, fullName, failureMessages?.[0] ?? status));
    }
    // A file that could not even be loaded has no tests to fail.
    if (file.status === 'failed' && file.assertionResults.every(({ status }) => status === 'passed')) {
      counts.failed++;
      counts.wrong.push(wrongOf(where, 'the file itself', file.message));
    }
  }
  return counts;
}

/** What a runner has written there; null: nothing. */
export function readReport(file: string): unknown {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
}

/** A runner that failed without a failed test (it broke, was ended, found an unhandled error) counts as one failure. `json`: null for no report. */
export function counted({ ok }: { ok: boolean }, json: unknown, count: (json: unknown) => Counts): Counts {
  const counts = json === null ? { passed: 0, failed: 0, wrong: [] } : count(json);
  return ok || counts.failed > 0
    ? counts
    : { ...counts, failed: 1, wrong: [...counts.wrong, 'the runner itself failed: see above'] };
}

/** What V8 says before it ends the process (nodejs/node issue 64500). */
const V8_FAULT = /Check failed: jit_page/g;
const UNHANDLED = /Vitest caught (\d+) unhandled errors?/;

/**
 * The test files whose processes ended by that fault, by what vitest reported and printed. Their tests that were not begun are `pending`. Empty where
 * anything else went wrong outside of a test, too: then nothing tells which of the two it was.
 */
export function takenByV8(json: unknown, output: string): string[] {
  const plain = stripVTControlCharacters(output);
  const faults = plain.match(V8_FAULT)?.length ?? 0;
  const unhandled = Number(UNHANDLED.exec(plain)?.[1] ?? 0);
  if (faults === 0 || faults !== unhandled) return [];
  const files = vitestReport.parse(json).testResults.filter((file) => isUnfinished(file));
  return files.length === faults ? files.map(({ name }) => name) : [];
}

/** None of its tests failed, and some were not begun, or it was ended before any of them was known. */
function isUnfinished({ status, assertionResults }: z.infer<typeof vitestReport>['testResults'][0]): boolean {
  const states = assertionResults.map((one) => one.status);
  if (states.includes('failed')) return false;
  return states.includes('pending') || (states.length === 0 && status !== 'passed');
}

export function withoutFiles(json: unknown, files: readonly string[]): unknown {
  const { testResults } = vitestReport.parse(json);
  return { testResults: testResults.filter(({ name }) => !files.includes(name)) };
}

type Suite = { specs: Spec[]; suites?: Suite[] | undefined };
type Spec = z.infer<typeof spec>;

const spec = z.object({
  title: z.string(),
  file: z.string(),
  tests: z.array(
    z.object({
      status: z.string(),
      results: z.array(z.object({ error: z.object({ message: z.string().optional() }).optional() })),
    }),
  ),
});
const suite: z.ZodType<Suite> = z.object({
  specs: z.array(spec),
  suites: z.lazy(() => z.array(suite)).optional(),
});
const playwrightReport = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number(), skipped: z.number() }),
  errors: z.array(z.object({ message: z.string().optional() })),
  suites: z.array(suite),
});

export function countPlaywright(json: unknown): Counts {
  const { stats, errors, suites } = playwrightReport.parse(json);
  const failed = stats.unexpected + stats.flaky + stats.skipped;
  const wrong = [
    ...suites
      .flatMap(specsOf)
      .flatMap(({ title, file, tests }) =>
        tests
          .filter(({ status }) => status !== 'expected')
          .map(({ status, results }) =>
            wrongOf(
              `e2e/${file}`,
              title,
              results.find(({ error }) => error !== undefined)?.error?.message ?? status,
            ),
          ),
      ),
    ...errors.map(({ message }) => wrongOf('e2e', 'the runner', message)),
  ];
  return { passed: stats.expected, failed: failed === 0 && errors.length > 0 ? 1 : failed, wrong };
}

function specsOf({ specs, suites = [] }: Suite): Spec[] {
  return [...specs, ...suites.flatMap(specsOf)];
}
