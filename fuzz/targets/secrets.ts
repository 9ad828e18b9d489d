/** Small sealed things and spellings: the root's wraps, keys sealed to a device, recovery words, hex and base64url, handles. */

import { recoveryWords as apiWords } from '../../electron/api/inputs.ts';
import { recoverySheet, recoveryWords as wordsTyped } from '../../renderer/welcome/recovery-words.ts';
import {
  equalBytes,
  fromBase64url,
  fromHex,
  fromUtf8,
  toBase64url,
  toHex,
  utf8,
} from '../../shared/crypto/bytes.ts';
import { SealError } from '../../shared/crypto/errors.ts';
import { hpkeOpen, hpkeSeal } from '../../shared/crypto/hpke.ts';
import { parseRecoveryWords, RecoveryError, recoveryWords } from '../../shared/crypto/recovery.ts';
import { createRoot, passwordWrapKey, unwrapRoot, wrapRoot } from '../../shared/crypto/root.ts';
import { sealKeyPair } from '../../shared/crypto/signing.ts';
import { sodiumReady } from '../../shared/crypto/sodium.ts';
import { bounded, check, type Target } from '../target.ts';
import { fixedRandom } from './fixed.ts';

const decoder = new TextDecoder();

export const secrets: Target[] = [
  {
    name: 'sealed-secrets',
    reads: 'The root under password and recovery key, and what HPKE sealed to a device',
    shape: 'bytes',
    inTest: 350,
    async open() {
      await sodiumReady();
      const random = fixedRandom();
      const key = new Uint8Array(32).fill(4);
      const root = createRoot(random);
      const wrap = wrapRoot(root, key, random);
      const pair = sealKeyPair(new Uint8Array(32).fill(6));
      const info = utf8('fuzz');
      const sealed = await hpkeSeal(pair.publicKey, info, new Uint8Array(32).fill(1), random);
      return {
        honest: [wrap.sealed, sealed],
        async run(input) {
          if (input.length % 4 === 0) {
            const opened = await hpkeOpen(pair.secretKey, info, input);
            check(
              toHex(input) === toHex(sealed) && opened.length === 32,
              'it opened, and is not what was sealed',
            );
            return 'hpke opened';
          }
          const opened = unwrapRoot({ suite: 1, sealed: input }, key);
          check(equalBytes(opened.identitySeed, root.identitySeed), 'another root');
          return 'root opened';
        },
        foreseen: (error) => (error instanceof SealError ? error.code : null),
      };
    },
  },
  {
    name: 'recovery-words',
    reads: 'The 24 words as a person types or pastes them',
    shape: 'text',
    inTest: 750,
    async open() {
      await sodiumReady();
      const words = [1, 2, 3].map((n) => recoveryWords(new Uint8Array(32).fill(n * 37)));
      const lines = { title: 'Recovery', for: 'anna@example.org', help: 'Keep it.' };
      return {
        honest: [
          ...words.map((list) => utf8(list.join(' '))),
          ...words.map((list) => utf8(list.map((word, i) => `${i + 1}. ${word}`).join('\n'))),
          ...words.map((list) => utf8(recoverySheet(list, lines))),
        ],
        run(input) {
          const text = decoder.decode(input);
          bounded(wordsTyped(text).length, input, 1);
          apiWords.safeParse(text);
          const entropy = parseRecoveryWords(text);
          check(entropy.length === 32, 'a recovery key of another length');
          check(
            equalBytes(parseRecoveryWords(recoveryWords(entropy)), entropy),
            'written down it is another',
          );
          return 'a key';
        },
        foreseen: (error) => (error instanceof RecoveryError ? error.code : null),
      };
    },
  },
  {
    name: 'spellings',
    reads: 'Hex, base64url, UTF-8 and OPAQUE’s export key',
    shape: 'text',
    inTest: 750,
    async open() {
      await sodiumReady();
      const random = fixedRandom();
      const honest = [0, 1, 2, 3, 16, 32, 64].flatMap((length) => [
        utf8(toHex(random(length))),
        utf8(toBase64url(random(length))),
      ]);
      return {
        honest,
        run(input) {
          const text = decoder.decode(input);
          let led = 'none';
          const attempt = (name: string, work: () => void) => {
            try {
              work();
              led = name;
            } catch (error) {
              if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
            }
          };
          attempt('utf8', () => check(equalBytes(utf8(fromUtf8(input)), input), 'UTF-8 that changes'));
          attempt('hex', () => check(toHex(fromHex(text)) === text.toLowerCase(), 'hex that changes'));
          attempt('base64url', () =>
            check(toBase64url(fromBase64url(text)) === text, 'two spellings of one value'),
          );
          attempt('export key', () => check(passwordWrapKey(text).length === 32, 'no key'));
          return led;
        },
        foreseen: () => null,
      };
    },
  },
];
