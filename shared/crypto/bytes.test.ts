import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  compareBytes,
  concatBytes,
  equalBytes,
  framed,
  fromBase64url,
  fromHex,
  fromUtf8,
  toBase64url,
  toHex,
  u32be,
  utf8,
} from './bytes.ts';
import { deriveKey, hash256, hmac256 } from './hash.ts';
import { systemRandom } from './random.ts';
import { sodium, sodiumReady } from './sodium.ts';

beforeAll(sodiumReady);

const bytes = fc.uint8Array({ maxLength: 200 });

describe('bytes', () => {
  test('hex and base64url give back what they were given, and agree with Node', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(toHex(value)).toBe(Buffer.from(value).toString('hex'));
        expect(fromHex(toHex(value))).toEqual(value);
        expect(toBase64url(value)).toBe(Buffer.from(value).toString('base64url'));
        expect(fromBase64url(toBase64url(value))).toEqual(value);
      }),
    );
  });

  test('what is not hex, base64url or UTF-8 is refused', () => {
    for (const bad of ['a', 'zz', '0x', ' 1']) expect(() => fromHex(bad)).toThrow(RangeError);
    for (const bad of ['a', 'ab=', 'a+b/', 'AB', 'äää']) expect(() => fromBase64url(bad)).toThrow(RangeError);
    expect(() => fromUtf8(new Uint8Array([0xff]))).toThrow(TypeError);
    expect(fromUtf8(utf8('héé 👋'))).toBe('héé 👋');
  });

  test('comparing is SQLite’s order of blobs; joining and framing keep everything', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(a, b));
        expect(equalBytes(a, b)).toBe(Buffer.compare(a, b) === 0);
        expect(concatBytes(a, b)).toEqual(new Uint8Array(Buffer.concat([a, b])));
      }),
    );
    expect(framed(utf8('a'), utf8('bc'))).not.toEqual(framed(utf8('ab'), utf8('c')));
    expect(u32be(0xfffffffe)).toEqual(new Uint8Array([255, 255, 255, 254]));
    expect(() => u32be(-1)).toThrow(RangeError);
  });

  test('the fast hash is libsodium’s, keyed and not, for short and long input', () => {
    for (const length of [0, 1, 300, 500_000]) {
      const value = systemRandom(length);
      const key = systemRandom(32);
      expect(toHex(hash256(value))).toBe(sodium.crypto_generichash(32, value, null, 'hex'));
      expect(toHex(hmac256(key, value))).toBe(sodium.crypto_generichash(32, value, key, 'hex'));
      expect(hash256(value.subarray(0, length / 2), value.subarray(length / 2))).toEqual(hash256(value));
    }
    // RFC 7693's "abc" is BLAKE2b-512; the 256-bit value is that of `b2sum -l 256`.
    expect(toHex(hash256(utf8('abc')))).toBe(
      'bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319',
    );
    expect(() => hmac256(new Uint8Array(15))).toThrow(RangeError);
    expect(deriveKey(new Uint8Array(32), 'a')).not.toEqual(deriveKey(new Uint8Array(32), 'b'));
  });

  test('random bytes are the caller’s own and do not repeat', () => {
    const seen = new Set<string>();
    for (let i = 0; i < 2000; i++) seen.add(toHex(systemRandom(24)));
    expect(seen.size).toBe(2000);
    expect(systemRandom(100_000)).toHaveLength(100_000);
    expect(() => systemRandom(-1)).toThrow(RangeError);
  });
});
