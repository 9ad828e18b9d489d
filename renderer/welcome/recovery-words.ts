/** The recovery key's words, as typed or pasted and as written down. Pure. */

/** Words out of any text: numbers, dots and line breaks that come along when one copies a numbered list fall away. */
export function recoveryWords(text: string): string[] {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .split(/[^\p{L}\p{M}]+/u)
    .filter((word) => word !== '');
}

/** The sheet one keeps: a title, for whom, and the numbered words. */
export function recoverySheet(
  words: readonly string[],
  lines: { title: string; for: string; help: string },
): string {
  const numbered = words.map((word, index) => `${String(index + 1).padStart(2)}. ${word}`);
  return [lines.title, lines.for, '', ...numbered, '', lines.help, ''].join('\n');
}
