import { expect, test } from 'vitest';
import { countPlaywright, countVitest } from './test-counts.ts';

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((one) => ({ status: one })),
});

test('DOC-6 unit tests are counted, skipped ones as failed', () => {
  const testResults = [
    file('passed', 'passed', 'passed'),
    file('failed', 'passed', 'failed'),
    file('passed', 'skipped'),
  ];
  expect(countVitest({ testResults })).toEqual({ passed: 3, failed: 2 });
});

test('DOC-6 a test file that does not load is a failure', () => {
  expect(countVitest({ testResults: [file('failed')] })).toEqual({ passed: 0, failed: 1 });
});

test('DOC-6 stories are counted, flaky and skipped ones as failed', () => {
  const stats = { expected: 5, unexpected: 1, flaky: 1, skipped: 1 };
  expect(countPlaywright({ stats, errors: [] })).toEqual({ passed: 5, failed: 3 });
  const none = { expected: 0, unexpected: 0, flaky: 0, skipped: 0 };
  expect(countPlaywright({ stats: none, errors: ['it broke'] })).toEqual({ passed: 0, failed: 1 });
});
