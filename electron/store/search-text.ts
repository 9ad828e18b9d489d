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
export const SEARCH_TEXT_VERSION = 2;

const ASCII = /^\p{ASCII}*$/u;

/** What is cut into pairs. */
const PAIRED =
  '\\p{sc=Han}\\p{sc=Hira}\\p{sc=Kana}\\p{sc=Hang}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmr}\\p{sc=Mymr}\\p{sc=Tibt}\\u30fc\\u3099\\u309a';
const IS_PAIRED = new RegExp(`^[${PAIRED}]$`, 'u');
const IS_WORD = /^[\p{L}\p{N}\p{M}]$/u;
const IS_EMOJI = /^(?![0-9#*\p{L}])\p{Extended_Pictographic}$/u;
const IS_INDICATOR = /^\p{RI}$/u;

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

/** What a character is to searching, as bits. */
const IN_PAIRS = 1;
const IN_WORDS = 2;
const EMOJI = 4;
const INDICATOR = 8;
/** `fold` leaves it as it is, and so it does with any text of such characters, where no two that reorder stand side by side. */
export const FOLDS_TO_ITSELF = 16;
/** A mark that normalizing may put before or behind its neighbour, or a letter that keeps one. */
export const REORDERS = 32;
const KNOWN = 128;

const MARK = /^\p{M}$/u;
/** Letters of which several become one. */
const JOINING = /^[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]$/;
/** Marks that never become one character with their letter (Thai, Lao, Khmer), and of these, those with an order. */
const LOOSE_MARK = /^[\u0e00-\u0eff\u1780-\u17ff]$/;
const ORDERED_MARK = /^[\u0e38-\u0e3a\u0e48-\u0e4b\u0eb8-\u0eba\u0ec8-\u0ecb\u17d2\u17dd]$/;
// й and ў: taken apart, their breve goes behind such a mark, and then it is an accent like any other.
const KEEPS_MARK = /^[\u0439\u045e]$/;

// Found out once for each UTF-16 unit that is met.
const classes = new Uint8Array(0x10000);

/** Of a UTF-16 unit; half a character (a surrogate) is nothing. */
export function characterClass(code: number): number {
  const known = classes[code]!;
  if (known !== 0) return known;
  const found = KNOWN | (code >= 0xd800 && code <= 0xdfff ? 0 : classOf(String.fromCharCode(code)));
  classes[code] = found;
  return found;
}

function classOf(character: string): number {
  const paired = IS_PAIRED.test(character);
  let found = paired ? IN_PAIRS : 0;
  if (!paired && IS_WORD.test(character)) found |= IN_WORDS;
  if (!paired && IS_EMOJI.test(character)) found |= EMOJI;
  if (IS_INDICATOR.test(character)) found |= INDICATOR;
  const loose = MARK.test(character) ? LOOSE_MARK.test(character) : !JOINING.test(character);
  if (loose && character.length === 1 && fold(character) === character) found |= FOLDS_TO_ITSELF;
  if (ORDERED_MARK.test(character) || KEEPS_MARK.test(character)) found |= REORDERS;
  return found;
}

/** Of the character that begins there, and how many UTF-16 units it has. */
function classAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code < 0xd800 || code > 0xdbff) return characterClass(code);
  return isPair(text, at) ? classOf(text.slice(at, at + 2)) : 0;
}
function isPair(text: string, at: number): boolean {
  const high = text.charCodeAt(at);
  const low = text.charCodeAt(at + 1);
  return high >= 0xd800 && high <= 0xdbff && low >= 0xdc00 && low <= 0xdfff;
}
const lengthAt = (text: string, at: number): number => (isPair(text, at) ? 2 : 1);

export type Run = { kind: 'paired' | 'emoji' | 'word'; text: string };

/** The runs of folded text, in order: runs that are cut into pairs; runs of letters; single emoji (a flag is two indicators). */
export function runs(folded: string): Run[] {
  const found: Run[] = [];
  const through = (from: number, bit: number): number => {
    let at = from;
    while (at < folded.length && (classAt(folded, at) & bit) !== 0) at += lengthAt(folded, at);
    return at;
  };
  for (let at = 0; at < folded.length; ) {
    const from = at;
    const kind = classAt(folded, at);
    at += lengthAt(folded, at);
    if ((kind & IN_PAIRS) !== 0) {
      at = through(at, IN_PAIRS);
      found.push({ kind: 'paired', text: folded.slice(from, at) });
    } else if ((kind & INDICATOR) !== 0) {
      if (at >= folded.length || (classAt(folded, at) & INDICATOR) === 0) continue;
      at += lengthAt(folded, at);
      found.push({ kind: 'emoji', text: folded.slice(from, at) });
    } else if ((kind & EMOJI) !== 0) found.push({ kind: 'emoji', text: folded.slice(from, at) });
    else if ((kind & IN_WORDS) !== 0) {
      at = through(at, IN_WORDS);
      found.push({ kind: 'word', text: folded.slice(from, at) });
    }
  }
  return found;
}

/** A word in the index has at most so many UTF-16 units; the text itself is compared before anything is shown. */
const LONGEST_WORD = 48;
export function shortened(word: string): string {
  return word.length > LONGEST_WORD ? word.slice(0, LONGEST_WORD) : word;
}

/** A run of what was looked for. `words`: what the index has of it; where `unfinished`, only the beginning of one. */
export type Wanted = Run & { words: string[]; unfinished: boolean };

const MOST_WORDS = 24;

/**
 * What a person typed: every run of it must be in the message, the last word may be unfinished. Empty when there is nothing to look for. Only
 * letters, digits and emoji come through: no input can be an error.
 */
export function wantedOf(text: string): Wanted[] {
  const folded = fold(text);
  const found = runs(folded);
  const unfinished = !/\s$/u.test(folded);
  return found.slice(0, MOST_WORDS).map((run, at) => wanted(run, unfinished && at === found.length - 1));
}

function wanted(run: Run, unfinished: boolean): Wanted {
  if (run.kind === 'paired') {
    const characters = [...run.text].slice(0, MOST_WORDS);
    // A single one is the beginning of a pair, or closes a run.
    if (characters.length === 1) return { ...run, words: characters, unfinished: true };
    const pairs: string[] = [];
    for (let i = 0; i + 1 < characters.length; i++) pairs.push(characters[i]! + characters[i + 1]!);
    return { kind: run.kind, text: characters.join(''), words: pairs, unfinished: false };
  }
  // A single Latin letter begins too many words to be worth it: it is looked for as it stands.
  const prefix = unfinished && run.kind === 'word' && [...run.text].length > 1;
  return { ...run, words: [shortened(run.text)], unfinished: prefix };
}

/** Whether all that is wanted is in a text: the last word about every hit, and the only one where the index does not reach. */
export function isIn(text: string, all: readonly Wanted[]): boolean {
  const folded = fold(text);
  // Most texts have none of it, and are through here.
  for (let i = 0; i < all.length; i++) if (!folded.includes(all[i]!.text)) return false;
  let cut: Run[] | null = null;
  for (const { kind, text: run, unfinished } of all) {
    if (kind === 'paired') continue;
    cut ??= runs(folded);
    if (!cut.some((one) => one.kind === kind && (unfinished ? one.text.startsWith(run) : one.text === run)))
      return false;
  }
  return true;
}
