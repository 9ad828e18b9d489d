import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './node24.mjs';
import { countPlaywright, countVitest, takenByV8, withoutFiles } from './test-counts.ts';

const file = (status: string, ...tests: string[]) => ({
  name: join(root, 'store', 'zones.test.ts'),
  status,
  message: status === 'failed' ? 'SyntaxError: Unexpected token' : '',
  assertionResults: tests.map((one, at) => ({
    status: one,
    fullName: `test ${at}`,
    failureMessages:
      one === 'failed' ? ['\u001b[31mAssertionError: 1 is not 2\u001b[39m\n\n    at line 3'] : [],
  })),
});

test('DOC-6 unit tests are counted, skipped ones as failed; what failed is named, with what it said', () => {
  const testResults = [
    file('passed', 'passed', 'passed'),
    file('failed', 'passed', 'failed'),
    file('passed', 'skipped'),
  ];
  expect(countVitest({ testResults })).toEqual({
    passed: 3,
    failed: 2,
    wrong: [
      'store/zones.test.ts › test 1\n    AssertionError: 1 is not 2\n        at line 3',
      'store/zones.test.ts › test 0\n    skipped',
    ],
  });
});

test('DOC-6 a test file that does not load is a failure', () => {
  expect(countVitest({ testResults: [file('failed')] })).toEqual({
    passed: 0,
    failed: 1,
    wrong: ['store/zones.test.ts › the file itself\n    SyntaxError: Unexpected token'],
  });
});

test('DOC-6 a file whose process V8’s known fault ended is told from one that failed or ended otherwise', () => {
  const done = { ...file('passed', 'passed'), name: '/done.test.ts' };
  const cut = { ...file('failed', 'passed', 'pending'), name: '/cut.test.ts' };
  const json = { testResults: [done, cut] };
  const said = (faults: number, unhandled: number) =>
    `${'# Check failed: jit_page.has_value().\n'.repeat(faults)}\u001b[31mVitest caught ${unhandled} unhandled error during the test run.`;
  expect(takenByV8(json, said(1, 1))).toEqual(['/cut.test.ts']);
  expect(countVitest(withoutFiles(json, ['/cut.test.ts']))).toEqual({ passed: 1, failed: 0, wrong: [] });
  // Something else went wrong as well, or alone, or a test failed before.
  expect(takenByV8(json, said(1, 2))).toEqual([]);
  expect(takenByV8(json, said(0, 1))).toEqual([]);
  expect(
    takenByV8({ testResults: [done, { ...cut, ...file('failed', 'failed', 'pending') }] }, said(1, 1)),
  ).toEqual([]);
});

test('DOC-6 stories are counted, flaky and skipped ones as failed; what failed is named, however deep it stands', () => {
  const stats = { expected: 5, unexpected: 1, flaky: 1, skipped: 1 };
  const spec = (title: string, status: string, message?: string) => ({
    title,
    file: 'stories/01-first.spec.ts',
    tests: [{ status, results: message === undefined ? [{}] : [{ error: { message } }] }],
  });
  const suites = [
    {
      specs: [spec('Passes', 'expected'), spec('Fails', 'unexpected', 'Error: not there')],
      suites: [{ specs: [spec('Turns', 'flaky'), spec('Waits', 'skipped')] }],
    },
  ];
  expect(countPlaywright({ stats, errors: [], suites })).toEqual({
    passed: 5,
    failed: 3,
    wrong: [
      'e2e/stories/01-first.spec.ts › Fails\n    Error: not there',
      'e2e/stories/01-first.spec.ts › Turns\n    flaky',
      'e2e/stories/01-first.spec.ts › Waits\n    skipped',
    ],
  });
  const none = { expected: 0, unexpected: 0, flaky: 0, skipped: 0 };
  expect(countPlaywright({ stats: none, errors: [{ message: 'it broke' }], suites: [] })).toEqual({
    passed: 0,
    failed: 1,
    wrong: ['e2e › the runner\n    it broke'],
  });
});
