import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { judgeRules, readCitations, readPaths, readRules } from './docs-check.ts';
import { root } from './node24.mjs';
import { listFiles, readSources } from './sources.ts';

test('DOC-1 every rule of SPEC.md has an id of its own and is cited by a test', () => {
  const spec = readFileSync(join(root, 'docs', 'SPEC.md'), 'utf8');
  expect(readRules(spec).length).toBeGreaterThan(0);
  expect(judgeRules(spec, readSources('*.test.ts', '*.test.tsx', '*.spec.ts').values())).toEqual([]);
});

test('DOC-1 the check finds what it is for', () => {
  const spec = '- **ZON-1** One.\n- **ZON-2** Two.\n- **ZON-2** Two again.\n- ~~**ZON-3**~~ Gone.\n';
  expect(judgeRules(spec, ["test('ZON-1 one', () => {});"])).toEqual([
    'ZON-2 stands twice in SPEC.md',
    "ZON-2 is cited by no test's title",
    "ZON-2 is cited by no test's title",
  ]);
  const wrong = ["test('ZON-1 ZON-2 both', …); test('ZON-9 unknown', …)"];
  expect(judgeRules('**ZON-1** a **ZON-2** b', wrong)).toEqual([
    'a test cites ZON-9, which SPEC.md does not have',
  ]);
});

test.each([
  ["test('REC-1 one', () => {})", ['REC-1']],
  ['test.only("REC-1, REC-2: two", f)', ['REC-1', 'REC-2']],
  ["test.each([\n  ['a'],\n])('REC-3 %s', f)", ['REC-3']],
  ["describe('REC-4', () => {", ['REC-4']],
  ["test(\n  'REC-5 on the next line',", ['REC-5']],
  ['test(`REC-6 a backtick`, f)', ['REC-6']],
  ["// REC-7 in a comment\nexpect('REC-8').toBe('REC-8');", []],
])('DOC-1 citations in %j', (source, ids) => {
  expect([...readCitations(source)]).toEqual(ids);
});

test('DOC-2 the documents name no file that is not there', () => {
  const missing = listFiles('*.md').flatMap((path) =>
    readPaths(path, readFileSync(join(root, path), 'utf8'))
      .filter((to) => !existsSync(join(root, to)))
      .map((to) => `${path}: ${to}`),
  );
  expect(missing).toEqual([]);
});

test('DOC-2 what counts as naming a file', () => {
  const text =
    'See [the rules](SPEC.md#keys), `cloud/main.ts`, [us](https://example.org) and `npm test`.\n```\n`cloud/gone.ts`\n```\n';
  expect(readPaths('docs/a.md', text)).toEqual(['docs/SPEC.md', 'cloud/main.ts']);
});
