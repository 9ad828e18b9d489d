/** Tables that a program writes into a document of people's. */
import { readFileSync, writeFileSync } from 'node:fs';

/** `text` takes the place of whatever stands between the two marks in that file. Throws where a mark is missing, and writes nothing then. */
export function writeBetween(file: string | URL, begin: string, end: string, text: string): void {
  const [before, rest = ''] = readFileSync(file, 'utf8').split(begin);
  const after = rest.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`${file} has lost its marks.`);
  writeFileSync(file, `${before}${begin}\n${text}\n${end}${after}`);
}

/** What stands there. Throws where a mark is missing. */
export function readBetween(file: string | URL, begin: string, end: string): string {
  const [, rest = ''] = readFileSync(file, 'utf8').split(`${begin}\n`);
  const [text, after] = rest.split(`\n${end}`);
  if (text === undefined || after === undefined) throw new Error(`${file} has lost its marks.`);
  return text;
}
