/**
 * Cloud addresses as people type them. A cloud is reached over https; plain http is for this computer alone (and for hosts that
 * somebody put on the allowlist on purpose: LOCKSTEP_HTTP_HOSTS, comma-separated, for a test network).
 */
import { SyncFailure } from '../failure.ts';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

export function isLoopback(hostname: string): boolean {
  return LOOPBACK.test(hostname);
}

/** `cloud.example.org` -> `https://cloud.example.org`, `localhost:7447` -> `http://localhost:7447`. No slash at the end. */
export function normalizeCloudUrl(typed: string, httpHosts: readonly string[] = []): string {
  const text = typed.trim();
  if (text === '') {
    throw new SyncFailure('addressInvalid', 'Type the address of a cloud, like cloud.example.org.');
  }
  const url = parse(text);
  if (url === null || url.hostname === '') {
    throw new SyncFailure(
      'addressInvalid',
      `"${text}" is not an address of a cloud. It looks like cloud.example.org.`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new SyncFailure(
      'addressInvalid',
      'A cloud address has no user name or password in it. Leave them out.',
    );
  }
  if (url.search !== '' || url.hash !== '') {
    throw new SyncFailure(
      'addressInvalid',
      'A cloud address ends before any "?" or "#". Leave the rest out.',
    );
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname) && !httpHosts.includes(url.hostname)) {
    throw new SyncFailure(
      'addressInsecure',
      `Plain http is for this computer only; use https://${url.host} for a cloud elsewhere.`,
    );
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new SyncFailure('addressInvalid', 'A cloud address begins with https:// (or with nothing).');
  }
  return `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}`;
}

function parse(text: string): URL | null {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return URL.parse(text);
  const guess = URL.parse(`https://${text}`);
  return guess !== null && isLoopback(guess.hostname) ? URL.parse(`http://${text}`) : guess;
}

/** Hosts to which plain http is allowed beside this computer. */
export function httpHosts(): string[] {
  return (process.env['LOCKSTEP_HTTP_HOSTS'] ?? '').split(',').filter((host) => host !== '');
}
