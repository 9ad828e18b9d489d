/**
 * The kept inputs, `fuzz/corpus/<target>/<what it is>`: those that once failed (`found-…`), and one for each thing that an input led to.
 * Each run begins with them. `.bin` holds bytes, `.txt` text.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Target } from './target.ts';

const FOLDER = join(import.meta.dirname, 'corpus');

export type Entry = { name: string; input: Uint8Array };

/** Those that failed first, else by name. */
export function kept({ name }: Pick<Target, 'name'>): Entry[] {
  const folder = join(FOLDER, name);
  if (!existsSync(folder)) return [];
  const failed = (file: string) => (file.startsWith('found-') ? 0 : 1);
  return readdirSync(folder)
    .sort((a, b) => failed(a) - failed(b) || (a < b ? -1 : 1))
    .map((file) => ({ name: file, input: new Uint8Array(readFileSync(join(folder, file))) }));
}

/** The folders that there are: each must be a target's. */
export const folders = (): string[] => (existsSync(FOLDER) ? readdirSync(FOLDER) : []);

/** The path that it was written to, from the repo's root; null where there is one of that name. */
export function keep(target: Pick<Target, 'name' | 'shape'>, what: string, input: Uint8Array): string | null {
  const name = `${slug(what)}.${target.shape === 'text' || target.shape === 'json' ? 'txt' : 'bin'}`;
  mkdirSync(join(FOLDER, target.name), { recursive: true });
  if (existsSync(join(FOLDER, target.name, name))) return null;
  writeFileSync(join(FOLDER, target.name, name), input);
  return `fuzz/corpus/${target.name}/${name}`;
}

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60);
