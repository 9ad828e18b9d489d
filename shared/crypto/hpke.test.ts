import { Chacha20Poly1305 } from '@hpke/chacha20poly1305';
import { CipherSuite, HkdfSha256 } from '@hpke/core';
import { DhkemX25519HkdfSha256 } from '@hpke/dhkem-x25519';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { concatBytes, copyBytes } from './bytes.ts';
import { SealError } from './errors.ts';
import { hpkeOpen, hpkeSeal } from './hpke.ts';
import { systemRandom as random } from './random.ts';
import { sealKeyPair } from './signing.ts';
import { sodiumReady } from './sodium.ts';

beforeAll(sodiumReady);

const suite = new CipherSuite({
  kem: new DhkemX25519HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Chacha20Poly1305(),
});

describe('HPKE', () => {
  test('ENV-6 another implementation opens what we seal, and we open what it seals', async () => {
    const short = fc.uint8Array({ maxLength: 120 });
    await fc.assert(
      fc.asyncProperty(short, short, async (info, plaintext) => {
        const { publicKey, secretKey } = sealKeyPair(random(32));
        const ours = await hpkeSeal(publicKey, info, plaintext, random);
        const recipientKey = await suite.kem.deserializePrivateKey(copyBytes(secretKey));
        const enc = copyBytes(ours.subarray(0, 32));
        const recipient = await suite.createRecipientContext({ recipientKey, info: copyBytes(info), enc });
        expect(new Uint8Array(await recipient.open(copyBytes(ours.subarray(32))))).toEqual(plaintext);

        const recipientPublicKey = await suite.kem.deserializePublicKey(copyBytes(publicKey));
        const sender = await suite.createSenderContext({ recipientPublicKey, info: copyBytes(info) });
        const ct = new Uint8Array(await sender.seal(copyBytes(plaintext)));
        const theirs = concatBytes(new Uint8Array(sender.enc), ct);
        expect(await hpkeOpen(secretKey, info, theirs)).toEqual(plaintext);
      }),
      { numRuns: 20 },
    );
  });

  test('ENV-6 keys of small order neither seal nor open', async () => {
    const { secretKey } = sealKeyPair(random(32));
    const zero = new Uint8Array(32);
    await expect(hpkeSeal(zero, zero, zero, random)).rejects.toThrow();
    await expect(hpkeOpen(secretKey, zero, new Uint8Array(80))).rejects.toThrow(SealError);
  });
});
