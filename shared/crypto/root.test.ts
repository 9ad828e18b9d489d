import { beforeAll, describe, expect, test } from 'vitest';
import { toBase64url } from './bytes.ts';
import { SealError } from './errors.ts';
import { systemRandom as random } from './random.ts';
import {
  newRecoveryKey,
  parseRecoveryWords,
  RecoveryError,
  recoverySignKey,
  recoveryWords,
  recoveryWrapKey,
  signRecoveryChallenge,
  verifyRecoveryAnswer,
} from './recovery.ts';
import { createRoot, passwordWrapKey, unwrapRoot, wrapRoot } from './root.ts';
import { sodiumReady } from './sodium.ts';

beforeAll(sodiumReady);

function errorOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('root and recovery key', () => {
  test('KEY-19 the root opens with the password’s key and with the recovery key, and with no other', () => {
    const root = createRoot(random);
    const exportKey = toBase64url(random(64));
    const recovery = newRecoveryKey(random);
    for (const key of [passwordWrapKey(exportKey), recoveryWrapKey(recovery.entropy)]) {
      const wrap = wrapRoot(root, key, random);
      expect(unwrapRoot(wrap, key)).toEqual(root);
      const wrong = errorOf(() => unwrapRoot(wrap, random(32)));
      expect(wrong).toBeInstanceOf(SealError);
      expect((wrong as SealError).code).toBe('not_authentic');
      expect(errorOf(() => unwrapRoot({ ...wrap, suite: 2 }, key))).toMatchObject({ code: 'unknown_suite' });
      const cut = { ...wrap, sealed: wrap.sealed.subarray(0, 20) };
      expect(errorOf(() => unwrapRoot(cut, key))).toMatchObject({ code: 'malformed' });
    }
    expect(() => passwordWrapKey(toBase64url(random(32)))).toThrow(/64 bytes/);
  });

  test('KEY-20 24 words are the recovery key, however they are typed', () => {
    const { entropy, words } = newRecoveryKey(random);
    expect(words).toHaveLength(24);
    expect(parseRecoveryWords(words)).toEqual(entropy);
    expect(parseRecoveryWords(`  ${words.join('\n ').toUpperCase()}  `)).toEqual(entropy);
    expect(parseRecoveryWords(words.map((word, i) => `${i + 1}. ${word},`).join(' '))).toEqual(entropy);
    expect(recoveryWords(new Uint8Array(32)).join(' ')).toBe(`${'abandon '.repeat(23)}art`);
  });

  test('KEY-21 a wrong count, an unknown word and a wrong checksum are told apart', () => {
    const { words } = newRecoveryKey(random);
    const fail = (input: string[]) => errorOf(() => parseRecoveryWords(input)) as RecoveryError;
    expect(fail(words.slice(1))).toMatchObject({ code: 'wrong_count' });
    expect(fail([])).toMatchObject({ code: 'wrong_count' });
    const typo = words.with(6, 'lockstep');
    expect(fail(typo)).toMatchObject({ code: 'unknown_word', word: 'lockstep', place: 7 });
    const zeros = recoveryWords(new Uint8Array(32));
    expect(fail(zeros.with(23, 'abandon'))).toMatchObject({ code: 'bad_checksum' });
    expect(fail(zeros.with(23, 'abandon'))).toBeInstanceOf(RecoveryError);
  });

  test('KEY-22 the recovery key answers a challenge; signing and wrapping keys are unrelated', () => {
    const { entropy } = newRecoveryKey(random);
    const challenge = random(32);
    const key = recoverySignKey(entropy);
    const answer = signRecoveryChallenge(challenge, key);
    expect(verifyRecoveryAnswer(challenge, answer, key.publicKey)).toBe(true);
    expect(verifyRecoveryAnswer(random(32), answer, key.publicKey)).toBe(false);
    expect(verifyRecoveryAnswer(challenge, answer, recoverySignKey(random(32)).publicKey)).toBe(false);
    expect(recoveryWrapKey(entropy)).not.toEqual(key.secretKey.slice(0, 32));
  });
});
