/**
 * An account's device log (SPEC KEY-*): a chain of signed entries from which follows which devices are the account's. The
 * cloud keeps it and checks it to refuse garbage; devices check it because they believe nothing else.
 *
 * Nothing is taken from a log that fails anywhere: `verifyDeviceLog` returns a whole state or throws a TrustError.
 */
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import {
  type AddDevice,
  type DeviceLogEntry,
  DeviceLogEntrySchema,
  type RemoveDevice,
  RemoveReason,
  type RotateIdentity,
} from '../proto/gen/lockstep/cloud/v1/keys_pb.js';
import { concatBytes, copyBytes, EMPTY, equalBytes, requireLength, toHex, u32be } from './bytes.ts';
import { TrustError } from './errors.ts';
import { hash256 } from './hash.ts';
import type { Random } from './random.ts';
import type { Root } from './root.ts';
import {
  Domain,
  isUsableSealKey,
  type SealKeyPair,
  type Signed,
  type SignKeyPair,
  sealKeyPair,
  sign,
  signKeyPair,
  signStatement,
  verify,
} from './signing.ts';

/** More entries than any account makes; a longer log is an attack on whoever reads it. */
export const MAX_LOG_LENGTH = 10_000;

export type DeviceKeys = { deviceId: Uint8Array; signKey: SignKeyPair; sealKey: SealKeyPair };

export type LogDevice = {
  deviceId: Uint8Array;
  signKey: Uint8Array;
  sealKey: Uint8Array;
  /** Index of the entry that added it. */
  addedIndex: number;
  addedMs: number;
  /** Index of the entry that removed it. */
  removedIndex?: number;
  removeReason?: RemoveReason;
};

/** The account's public keys from an entry on. */
export type LogIdentity = { identityKey: Uint8Array; rootKey: Uint8Array; fromIndex: number };

export type DeviceLogState = {
  accountId: Uint8Array;
  /** In force now. */
  identityKey: Uint8Array;
  rootKey: Uint8Array;
  /** All there were, oldest first; the first is the one that first contact pins. */
  identities: LogIdentity[];
  length: number;
  headHash: Uint8Array;
  /** By device id in hex, removed ones included, in the order added. */
  devices: Map<string, LogDevice>;
  /** The devices active after the first `length` entries; without an argument, now. */
  activeAt(length?: number): LogDevice[];
  /** The identity in force after the first `length` entries. */
  identityAt(length: number): LogIdentity;
};

/** Who signs: a device, or the account's identity. */
export type Signer = { device: DeviceKeys } | { identity: SignKeyPair };

export function createDeviceKeys(random: Random): DeviceKeys {
  return {
    deviceId: copyBytes(random(16)),
    signKey: signKeyPair(random(32)),
    sealKey: sealKeyPair(random(32)),
  };
}

export function signerSecret(signer: Signer): Uint8Array {
  return 'device' in signer ? signer.device.signKey.secretKey : signer.identity.secretKey;
}

export function signerId(signer: Signer): Uint8Array {
  return 'device' in signer ? signer.device.deviceId : EMPTY;
}

/** Entry 0 of a new account. */
export function signGenesis(options: { accountId: Uint8Array; root: Root; timeMs: number }): Signed {
  const { accountId, root, timeMs } = options;
  requireLength(accountId, 16, 'An account id');
  const body = toBinary(
    DeviceLogEntrySchema,
    create(DeviceLogEntrySchema, {
      accountId,
      index: 0,
      change: {
        case: 'genesis',
        value: { identityKey: root.identity.publicKey, rootKey: root.sealing.publicKey },
      },
      timeMs: BigInt(timeMs),
    }),
  );
  return signStatement(Domain.deviceLog, body, root.identity.secretKey);
}

/** Where the next entry goes: a verified state, or `logAfter(…)`. */
export type LogEnd = { accountId: Uint8Array; length: number; headHash: Uint8Array };

type Change = NonNullable<MessageInitShape<typeof DeviceLogEntrySchema>['change']>;

function signEntry(log: LogEnd, change: Change, signer: Signer, timeMs: number): Signed {
  requireLength(log.accountId, 16, 'An account id');
  requireLength(log.headHash, 32, 'A head hash');
  const body = toBinary(
    DeviceLogEntrySchema,
    create(DeviceLogEntrySchema, {
      accountId: log.accountId,
      index: log.length,
      prevHash: log.headHash,
      change,
      signer: signerId(signer),
      timeMs: BigInt(timeMs),
    }),
  );
  return signStatement(Domain.deviceLog, body, signerSecret(signer));
}

/** Where the log ends after `entries`, so that several can be signed in a row. */
export function logAfter(accountId: Uint8Array, entries: readonly Signed[]): LogEnd {
  const last = entries.at(-1);
  if (last === undefined) throw new RangeError('A log begins with its genesis.');
  return { accountId, length: entries.length, headHash: hash256(last.body) };
}

export function signAddDevice(options: {
  log: LogEnd;
  /** The new device: its id and public keys (`publicDevice(keys)`). */
  device: { deviceId: Uint8Array; signKey: Uint8Array; sealKey: Uint8Array };
  signer: Signer;
  timeMs: number;
}): Signed {
  const { deviceId, signKey, sealKey } = options.device;
  requireLength(deviceId, 16, 'A device id');
  requireLength(signKey, 32, 'A device’s signing key');
  requireLength(sealKey, 32, 'A device’s sealing key');
  const change: Change = { case: 'add', value: { deviceId, signKey, sealKey } };
  return signEntry(options.log, change, options.signer, options.timeMs);
}

export function publicDevice(keys: DeviceKeys): {
  deviceId: Uint8Array;
  signKey: Uint8Array;
  sealKey: Uint8Array;
} {
  return { deviceId: keys.deviceId, signKey: keys.signKey.publicKey, sealKey: keys.sealKey.publicKey };
}

/** A new epoch must go with it (`createEpoch`). A device cannot sign the epoch that its own removal asks for. */
export function signRemoveDevice(options: {
  log: LogEnd;
  deviceId: Uint8Array;
  reason: RemoveReason;
  signer: Signer;
  timeMs: number;
}): Signed {
  const { deviceId, reason } = options;
  requireLength(deviceId, 16, 'A device id');
  return signEntry(
    options.log,
    { case: 'remove', value: { deviceId, reason } },
    options.signer,
    options.timeMs,
  );
}

/** What the new identity signs: that it takes over this very log. */
function takeOver(log: LogEnd, identityKey: Uint8Array, rootKey: Uint8Array): Uint8Array {
  return concatBytes(log.accountId, u32be(log.length), log.headHash, identityKey, rootKey);
}

/** A new root for the account, signed by the identity it replaces and by its own. A new epoch must go with it. */
export function signRotate(options: {
  log: LogEnd;
  newRoot: Root;
  oldIdentity: SignKeyPair;
  timeMs: number;
}): Signed {
  const { log, newRoot } = options;
  const identityKey = newRoot.identity.publicKey;
  const rootKey = newRoot.sealing.publicKey;
  const proof = sign(Domain.rotate, takeOver(log, identityKey, rootKey), newRoot.identity.secretKey);
  const change: Change = { case: 'rotate', value: { identityKey, rootKey, proof } };
  return signEntry(log, change, { identity: options.oldIdentity }, options.timeMs);
}

export type LogPin = { length: number; headHash: Uint8Array };

/**
 * Checks a whole log. `pinned`: the highest head seen before; `identityKey`: the identity pinned at first contact. Throws
 * TrustError: nothing of a log that fails may be used.
 */
export function verifyDeviceLog(
  log: readonly Signed[],
  options: { accountId: Uint8Array; pinned?: LogPin | undefined; identityKey?: Uint8Array | undefined },
): DeviceLogState {
  const { accountId, pinned, identityKey } = options;
  requireLength(accountId, 16, 'An account id');
  if (log.length === 0) throw new TrustError('empty', 'The account has no device log.');
  if (log.length > MAX_LOG_LENGTH)
    throw new TrustError('too_long', 'The device log is longer than any real one.');
  if (pinned !== undefined && log.length < pinned.length) {
    throw new TrustError(
      'rolled_back',
      `The device log has ${log.length} entries; ${pinned.length} were seen before.`,
    );
  }
  const reader = new LogReader(accountId);
  for (const [index, signed] of log.entries()) {
    reader.add(index, signed);
    if (
      pinned !== undefined &&
      index === pinned.length - 1 &&
      !equalBytes(reader.headHash, pinned.headHash)
    ) {
      throw new TrustError('forked', 'The device log is not the continuation of the one seen before.', index);
    }
  }
  if (identityKey !== undefined && !equalBytes(reader.identities[0]!.identityKey, identityKey)) {
    throw new TrustError('identity_changed', 'The account has another identity than at first contact.', 0);
  }
  return reader.state();
}

class LogReader {
  readonly accountId: Uint8Array;
  readonly identities: LogIdentity[] = [];
  readonly devices = new Map<string, LogDevice>();
  /** Every public key ever used in this log, in hex: none serves twice. */
  readonly #keys = new Set<string>();
  headHash: Uint8Array = EMPTY;
  #length = 0;

  constructor(accountId: Uint8Array) {
    this.accountId = accountId;
  }

  add(index: number, signed: Signed): void {
    const entry = parseEntry(index, signed);
    if (!equalBytes(entry.accountId, this.accountId)) {
      throw new TrustError('wrong_account', 'An entry of another account.', index);
    }
    if (entry.index !== index || !equalBytes(entry.prevHash, this.headHash)) {
      throw new TrustError('broken_chain', 'The device log’s chain is broken.', index);
    }
    const { change } = entry;
    if (change.case === undefined) {
      throw new TrustError(
        'unknown_change',
        'The device log holds an entry this version does not know.',
        index,
      );
    }
    if ((change.case === 'genesis') !== (index === 0)) {
      throw new TrustError('bad_change', 'The genesis is the first entry, and no other.', index);
    }
    if (change.case === 'genesis') {
      // Signed by the identity that it states: checked below like every other.
      this.#takeIdentity(change.value, index);
      this.#checkSignature(index, signed, entry.signer, true);
    } else if (change.case === 'rotate') {
      this.#checkSignature(index, signed, entry.signer, true);
      this.#checkTakeOver(change.value, index);
      this.#takeIdentity(change.value, index);
    } else {
      this.#checkSignature(index, signed, entry.signer, false);
      if (change.case === 'add') this.#addDevice(change.value, index, Number(entry.timeMs));
      else this.#removeDevice(change.value, index);
    }
    this.headHash = hash256(signed.body);
    this.#length = index + 1;
  }

  #checkSignature(index: number, signed: Signed, signer: Uint8Array, identityOnly: boolean): void {
    let key = this.identities.at(-1)!.identityKey;
    if (signer.length !== 0) {
      const device = this.devices.get(toHex(signer));
      if (identityOnly || device === undefined || device.removedIndex !== undefined) {
        throw new TrustError('unknown_signer', 'Signed by somebody who may not change this log.', index);
      }
      key = device.signKey;
    }
    if (!verify(Domain.deviceLog, signed.body, signed.signature, key)) {
      throw new TrustError('bad_signature', 'The signature of a device-log entry is wrong.', index);
    }
  }

  #checkTakeOver({ identityKey, rootKey, proof }: RotateIdentity, index: number): void {
    const log = { accountId: this.accountId, length: index, headHash: this.headHash };
    if (!verify(Domain.rotate, takeOver(log, identityKey, rootKey), proof, identityKey)) {
      throw new TrustError('bad_signature', 'The new identity has not taken over this log.', index);
    }
  }

  #takeKeys(signKey: Uint8Array, sealKey: Uint8Array, index: number): void {
    if (signKey.length !== 32 || !isUsableSealKey(sealKey)) {
      throw new TrustError('bad_change', 'A device-log entry holds an unusable key.', index);
    }
    for (const key of [toHex(signKey), toHex(sealKey)]) {
      if (this.#keys.has(key))
        throw new TrustError('bad_change', 'A key is used twice in the device log.', index);
      this.#keys.add(key);
    }
  }

  #takeIdentity(value: { identityKey: Uint8Array; rootKey: Uint8Array }, index: number): void {
    this.#takeKeys(value.identityKey, value.rootKey, index);
    this.identities.push({ identityKey: value.identityKey, rootKey: value.rootKey, fromIndex: index });
  }

  #addDevice(value: AddDevice, index: number, addedMs: number): void {
    if (value.deviceId.length !== 16) throw new TrustError('bad_change', 'A device id is 16 bytes.', index);
    const hex = toHex(value.deviceId);
    if (this.devices.has(hex)) {
      throw new TrustError(
        'bad_change',
        'A device is added a second time: once removed, it stays removed.',
        index,
      );
    }
    this.#takeKeys(value.signKey, value.sealKey, index);
    this.devices.set(hex, {
      deviceId: value.deviceId,
      signKey: value.signKey,
      sealKey: value.sealKey,
      addedIndex: index,
      addedMs,
    });
  }

  #removeDevice(value: RemoveDevice, index: number): void {
    if (value.reason === RemoveReason.UNSPECIFIED) {
      throw new TrustError('bad_change', 'A removal says why.', index);
    }
    const device = this.devices.get(toHex(value.deviceId));
    if (device === undefined || device.removedIndex !== undefined) {
      throw new TrustError('bad_change', 'A device is removed that is not there.', index);
    }
    device.removedIndex = index;
    device.removeReason = value.reason;
  }

  state(): DeviceLogState {
    const { accountId, identities, devices, headHash } = this;
    const length = this.#length;
    const { identityKey, rootKey } = identities.at(-1)!;
    return {
      accountId,
      identityKey,
      rootKey,
      identities,
      length,
      headHash,
      devices,
      activeAt(at = length) {
        return [...devices.values()].filter(
          (device) =>
            device.addedIndex < at && (device.removedIndex === undefined || device.removedIndex >= at),
        );
      },
      identityAt(at) {
        const found = identities.findLast((identity) => identity.fromIndex < at);
        if (found === undefined) throw new RangeError('No identity is in force before the genesis.');
        return found;
      },
    };
  }
}

function parseEntry(index: number, signed: Signed): DeviceLogEntry {
  if (signed.signature.length !== 64)
    throw new TrustError('bad_signature', 'A signature is 64 bytes.', index);
  try {
    return fromBinary(DeviceLogEntrySchema, signed.body);
  } catch {
    throw new TrustError('malformed', 'A device-log entry cannot be read.', index);
  }
}
