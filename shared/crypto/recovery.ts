/**
 * The recovery key: 256 bits as 24 words of BIP-39's English list (SPEC KEY-*). From it come, by separate labels, a signing
 * key that answers the cloud's challenge and a key that wraps the root.
 */
import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { copyBytes, requireLength } from './bytes.ts';
import { deriveKey } from './hash.ts';
import type { Random } from './random.ts';
import { Domain, type SignKeyPair, sign, signKeyPair, verify } from './signing.ts';

export const RECOVERY_WORDS = 24;

export type RecoveryErrorCode = 'wrong_count' | 'unknown_word' | 'bad_checksum';

/** The words are not a recovery key: which one, and where, as far as can be said. */
export class RecoveryError extends Error {
  readonly code: RecoveryErrorCode;
  /** Of an unknown word: the word, and its place counted from 1. */
  readonly word: string | undefined;
  readonly place: number | undefined;
  constructor(code: RecoveryErrorCode, message: string, word?: string, place?: number) {
    super(message);
    this.name = 'RecoveryError';
    this.code = code;
    this.word = word;
    this.place = place;
  }
}

export type RecoveryKey = { entropy: Uint8Array; words: string[] };

const WORDS = new Set(wordlist);

export function newRecoveryKey(random: Random): RecoveryKey {
  const entropy = copyBytes(random(32));
  requireLength(entropy, 32, 'A recovery key');
  return { entropy, words: recoveryWords(entropy) };
}

export function recoveryWords(entropy: Uint8Array): string[] {
  requireLength(entropy, 32, 'A recovery key');
  return entropyToMnemonic(copyBytes(entropy), wordlist).split(' ');
}

/** The key's 32 bytes. Capitals, line ends, numbering ("1." or "12)") and commas between words do not matter. */
export function parseRecoveryWords(input: string | readonly string[]): Uint8Array {
  const text = typeof input === 'string' ? input : input.join(' ');
  const words = text
    .normalize('NFKD')
    .toLowerCase()
    .split(/[\s,;]+/)
    .map((word) => word.replace(/^\d+[.):]*/, ''))
    .filter((word) => word !== '');
  if (words.length !== RECOVERY_WORDS) {
    throw new RecoveryError(
      'wrong_count',
      `A recovery key has ${RECOVERY_WORDS} words, not ${words.length}.`,
    );
  }
  for (const [index, word] of words.entries()) {
    if (!WORDS.has(word)) {
      throw new RecoveryError('unknown_word', `Word ${index + 1} is not one of the list.`, word, index + 1);
    }
  }
  try {
    return mnemonicToEntropy(words.join(' '), wordlist);
  } catch {
    throw new RecoveryError(
      'bad_checksum',
      'All words are of the list, but one is wrong or two are exchanged.',
    );
  }
}

export function recoverySignKey(entropy: Uint8Array): SignKeyPair {
  requireLength(entropy, 32, 'A recovery key');
  return signKeyPair(deriveKey(entropy, 'lockstep/recovery-signing/v1'));
}

export function recoveryWrapKey(entropy: Uint8Array): Uint8Array {
  requireLength(entropy, 32, 'A recovery key');
  return deriveKey(entropy, 'lockstep/root-by-recovery/v1');
}

export function signRecoveryChallenge(challenge: Uint8Array, key: SignKeyPair): Uint8Array {
  requireLength(challenge, 32, 'A recovery challenge');
  return sign(Domain.recovery, challenge, key.secretKey);
}

export function verifyRecoveryAnswer(
  challenge: Uint8Array,
  signature: Uint8Array,
  publicKey: Uint8Array,
): boolean {
  return challenge.length === 32 && verify(Domain.recovery, challenge, signature, publicKey);
}
