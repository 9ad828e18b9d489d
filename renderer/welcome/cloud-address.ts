/** Whether an address travels in the clear. This computer itself needs no https. Pure. */
export function isInsecure(address: string): boolean {
  const text = address.trim();
  if (!/^http:\/\//i.test(text) || !URL.canParse(text)) return false;
  const { hostname } = new URL(text);
  return hostname !== 'localhost' && hostname !== '[::1]' && !/^127\./.test(hostname);
}
