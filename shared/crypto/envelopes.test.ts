import { beforeAll, describe, expect, test } from 'vitest';
import { fromHex, toHex, utf8 } from './bytes.ts';
import { createDeviceKeys } from './device-log.ts';
import {
  openContent,
  openContentKey,
  sealContent,
  sealContentKey,
  signBody,
  verifyBody,
} from './envelopes.ts';
import { inboxKeyPair } from './epoch-keys.ts';
import { SealError } from './errors.ts';
import { hpkeOpen, hpkeSeal } from './hpke.ts';
import { systemRandom as random } from './random.ts';
import { Domain, sign } from './signing.ts';
import { sodiumReady } from './sodium.ts';

beforeAll(sodiumReady);

async function codeOf(action: () => unknown): Promise<string> {
  try {
    await action();
  } catch (error) {
    if (error instanceof SealError) return error.code;
    throw error;
  }
  return 'opened';
}

const device = () => createDeviceKeys(random);
const anna = new Uint8Array(16).fill(1);
const bob = new Uint8Array(16).fill(2);

describe('envelopes', () => {
  test('ENV-1 content is sealed once and opens for each recipient with its own inbox key', async () => {
    const keys = device();
    const body = utf8('a body');
    const signature = signBody(body, keys);
    const { content, contentKey } = sealContent({ body, signature, random });
    for (const recipientAccountId of [anna, bob]) {
      const inbox = inboxKeyPair(random(32));
      const address = { content, senderAccountId: anna, recipientAccountId, epoch: 3 };
      const sealed = await sealContentKey({ ...address, contentKey, inboxKey: inbox.publicKey, random });
      const key = await openContentKey({ ...address, ...sealed, inboxSecret: inbox.secretKey });
      const opened = openContent(content, key);
      expect(opened).toEqual({ body, signature });
      expect(verifyBody(opened.body, opened.signature, keys.signKey.publicKey)).toBe(true);
    }
  });

  test('ENV-2 a sealed key opens only with that content, sender, recipient and epoch', async () => {
    const inbox = inboxKeyPair(random(32));
    const { content, contentKey } = sealContent({ body: utf8('x'), signature: new Uint8Array(64), random });
    const address = { content, senderAccountId: anna, recipientAccountId: bob, epoch: 3 };
    const sealed = await sealContentKey({ ...address, contentKey, inboxKey: inbox.publicKey, random });
    const open = { ...address, ...sealed, inboxSecret: inbox.secretKey };
    expect(await codeOf(() => openContentKey(open))).toBe('opened');
    const others = [
      { content: content.with(content.length - 1, content.at(-1)! ^ 1) },
      { senderAccountId: bob },
      { recipientAccountId: anna },
      { epoch: 4 },
      { inboxSecret: random(32) },
      { sealedKey: sealed.sealedKey.with(0, sealed.sealedKey[0]! ^ 1) },
    ];
    for (const other of others)
      expect(await codeOf(() => openContentKey({ ...open, ...other }))).toBe('not_authentic');
    expect(await codeOf(() => openContentKey({ ...open, suite: 2 }))).toBe('unknown_suite');
    expect(await codeOf(() => openContentKey({ ...open, sealedKey: random(40) }))).toBe('malformed');
  });

  test('ENV-3 changed content does not open, nor under another key than the one it commits to', async () => {
    const { content, contentKey } = sealContent({ body: utf8('x'), signature: new Uint8Array(64), random });
    for (const at of [1, 40, 60, content.length - 1]) {
      expect(await codeOf(() => openContent(content.with(at, content[at]! ^ 1), contentKey))).toBe(
        'not_authentic',
      );
    }
    expect(await codeOf(() => openContent(content, random(32)))).toBe('not_authentic');
    expect(await codeOf(() => openContent(content.with(0, 9), contentKey))).toBe('unknown_suite');
    expect(await codeOf(() => openContent(content.subarray(0, 60), contentKey))).toBe('malformed');
  });

  test('ENV-4 the signature is the device’s, over exactly the body, in the envelope’s domain', () => {
    const keys = device();
    const body = utf8('a body');
    const signature = signBody(body, keys);
    expect(verifyBody(body, signature, keys.signKey.publicKey)).toBe(true);
    expect(verifyBody(utf8('a bodi'), signature, keys.signKey.publicKey)).toBe(false);
    expect(verifyBody(body, signature, device().signKey.publicKey)).toBe(false);
    expect(
      verifyBody(body, sign(Domain.deviceLog, body, keys.signKey.secretKey), keys.signKey.publicKey),
    ).toBe(false);
    expect(verifyBody(body, new Uint8Array(3), keys.signKey.publicKey)).toBe(false);
  });

  test('ENV-5 lengths show no more than Padmé leaves', () => {
    const seal = (length: number) =>
      sealContent({ body: new Uint8Array(length), signature: new Uint8Array(64), random }).content.length;
    expect(seal(900)).toBe(seal(910));
  });

  test('ENV-6 HPKE gives what RFC 9180, appendix A.2.1, says', async () => {
    // The RFC's associated data is not empty and ours is: it enters the tag alone, so the tag is left out of the comparison.
    const info = fromHex('4f6465206f6e2061204772656369616e2055726e');
    const ikmE = fromHex('909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b');
    const enc = '1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a';
    const ct = '1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b';
    const publicKey = fromHex('4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a');
    const secretKey = fromHex('8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb');
    const plaintext = utf8('Beauty is truth, truth beauty');
    const sealed = await hpkeSeal(publicKey, info, plaintext, () => ikmE);
    expect(toHex(sealed.subarray(0, 32))).toBe(enc);
    expect(toHex(sealed.subarray(32, sealed.length - 16))).toBe(ct);
    expect(await hpkeOpen(secretKey, info, sealed)).toEqual(plaintext);
  });
});
