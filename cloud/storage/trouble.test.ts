import { expect, test } from 'vitest';
import { inWords } from './trouble.ts';

const named = (code: string) => Object.assign(new Error(`${code}, in a sentence`), { code });

test('ERR-25 what keeps a cloud from starting says what to do; what is not known says what it is', () => {
  for (const code of ['SQLITE_FULL', 'ENOSPC']) expect(inWords(named(code))).toContain('Make room');
  for (const code of ['SQLITE_BUSY_RECOVERY', 'SQLITE_LOCKED'])
    expect(inWords(named(code))).toContain('another program holds the database');
  for (const code of ['SQLITE_READONLY_DIRECTORY', 'EACCES', 'EROFS'])
    expect(inWords(named(code))).toContain('may not be written to');
  expect(inWords(named('SQLITE_CORRUPT'))).toBe('SQLITE_CORRUPT, in a sentence');
  expect(inWords('a word')).toBe('a word');
});
