/**
 * The epoch chain (SPEC KEY-*): which key an account's zones and inbox use now, who got it, and how older keys follow
 * from it. Sealing to a public key proves no sender, so a device accepts no key whose statement does not stand in a
 * chain that verifies against the device log. Like the log, a chain is accepted whole or not at all.
 */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { type EpochStatement, EpochStatementSchema } from '../proto/gen/lockstep/cloud/v1/keys_pb.js';
import {
  compareBytes,
  concatBytes,
  copyBytes,
  EMPTY,
  equalBytes,
  requireLength,
  u32be,
  utf8,
} from './bytes.ts';
import { type DeviceLogState, type Signer, signerId, signerSecret } from './device-log.ts';
import { type EpochKey, epochKeyHash, inboxKeyPair, previousKeyKey } from './epoch-keys.ts';
import { SealError, TrustError } from './errors.ts';
import { hash256 } from './hash.ts';
import { HPKE_SUITE, hpkeOpen, hpkeSeal } from './hpke.ts';
import type { Random } from './random.ts';
import { Domain, isUsableSealKey, type Signed, signStatement, verify } from './signing.ts';
import { openSecret, sealSecret } from './symmetric.ts';

/** `lockstep.cloud.v1.KeyWrap` fits. */
export type KeyWrap = { epoch: number; recipient: Uint8Array; suite: number; sealed: Uint8Array };

export type Epoch = {
  epoch: number;
  keyHash: Uint8Array;
  inboxKey: Uint8Array;
  /** Device ids, sorted. */
  recipients: Uint8Array[];
  sealedPrevious: Uint8Array;
  /** A device id, or empty for the identity. */
  signer: Uint8Array;
  logLength: number;
  timeMs: number;
  /** Of the statement's body: the next one names it. */
  hash: Uint8Array;
};

export type EpochChain = {
  accountId: Uint8Array;
  /** Oldest first; epoch e stands at e - 1. */
  epochs: Epoch[];
  current: Epoch;
  headHash: Uint8Array;
  /** The verified statement of an epoch, or undefined. */
  get(epoch: number): Epoch | undefined;
};

export type EpochPin = { epoch: number; headHash: Uint8Array };

export const MAX_EPOCHS = 10_000;

/**
 * A new epoch for the log as it will be: `log` is the verified state with the entries appended that go with it. The key is
 * sealed to the root and to every active device. Without `previous`, the account's first.
 */
export async function createEpoch(options: {
  log: DeviceLogState;
  previous?: { chain: EpochChain; key: EpochKey } | undefined;
  signer: Signer;
  timeMs: number;
  random: Random;
}): Promise<{ statement: Signed; epoch: number; key: EpochKey; wraps: KeyWrap[] }> {
  const { log, previous, signer, timeMs, random } = options;
  const key = copyBytes(random(32));
  const devices = log.activeAt();
  const signedBy = signerId(signer);
  if (signedBy.length !== 0 && !devices.some((device) => equalBytes(device.deviceId, signedBy))) {
    throw new TrustError('unknown_signer', 'Only an active device or the identity can make an epoch.');
  }
  const epoch = (previous?.chain.current.epoch ?? 0) + 1;
  let sealedPrevious: Uint8Array = EMPTY;
  if (previous !== undefined) {
    requireKey(previous.chain.current, previous.key);
    sealedPrevious = sealSecret(
      previousKeyKey(key),
      PREVIOUS,
      concatBytes(log.accountId, u32be(epoch)),
      previous.key,
      random,
    );
  }
  const keyHash = epochKeyHash(key);
  const recipients = devices.map((device) => device.deviceId).sort(compareBytes);
  const body = toBinary(
    EpochStatementSchema,
    create(EpochStatementSchema, {
      accountId: log.accountId,
      epoch,
      prevHash: previous?.chain.headHash ?? EMPTY,
      keyHash,
      inboxKey: inboxKeyPair(key).publicKey,
      recipients,
      sealedPrevious,
      signer: signedBy,
      logLength: log.length,
      timeMs: BigInt(timeMs),
    }),
  );
  const statement = signStatement(Domain.epoch, body, signerSecret(signer));
  const common = { accountId: log.accountId, epoch, key, random };
  const wraps = [await wrapEpochKey({ ...common, recipient: EMPTY, recipientKey: log.rootKey })];
  for (const device of devices) {
    wraps.push(await wrapEpochKey({ ...common, recipient: device.deviceId, recipientKey: device.sealKey }));
  }
  return { statement, epoch, key, wraps };
}

const PREVIOUS = 'lockstep/previous-epoch/v1';
const WRAP = utf8('lockstep/key-wrap/v1\0');

function wrapInfo(
  accountId: Uint8Array,
  epoch: number,
  recipient: Uint8Array,
  keyHash: Uint8Array,
): Uint8Array {
  // Fixed widths but for the recipient, which stands last: 16 bytes, or none for the root.
  return concatBytes(WRAP, accountId, u32be(epoch), keyHash, recipient);
}

/** An epoch's key sealed to one recipient: a device's sealing key, or (`recipient` empty) the root's. */
export async function wrapEpochKey(options: {
  accountId: Uint8Array;
  epoch: number;
  key: EpochKey;
  recipient: Uint8Array;
  recipientKey: Uint8Array;
  random: Random;
}): Promise<KeyWrap> {
  const { accountId, epoch, key, recipient, recipientKey, random } = options;
  requireLength(accountId, 16, 'An account id');
  if (recipient.length !== 0) requireLength(recipient, 16, 'A device id');
  const info = wrapInfo(accountId, epoch, recipient, epochKeyHash(key));
  const sealed = await hpkeSeal(recipientKey, info, key, random);
  return { epoch, recipient, suite: HPKE_SUITE, sealed };
}

/**
 * The key inside a wrap, checked against the statement of a verified chain. SealError if it does not open, TrustError
 * if it is not the key that the statement commits to (or the chain has no such epoch).
 */
export async function openWrap(
  wrap: KeyWrap,
  recipientSecret: Uint8Array,
  chain: EpochChain,
): Promise<EpochKey> {
  const epoch = chain.get(wrap.epoch);
  if (epoch === undefined) throw new TrustError('broken_chain', `The chain has no epoch ${wrap.epoch}.`);
  const info = wrapInfo(chain.accountId, wrap.epoch, wrap.recipient, epoch.keyHash);
  const key = await hpkeOpen(recipientSecret, info, wrap.sealed, wrap.suite);
  requireKey(epoch, key);
  return key;
}

function requireKey(epoch: Epoch, key: EpochKey): void {
  if (key.length !== 32 || !equalBytes(epochKeyHash(key), epoch.keyHash)) {
    throw new TrustError('wrong_key', `Not the key of epoch ${epoch.epoch}.`, epoch.epoch);
  }
  if (!equalBytes(inboxKeyPair(key).publicKey, epoch.inboxKey)) {
    throw new TrustError(
      'wrong_key',
      `The inbox key of epoch ${epoch.epoch} does not follow from its key.`,
      epoch.epoch,
    );
  }
}

/** All keys from `key`'s epoch (the current one, if not said) down to the first, each checked. By epoch. */
export function walkDown(
  chain: EpochChain,
  key: EpochKey,
  from: number = chain.current.epoch,
): Map<number, EpochKey> {
  const keys = new Map<number, EpochKey>();
  let current = key;
  for (let number = from; number >= 1; number--) {
    const epoch = chain.get(number);
    if (epoch === undefined) throw new TrustError('broken_chain', `The chain has no epoch ${number}.`);
    requireKey(epoch, current);
    keys.set(number, current);
    if (number === 1) break;
    try {
      current = openSecret(
        previousKeyKey(current),
        PREVIOUS,
        concatBytes(chain.accountId, u32be(number)),
        epoch.sealedPrevious,
      );
    } catch (error) {
      if (error instanceof SealError) {
        throw new TrustError('wrong_key', `Epoch ${number} does not hold the key before it.`, number);
      }
      throw error;
    }
  }
  return keys;
}

/**
 * Checks a whole chain against a verified log. Throws TrustError. `pinned`: the highest epoch seen before.
 *
 * A statement is signed by the identity, or by a device that is active where its log_length ends, and so among its
 * recipients: a removed device neither signs nor receives. A device that joined during the previous epoch may sign.
 */
export function verifyEpochChain(
  epochs: readonly Signed[],
  log: DeviceLogState,
  options: { pinned?: EpochPin | undefined } = {},
): EpochChain {
  const { pinned } = options;
  if (epochs.length === 0) throw new TrustError('empty', 'The account has no epoch.');
  if (epochs.length > MAX_EPOCHS)
    throw new TrustError('too_long', 'The epoch chain is longer than any real one.');
  if (pinned !== undefined && epochs.length < pinned.epoch) {
    throw new TrustError(
      'rolled_back',
      `The account is at epoch ${epochs.length}; ${pinned.epoch} was seen before.`,
    );
  }
  const verified: Epoch[] = [];
  for (const signed of epochs) {
    const epoch = verifyEpoch(signed, verified.at(-1), log);
    if (pinned !== undefined && epoch.epoch === pinned.epoch && !equalBytes(epoch.hash, pinned.headHash)) {
      throw new TrustError(
        'forked',
        'The epoch chain is not the continuation of the one seen before.',
        epoch.epoch,
      );
    }
    verified.push(epoch);
  }
  const current = verified.at(-1)!;
  requireFresh(current, log);
  return {
    accountId: log.accountId,
    epochs: verified,
    current,
    headHash: current.hash,
    get: (epoch) => verified[epoch - 1],
  };
}

/** After a removal or a rotation there is an epoch: else the one removed could still read. */
function requireFresh(current: Epoch, log: DeviceLogState): void {
  for (const device of log.devices.values()) {
    if (device.removedIndex !== undefined && device.removedIndex >= current.logLength) {
      throw new TrustError('epoch_missing', 'A device was removed and no epoch follows.', current.epoch);
    }
  }
  if (log.identities.at(-1)!.fromIndex >= current.logLength) {
    throw new TrustError(
      'epoch_missing',
      'The account’s root was changed and no epoch follows.',
      current.epoch,
    );
  }
}

function verifyEpoch(signed: Signed, previous: Epoch | undefined, log: DeviceLogState): Epoch {
  const number = (previous?.epoch ?? 0) + 1;
  const fail = (code: ConstructorParameters<typeof TrustError>[0], message: string) =>
    new TrustError(code, message, number);
  let statement: EpochStatement;
  try {
    statement = fromBinary(EpochStatementSchema, signed.body);
  } catch {
    throw fail('malformed', 'An epoch’s statement cannot be read.');
  }
  const { recipients, signer, logLength } = statement;
  if (!equalBytes(statement.accountId, log.accountId))
    throw fail('wrong_account', 'An epoch of another account.');
  if (statement.epoch !== number || !equalBytes(statement.prevHash, previous?.hash ?? EMPTY)) {
    throw fail('broken_chain', 'The epoch chain is broken.');
  }
  if (logLength < 1 || logLength > log.length || logLength < (previous?.logLength ?? 1)) {
    throw fail('broken_chain', 'An epoch was made for a device log that is not this one.');
  }
  if (statement.keyHash.length !== 32 || !isUsableSealKey(statement.inboxKey)) {
    throw fail('malformed', 'An epoch’s keys have the wrong form.');
  }
  if ((statement.sealedPrevious.length === 0) !== (number === 1)) {
    throw fail('malformed', 'Every epoch but the first holds the key before it.');
  }
  const active = log.activeAt(logLength);
  let key = log.identityAt(logLength).identityKey;
  if (signer.length !== 0) {
    const device = active.find((candidate) => equalBytes(candidate.deviceId, signer));
    if (device === undefined) throw fail('unknown_signer', 'An epoch is signed by somebody who may not.');
    key = device.signKey;
  }
  if (!verify(Domain.epoch, signed.body, signed.signature, key)) {
    throw fail('bad_signature', 'The signature of an epoch is wrong.');
  }
  const expected = active.map((device) => device.deviceId).sort(compareBytes);
  if (expected.length !== recipients.length || !expected.every((id, i) => equalBytes(id, recipients[i]!))) {
    throw fail('wrong_recipients', 'An epoch’s recipients are not exactly the active devices.');
  }
  return {
    epoch: number,
    keyHash: statement.keyHash,
    inboxKey: statement.inboxKey,
    recipients,
    sealedPrevious: statement.sealedPrevious,
    signer,
    logLength,
    timeMs: Number(statement.timeMs),
    hash: hash256(signed.body),
  };
}
