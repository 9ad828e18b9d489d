/** What a message's text holds: links, emoji alone, more lines than one wants to see at once. Pure. */
import { parsedUrl } from '../ui/parsed-url.ts';

export type TextPart = { kind: 'text'; text: string } | { kind: 'link'; text: string; href: string };

/**
 * A mail address is looked for where a run of its letters begins and no further back than it can be long: or a message of 100,000
 * letters and dots would hold the window up for a minute, once for each word in it.
 */
const CANDIDATE =
  /\b(?:https?:\/\/|www\.)[^\s<>"'`\u2028\u2029]+|(?<!\w[.+-]{0,64})\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/giu;
/** Punctuation that ends a sentence rather than an address. */
const TRAILING = new Set('.,;:!?…\'"»”’');
const OPENS: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };
/** RFC 1035, 2.3.4: 255 octets with the lengths of its labels. */
const LONGEST_HOST = 253;
const INVISIBLE = /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u;

/**
 * Finds web and mail addresses. Only http, https and mailto; nothing with a user name in it (`https://bank@evil…`) and
 * nothing with invisible or direction-changing characters is made clickable: it stays text.
 */
export function linkify(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const found = trimLink(match[0]);
    const href = hrefOf(found);
    if (href === null) continue;
    if (match.index > end) parts.push({ kind: 'text', text: text.slice(end, match.index) });
    parts.push({ kind: 'link', text: found, href });
    end = match.index + found.length;
  }
  if (end < text.length) parts.push({ kind: 'text', text: text.slice(end) });
  return parts;
}

/** Without what ends the sentence, and without brackets that were opened before the address. In one go from the end. */
function trimLink(candidate: string): string {
  const counts = new Map<string, number>();
  for (const char of candidate) if ('()[]{}'.includes(char)) counts.set(char, (counts.get(char) ?? 0) + 1);
  let end = candidate.length;
  for (; end > 0; end -= 1) {
    const last = candidate[end - 1] ?? '';
    const open = OPENS[last];
    if (open !== undefined) {
      const closed = counts.get(last) ?? 0;
      if (closed <= (counts.get(open) ?? 0)) break;
      counts.set(last, closed - 1);
    } else if (!TRAILING.has(last)) break;
  }
  return candidate.slice(0, end);
}

function hrefOf(link: string): string | null {
  if (INVISIBLE.test(link)) return null;
  const web = /^https?:\/\//i.test(link) || /^www\./i.test(link);
  if (!web) return `mailto:${link}`;
  const full = /^www\./i.test(link) ? `https://${link}` : link;
  const url = parsedUrl(full);
  if (url === null) return null;
  if ((url.protocol !== 'https:' && url.protocol !== 'http:') || url.username !== '' || url.password !== '')
    return null;
  if (url.hostname.length > LONGEST_HOST) return null;
  return url.hostname.includes('.') || url.hostname === 'localhost' || url.hostname.startsWith('[')
    ? url.href
    : null;
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const EMOJI = /^(?:\p{RGI_Emoji}|\p{Extended_Pictographic}\ufe0f?)$/v;

/** Up to three emoji and nothing else are shown large. */
export function isEmojiOnly(text: string): boolean {
  const bare = text.trim();
  if (bare === '' || bare.length > 60) return false;
  let found = 0;
  for (const { segment } of graphemes.segment(bare)) {
    if (/^\s+$/u.test(segment)) continue;
    if (!EMOJI.test(segment)) return false;
    found++;
    if (found > 3) return false;
  }
  return found > 0;
}

const FOLD_CHARS = 1200;
const FOLD_LINES = 20;

/** The part of a very long text that is shown until one asks for more; null when it is shown whole. */
export function foldedText(text: string): string | null {
  const lines = text.split('\n');
  let folded = lines.length > FOLD_LINES + 4 ? lines.slice(0, FOLD_LINES).join('\n') : text;
  if (folded.length > FOLD_CHARS + 200) {
    // Cut between words where there is one near, never inside a character.
    const cut = folded.slice(0, FOLD_CHARS);
    const space = cut.search(/\s\S*$/u);
    folded = space > FOLD_CHARS - 80 ? cut.slice(0, space) : wholeCharacters(folded, FOLD_CHARS);
  }
  return folded.length < text.length ? folded : null;
}

function wholeCharacters(text: string, atMost: number): string {
  const near = text.slice(0, atMost + 40);
  let end = 0;
  for (const { index, segment } of graphemes.segment(near)) {
    if (index + segment.length > atMost) break;
    end = index + segment.length;
  }
  return text.slice(0, end || atMost);
}
