/**
 * Cuts text into the words of the search index, in every script, and the same way for what is looked for.
 *
 * Folding: case, width, accents of Latin, Greek and Cyrillic letters, Arabic and Hebrew points. Vowel signs of Indic and Southeast Asian scripts
 * are letters and stay. Scripts written without spaces (and Hangul, whose particles cling to the word) are cut into overlapping pairs,
 * closed by the last character alone: 東京都 -> 東京 京都 都. So a run of two or more characters is found by its pairs in a row,
 * and a single one as the beginning of a pair. Each emoji is a word, without skin tone and variation selector.
 *
 * A change here changes what is on disk: raise SEARCH_TEXT_VERSION and the index is made anew (search-index.ts).
 */
export const SEARCH_TEXT_VERSION = 1;

const ASCII = /^\p{ASCII}*$/u;

/** Runs that are cut into pairs; runs of letters; single emoji (a flag is two indicators). */
const PAIRED =
  '\\p{sc=Han}\\p{sc=Hira}\\p{sc=Kana}\\p{sc=Hang}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmr}\\p{sc=Mymr}\\p{sc=Tibt}\\u30fc\\u3099\\u309a';
const RUNS = new RegExp(
  `(?<paired>[${PAIRED}]+)|(?<emoji>\\p{RI}\\p{RI}|(?![0-9#*\\p{L}])\\p{Extended_Pictographic})|(?<word>(?:(?![${PAIRED}])[\\p{L}\\p{N}\\p{M}])+)`,
  'gu',
);

// Combining accents; but й and ў are letters of their own.
const ACCENTS = /(?<![иИуУ])\u0306|[\u0300-\u0305\u0307-\u036f]/g;
// Arabic marks and tatweel, Hebrew points, joiners, variation selectors, soft hyphen.
const POINTS =
  /[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u00ad\u2060\ufeff]|[\u200b-\u200f]|[\ufe00-\ufe0f]|[\u{1f3fb}-\u{1f3ff}]/gu;
const SAME: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  ı: 'i',
  þ: 'th',
  ς: 'σ',
  ى: 'ي',
  ة: 'ه',
};
const SAME_LETTERS = new RegExp(`[${Object.keys(SAME).join('')}]`, 'g');

/** One form for all ways of writing the same. */
export function fold(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(ACCENTS, '')
    .replace(POINTS, '')
    .normalize('NFC')
    .replace(SAME_LETTERS, (letter) => SAME[letter]!);
}

export type Run = { kind: 'paired' | 'emoji' | 'word'; text: string };

/** The runs of folded text, in order. */
export function runs(folded: string): Run[] {
  const found: Run[] = [];
  for (const match of folded.matchAll(RUNS)) {
    const groups = match.groups!;
    const kind = groups.paired !== undefined ? 'paired' : groups.emoji !== undefined ? 'emoji' : 'word';
    found.push({ kind, text: match[0] });
  }
  return found;
}

/** What goes into the index: words with a space between them, which is all its tokenizer has to know. */
export function indexText(text: string): string {
  // SQLite's ascii tokenizer folds and splits this by itself.
  if (ASCII.test(text)) return text;
  const words: string[] = [];
  for (const run of runs(fold(text))) {
    if (run.kind === 'paired') {
      const characters = [...run.text];
      for (let i = 0; i + 1 < characters.length; i++) words.push(characters[i]! + characters[i + 1]!);
      words.push(characters[characters.length - 1]!);
    } else words.push(run.text);
  }
  return words.join(' ');
}

/**
 * What a person typed, as an FTS5 query: every word of it must be in the message, the last one may be unfinished. Null when there is
 * nothing to look for. Only letters, digits and emoji come through, in quotes: no input can be a syntax error.
 */
export function matchExpression(text: string): string | null {
  const folded = fold(text);
  const unfinished = !/\s$/u.test(folded);
  const groups: string[] = [];
  const chunks = folded.split(/\s+/u).filter((chunk) => chunk !== '');
  for (const [index, chunk] of chunks.entries()) {
    const found = runs(chunk);
    for (const [at, run] of found.entries()) {
      const last = index === chunks.length - 1 && at === found.length - 1;
      groups.push(expression(run, last && unfinished));
    }
  }
  return groups.length === 0 ? null : groups.slice(0, MOST_WORDS).join(' AND ');
}

const MOST_WORDS = 24;

function expression(run: Run, unfinished: boolean): string {
  if (run.kind === 'paired') {
    const characters = [...run.text].slice(0, MOST_WORDS);
    if (characters.length === 1) return `"${characters[0]}" *`;
    const pairs: string[] = [];
    for (let i = 0; i + 1 < characters.length; i++) pairs.push(characters[i]! + characters[i + 1]!);
    return `"${pairs.join(' ')}"`;
  }
  // A single Latin letter begins too many words to be worth it: it is looked for as it stands.
  const prefix = unfinished && run.kind === 'word' && [...run.text].length > 1;
  return prefix ? `"${run.text}" *` : `"${run.text}"`;
}
