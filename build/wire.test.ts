import { expect, test } from 'vitest';
import { judgeHistory, readHistory } from './wire.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const history = `# The wire\n\n| version | hash | what changed |\n|---|---|---|\n| 1 | \`${A}\` | The first. |\n| 2 | \`${B}\` | A field. |\n`;

test('DOC-5 the history is read in order', () => {
  expect(readHistory(history)).toEqual([
    { version: 1, hash: A },
    { version: 2, hash: B },
  ]);
});

test('DOC-5 the newest line must be what the .proto files and the code say', () => {
  const lines = readHistory(history);
  expect(judgeHistory(B, lines, 2)).toBeNull();
  expect(judgeHistory(A, lines, 2)).toContain('npm run wire');
  expect(judgeHistory(B, lines, 1)).toContain('says 1');
  expect(judgeHistory(B, lines.slice(1), 2)).toContain('should be version 1');
  expect(judgeHistory(B, [], 1)).toContain('no version');
});
