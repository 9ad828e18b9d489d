/**
 * An address that somebody else wrote, or null for what is none. `URL.canParse` is no promise: it takes some addresses whose host is longer
 * than 16,384 characters, which `new URL` then throws at.
 */
export function parsedUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
