/** Byte ranges of HTTP (RFC 9110, section 14), as far as one range at a time: what browsers ask for when they play or go on with something. */

export type Range = { from: number; to: number };

/** `to` is exclusive. null: the whole (no range, or one that is not understood, several at once included); 'none': nothing of it is there. */
export function rangeOf(header: string | null, size: number): Range | null | 'none' {
  const match = header === null ? null : /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  if (match === null) return null;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return null;
  if (first === '') {
    const length = Number(last);
    return length === 0 || size === 0 ? 'none' : { from: Math.max(0, size - length), to: size };
  }
  const from = Number(first);
  if (last !== '' && Number(last) < from) return null;
  if (from >= size) return 'none';
  return { from, to: last === '' ? size : Math.min(size, Number(last) + 1) };
}
