import { expect, test } from 'vitest';
import { isInsecure } from './cloud-address.ts';
import { recoverySheet, recoveryWords } from './recovery-words.ts';

const WORDS = Array.from({ length: 24 }, (_, index) => `word${String.fromCharCode(97 + index)}`);

test('UI-35 the words kept on the sheet are read back as they were, numbers and all', () => {
  expect(recoveryWords(' 1. Abandon\n2) ability,  ABLE ')).toEqual(['abandon', 'ability', 'able']);
  const sheet = recoverySheet(WORDS, { title: '', for: '', help: '' });
  expect(recoveryWords(sheet)).toEqual(WORDS);
});

test('UI-36 an address in the clear is said, but not for this computer', () => {
  expect(isInsecure('http://cloud.example.org')).toBe(true);
  expect(isInsecure('https://cloud.example.org')).toBe(false);
  for (const here of ['http://localhost:4100', 'http://127.0.0.1:1', 'http://[::1]:1', 'cloud.example.org'])
    expect([here, isInsecure(here)]).toEqual([here, false]);
});
