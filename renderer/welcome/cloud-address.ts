import { parsedUrl } from '../ui/parsed-url.ts';

/** Whether an address travels in the clear. This computer itself needs no https. Pure. */
export function isInsecure(address: string): boolean {
  const text = address.trim();
  const url = /^http:\/\//i.test(text) ? parsedUrl(text) : null;
  if (url === null) return false;
  const { hostname } = url;
  return hostname !== 'localhost' && hostname !== '[::1]' && !/^127\./.test(hostname);
}
