/** What is written down of the zoo: the seed that finds each bug and the rule that it breaks, in seeds.json and in a table of docs/SPEC.md. */
import { readFileSync } from 'node:fs';
import { FIRST_WITH_FILES } from '../file-acts.ts';
import { SLEEPY } from '../oftener.ts';
import { SHORT } from '../short.ts';
import type { Bug } from './bug.ts';
import { ZOO } from './list.ts';

/** So many seeds may it take to find a bug. */
export const MOST_SEEDS = 1000;

/** The seeds that are tried for a bug, from 1 on: those of the stories that it is looked for in. */
export function seedFor({ files, sleepy, short }: Bug, one: number): number {
  if (short === true) return SHORT.first + one - 1;
  if (sleepy === true) return SLEEPY.first + one - 1;
  return files === true ? FIRST_WITH_FILES + 2 * (one - 1) : one;
}

export const SEEDS = {
  file: new URL('./seeds.json', import.meta.url),
  spec: new URL('../../../../docs/SPEC.md', import.meta.url),
};

export type Seeds = Record<string, { seed: number; rule: string }>;

export function readSeeds(): Seeds {
  return JSON.parse(readFileSync(SEEDS.file, 'utf8')) as Seeds;
}

const HEAD = '| bug | what it does | found by | seeds |\n|---|---|---|---|\n';

function tableOf(seeds: Seeds): string {
  const lines = ZOO.map(({ name, does }) => {
    const found = seeds[name];
    return `| ${name} | ${does} | ${found?.rule ?? 'not searched yet'} | ${found?.seed ?? '–'} |\n`;
  });
  return HEAD + lines.join('');
}

/** The document with this table in the place of the one that it has. */
export function withTable(document: string, seeds: Seeds): string {
  const from = document.indexOf(HEAD);
  if (from < 0) throw new Error('docs/SPEC.md has no table of the zoo.');
  const end = document.indexOf('\n\n', from) + 1;
  return document.slice(0, from) + tableOf(seeds) + document.slice(end);
}
