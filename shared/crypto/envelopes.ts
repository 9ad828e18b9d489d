/**
 * Sealing envelopes (SPEC ENV-*). The content is sealed once under a random key; that key is sealed to each recipient
 * account's inbox key. Inside, the sending device's signature covers the body: who, to whom, where, what.
 *
 *     content = suite u8 | commitment to the content key 32 | nonce 24 | XChaCha20-Poly1305(padded Content)
 *
 * The commitment makes it impossible to give two recipients two keys under which the same content opens differently.
 * The sealed key's HPKE info binds the content's hash, both accounts and the recipient's epoch.
 */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { ContentSchema } from '../proto/gen/lockstep/envelope/v1/envelope_pb.js';
import { concatBytes, copyBytes, equalBytes, requireLength, u32be, utf8 } from './bytes.ts';
import type { DeviceKeys } from './device-log.ts';
import { SealError } from './errors.ts';
import { hash256 } from './hash.ts';
import { HPKE_SUITE, hpkeOpen, hpkeSeal } from './hpke.ts';
import { paddedLength } from './padme.ts';
import type { Random } from './random.ts';
import { Domain, sign, verify } from './signing.ts';
import { fastOpen, fastSeal } from './sodium.ts';

/** 1: XChaCha20-Poly1305 under a committed key, Padmé. */
export const CONTENT_SUITE = 1;
const COMMITMENT = 32;
const NONCE = 24;
const TAG = 16;
const HEAD = 1 + COMMITMENT + NONCE;
const CONTENT_AD = utf8('lockstep/content/v1');
const KEY_INFO = utf8('lockstep/content-key/v1\0');
const COMMIT = utf8('lockstep/content-commitment/v1\0');

/** The sending device's signature over a body's bytes. */
export function signBody(body: Uint8Array, device: DeviceKeys): Uint8Array {
  return sign(Domain.envelope, body, device.signKey.secretKey);
}

/** `signKey`: of the sending device, from its account's verified log. */
export function verifyBody(body: Uint8Array, signature: Uint8Array, signKey: Uint8Array): boolean {
  return verify(Domain.envelope, body, signature, signKey);
}

/** Seals a signed body once for all recipients. The key is for `sealContentKey` and is used for nothing else. */
export function sealContent(options: { body: Uint8Array; signature: Uint8Array; random: Random }): {
  content: Uint8Array;
  contentKey: Uint8Array;
} {
  const { body, signature, random } = options;
  requireLength(signature, 64, 'A signature');
  const contentKey = copyBytes(random(32));
  requireLength(contentKey, 32, 'A content key');
  const nonce = random(NONCE);
  requireLength(nonce, NONCE, 'A nonce');
  const plaintext = toBinary(ContentSchema, create(ContentSchema, { body, signature }));
  const content = fastSeal(contentKey, nonce, CONTENT_AD, plaintext, paddedLength(plaintext.length), HEAD);
  content[0] = CONTENT_SUITE;
  content.set(hash256(COMMIT, contentKey), 1);
  content.set(nonce, 1 + COMMITMENT);
  return { content, contentKey };
}

/** The body's bytes and their signature, not verified yet. SealError if the content does not open. */
export function openContent(
  content: Uint8Array,
  contentKey: Uint8Array,
): { body: Uint8Array; signature: Uint8Array } {
  requireLength(contentKey, 32, 'A content key');
  if (content.length < HEAD + TAG) throw new SealError('malformed', 'Too short to be an envelope’s content.');
  if (content[0] !== CONTENT_SUITE) {
    throw new SealError('unknown_suite', `An envelope of suite ${content[0]}: a newer app sent it.`);
  }
  if (!equalBytes(content.subarray(1, 1 + COMMITMENT), hash256(COMMIT, contentKey))) {
    throw new SealError('not_authentic', 'The content was sealed under another key than the one given.');
  }
  const plaintext = fastOpen(
    contentKey,
    content.subarray(1 + COMMITMENT, HEAD),
    CONTENT_AD,
    content,
    HEAD,
    true,
  );
  try {
    const { body, signature } = fromBinary(ContentSchema, plaintext);
    return { body, signature };
  } catch {
    throw new SealError('malformed', 'What was sealed is no envelope’s content.');
  }
}

/** For whom a content key is sealed: all of it is bound. */
export type KeyAddress = {
  content: Uint8Array;
  senderAccountId: Uint8Array;
  recipientAccountId: Uint8Array;
  /** The recipient account's epoch whose inbox key it is. */
  epoch: number;
};

function keyInfo(address: KeyAddress): Uint8Array {
  requireLength(address.senderAccountId, 16, 'A sender’s account id');
  requireLength(address.recipientAccountId, 16, 'A recipient’s account id');
  return concatBytes(
    KEY_INFO,
    hash256(address.content),
    address.senderAccountId,
    address.recipientAccountId,
    u32be(address.epoch),
  );
}

export async function sealContentKey(
  options: KeyAddress & { contentKey: Uint8Array; inboxKey: Uint8Array; random: Random },
): Promise<{ suite: number; sealedKey: Uint8Array }> {
  requireLength(options.contentKey, 32, 'A content key');
  const sealedKey = await hpkeSeal(options.inboxKey, keyInfo(options), options.contentKey, options.random);
  return { suite: HPKE_SUITE, sealedKey };
}

/** `inboxSecret`: `inboxKeyPair(K_epoch).secretKey`. SealError if it was sealed for anybody or anything else. */
export async function openContentKey(
  options: KeyAddress & { suite: number; sealedKey: Uint8Array; inboxSecret: Uint8Array },
): Promise<Uint8Array> {
  const key = await hpkeOpen(options.inboxSecret, keyInfo(options), options.sealedKey, options.suite);
  if (key.length !== 32) throw new SealError('malformed', 'What was sealed is no content key.');
  return key;
}
