/** The part of a message around what was looked for, with the places of the hits in the text as it was written. */
import { fold, runs } from './search-text.ts';

const SNIPPET_LENGTH = 120;
const LEAD = 30;
/** Made once: making it takes as long as looking through a message. */
const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

export type Snippet = { snippet: string; ranges: [number, number][] };

/** Folds a text and remembers from where in the original each unit of the folded text came. */
function foldWithPlaces(text: string): { folded: string; from: number[]; to: number[] } {
  let folded = '';
  const from: number[] = [];
  const to: number[] = [];
  for (const { segment, index } of GRAPHEMES.segment(text)) {
    const part = fold(segment);
    folded += part;
    for (let i = 0; i < part.length; i++) {
      from.push(index);
      to.push(index + segment.length);
    }
  }
  return { folded, from, to };
}

export function snippetOf(text: string, query: string): Snippet {
  const { folded, from, to } = foldWithPlaces(text);
  const wanted = [...new Set(runs(fold(query)).map((run) => run.text))];
  const paired = new Set(
    runs(fold(query))
      .filter((run) => run.kind !== 'word')
      .map((run) => run.text),
  );
  const hits: [number, number][] = [];
  for (const word of wanted) {
    for (let at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + word.length)) {
      // A word is found at the beginning of a word only; a run of characters anywhere.
      if (!paired.has(word) && at > 0 && /[\p{L}\p{N}\p{M}]/u.test(folded[at - 1]!)) continue;
      hits.push([from[at]!, to[at + word.length - 1]!]);
    }
  }
  hits.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const merged: [number, number][] = [];
  for (const [start, end] of hits) {
    const last = merged[merged.length - 1];
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return cut(text, merged);
}

function cut(text: string, ranges: [number, number][]): Snippet {
  if (text.length <= SNIPPET_LENGTH) return { snippet: text, ranges };
  const first = ranges[0]?.[0] ?? 0;
  let start = Math.max(0, first - LEAD);
  if (start > 0) {
    const space = text.indexOf(' ', start);
    if (space >= 0 && space < first) start = space + 1;
    else if (isLowSurrogate(text, start)) start -= 1;
  }
  let end = Math.min(text.length, Math.max(start + SNIPPET_LENGTH, ranges[0]?.[1] ?? 0));
  if (end < text.length && isLowSurrogate(text, end)) end -= 1;
  const before = start > 0 ? '…' : '';
  const after = end < text.length ? '…' : '';
  const shift = before.length - start;
  const inside = ranges
    .filter(([, to]) => to <= end)
    .map(([a, b]): [number, number] => [a + shift, b + shift]);
  return { snippet: before + text.slice(start, end) + after, ranges: inside };
}

function isLowSurrogate(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff;
}
