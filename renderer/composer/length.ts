/** How long a text may be: as many bytes of UTF-8 as the device takes. Pure. */
export const LONGEST_BYTES = 100_000;

/** How many characters at its end are too many. */
export function tooLongBy(text: string): number {
  if (text.length * 3 <= LONGEST_BYTES) return 0;
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(LONGEST_BYTES));
  return text.length - read;
}
