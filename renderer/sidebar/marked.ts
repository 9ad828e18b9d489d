/** Cuts a text at the ranges that were found in it. Ranges that overlap, are empty or lie outside do no harm. Pure. */
export type MarkedPart = { text: string; marked: boolean; start: number };

export function markedParts(text: string, ranges: readonly (readonly [number, number])[]): MarkedPart[] {
  const parts: MarkedPart[] = [];
  let end = 0;
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const start = Math.max(end, from);
    const stop = Math.min(text.length, to);
    if (stop <= start) continue;
    if (start > end) parts.push({ text: text.slice(end, start), marked: false, start: end });
    parts.push({ text: text.slice(start, stop), marked: true, start });
    end = stop;
  }
  if (end < text.length) parts.push({ text: text.slice(end), marked: false, start: end });
  return parts;
}
