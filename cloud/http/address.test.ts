import { expect, test } from 'vitest';
import { createRateLimiter, rates } from '../accounts/rate-limits.ts';
import { clientAddress, limitedAddress } from './address.ts';

test('ACC-15 behind a proxy each client is counted by itself, and nobody can choose who they are', () => {
  // A proxy on this machine, said or not said.
  expect(clientAddress('127.0.0.1', '203.0.113.5', false)).toBe('203.0.113.5');
  expect(clientAddress('::1', 'made up, 10.0.0.1, 203.0.113.5', false)).toBe('203.0.113.5');
  expect(clientAddress('::ffff:127.0.0.1', ['203.0.113.9', '203.0.113.5'], false)).toBe('203.0.113.5');
  // A stranger's header is worth nothing without --trust-proxy.
  expect(clientAddress('198.51.100.7', '203.0.113.5', false)).toBe('198.51.100.7');
  expect(clientAddress('198.51.100.7', '203.0.113.5', true)).toBe('203.0.113.5');
  // What is no address is not taken for one: it would be a key as long as anybody likes.
  expect(clientAddress('127.0.0.1', `203.0.113.5, ${'x'.repeat(5_000)}`, false)).toBe('127.0.0.1');
  expect(clientAddress('127.0.0.1', undefined, true)).toBe('127.0.0.1');
  expect(clientAddress(undefined, undefined, false)).toBeUndefined();
});

test('ACC-15 one spelling of an address, and an IPv6 network counts as one', () => {
  expect(limitedAddress('::ffff:192.0.2.1')).toBe('192.0.2.1');
  expect(limitedAddress('192.0.2.1:4711')).toBe('192.0.2.1');
  expect(limitedAddress('[2001:db8:0:7::1]:443')).toBe('2001:db8:0:7::/64');
  expect(limitedAddress('2001:0DB8:0:7:ffff:1:2:3')).toBe('2001:db8:0:7::/64');
  expect(limitedAddress('2001:db8::')).toBe('2001:db8:0:0::/64');
  expect(limitedAddress('fe80::1%eth0')).toBe('fe80:0:0:0::/64');
  expect(limitedAddress('')).toBeUndefined();
});

test('ACC-15 a crowd behind one address signs in; a stranger behind the same proxy does not use up its limit', () => {
  let now = 0;
  const limiter = createRateLimiter(() => now);
  const from = (client: string) => clientAddress('127.0.0.1', client, false);
  // Somebody hammers for ten minutes, a hundred times a second.
  let refused = 0;
  for (; now < 600_000; now += 10) {
    try {
      limiter.take('signInPerAddress', from('203.0.113.66'));
    } catch {
      refused += 1;
    }
  }
  expect(refused).toBeGreaterThan(50_000);
  // A hundred people of one office come to work: each signs in at once.
  for (let person = 0; person < 100; person++) limiter.take('signInPerAddress', from('198.51.100.1'));
  // Five hundred within five minutes are asked to wait a second at the most.
  let longest = 0;
  const later = createRateLimiter(() => now);
  for (let person = 0; person < 500; person++) {
    now += 600;
    for (;;) {
      try {
        later.take('signInPerAddress', from('198.51.100.1'));
        break;
      } catch (thrown) {
        const wait = (thrown as { retryAfterMs: number }).retryAfterMs;
        longest = Math.max(longest, wait);
        now += wait;
      }
    }
  }
  expect(longest).toBeLessThanOrEqual(1_000);
});

test('ACC-15 the memory of the limits is bounded, whoever asks', () => {
  const limiter = createRateLimiter(() => 0, { ...rates, signInPerHandle: { burst: 1, perSecond: 1 } });
  limiter.take('signInPerHandle', 'first');
  expect(() => limiter.take('signInPerHandle', 'first')).toThrow();
  for (let i = 0; i < 200_000; i++) limiter.take('signInPerHandle', `handle-${i}@example.org`);
  expect(limiter.size()).toBe(50_000);
});
