/**
 * Whose connection it is, as far as limits by address are concerned (SPEC ACC-5).
 *
 * - Behind a proxy every connection comes from the proxy, and counting it would let one stranger use up everybody's limit. A proxy on
 *   this machine (loopback) is believed without being asked about, for nobody else connects from there; one elsewhere with --trust-proxy.
 * - The last address of X-Forwarded-For is the one that the proxy itself saw; those before it anybody can write.
 * - An IPv6 subscriber has a whole /64: that is what is counted, not each of its addresses.
 */
import { isIP, isIPv4 } from 'node:net';

const isLoopback = (address: string): boolean =>
  address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');

/** The first four groups of an IPv6 address. */
const network = (address: string): string => {
  const [head = '', tail] = address.toLowerCase().split('%')[0]?.split('::') ?? [];
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = tail === undefined ? before : [...before, ...Array(8).fill('0'), ...after];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
};

/** One spelling; undefined for what is no address. */
export const limitedAddress = (given: string | undefined): string | undefined => {
  const bare = (given ?? '').trim().replace(/^\[(.*)\](:\d+)?$/, '$1');
  const text = /^\d+\.\d+\.\d+\.\d+:\d+$/.test(bare) ? bare.slice(0, bare.lastIndexOf(':')) : bare;
  if (isIP(text) === 0) return undefined;
  if (isIPv4(text)) return text;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(text)?.[1];
  return mapped ?? network(text);
};

export const clientAddress = (
  peer: string | undefined,
  forwarded: string | string[] | undefined,
  trustProxy: boolean,
): string | undefined => {
  const believed = trustProxy || isLoopback(peer ?? '');
  const text = Array.isArray(forwarded) ? forwarded.join(',') : forwarded;
  const last = believed ? limitedAddress(text?.split(',').at(-1)) : undefined;
  return last ?? limitedAddress(peer);
};
