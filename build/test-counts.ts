/** Reads how many passed and failed from the reports of the two test runners. Skipped tests count as failed: there are none here. */
import { z } from 'zod';

export type Counts = { passed: number; failed: number };

const vitestReport = z.object({
  testResults: z.array(
    z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) }),
  ),
});

export function countVitest(json: unknown): Counts {
  const counts: Counts = { passed: 0, failed: 0 };
  for (const file of vitestReport.parse(json).testResults) {
    for (const { status } of file.assertionResults) status === 'passed' ? counts.passed++ : counts.failed++;
    // A file that could not even be loaded has no tests to fail.
    if (file.status === 'failed' && file.assertionResults.every(({ status }) => status === 'passed'))
      counts.failed++;
  }
  return counts;
}

const playwrightReport = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number(), skipped: z.number() }),
  errors: z.array(z.unknown()),
});

export function countPlaywright(json: unknown): Counts {
  const { stats, errors } = playwrightReport.parse(json);
  const failed = stats.unexpected + stats.flaky + stats.skipped;
  return { passed: stats.expected, failed: failed === 0 && errors.length > 0 ? 1 : failed };
}
