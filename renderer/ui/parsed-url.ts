/**
 * An address that somebody has written, or null for what is none. `URL.canParse` is no promise: it takes hosts of more than 16,384 characters
 * that `new URL` throws at, and a thrown error is the window's end. Pure.
 */
export function parsedUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
