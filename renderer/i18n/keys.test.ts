/** Every language has every text, and every text that is asked for exists. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { en } from './en.ts';
import { nl } from './nl.ts';

type Tree = { [key: string]: string | Tree };

function flatten(tree: Tree, prefix = ''): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') flat.set(prefix + key, value);
    else for (const [inner, text] of flatten(value, `${prefix}${key}.`)) flat.set(inner, text);
  }
  return flat;
}

const english = flatten(en);
const dutch = flatten(nl);
const sources = readdirSync(join(import.meta.dirname, '..'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.test.ts'))
  .filter((entry) => !/i18n(\/(en|nl))?$/.test(entry.parentPath))
  .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
  .join('\n');

/** Keys written out: `t('a.b')`, `key: 'a.b'`, and the branches of a choice between two. */
const written = new Set(
  [...sources.matchAll(/'([a-z][A-Za-z]*(?:\.[A-Za-z0-9]+)+)'/g)]
    .map((match) => match[1]!)
    .filter((key) => key.split('.')[0]! in en),
);
/** Keys with a part that is filled in: `t(`failure.${reason}`)`. */
const begun = new Set(
  [...sources.matchAll(/`([a-z][A-Za-z]*\.[A-Za-z.]*)\$\{/g)]
    .map((match) => match[1]!)
    .filter((key) => key.split('.')[0]! in en),
);

const exists = (key: string): boolean => english.has(key) || english.has(`${key}_other`);

test('UI-40 English and Dutch have the same texts', () => {
  expect([...dutch.keys()].sort()).toEqual([...english.keys()].sort());
});

test('UI-40 a text has the same values to fill in, in every language', () => {
  const names = (text: string): string[] => [...text.matchAll(/\{\{(\w+)/g)].map((match) => match[1]!).sort();
  for (const [key, text] of english) expect([key, names(dutch.get(key) ?? '')]).toEqual([key, names(text)]);
});

test('UI-40 every text that the window asks for exists', () => {
  expect(written.size).toBeGreaterThan(200);
  expect([...written].filter((key) => !exists(key))).toEqual([]);
  for (const prefix of begun)
    expect([prefix, [...english.keys()].some((key) => key.startsWith(prefix))]).toEqual([prefix, true]);
});

test('UI-40 every text is used', () => {
  const used = (key: string): boolean => {
    const bare = key.replace(/_(one|other)$/, '');
    return written.has(bare) || [...begun].some((prefix) => bare.startsWith(prefix));
  };
  expect([...english.keys()].filter((key) => !used(key))).toEqual([]);
});
