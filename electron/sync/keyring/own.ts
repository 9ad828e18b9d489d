/**
 * The own account's keyring on this device: loaded from the store, and brought up to date from the cloud (SPEC TRU-8 to TRU-10).
 *
 * Nothing of an answer is used before all of it is verified against what is stored here: the device log and the epochs known so far
 * are the pin, and a new one must continue them. What does not is said and refused; the stored keyring stays as it is.
 */
import { equalBytes, toHex } from '../../../shared/crypto/bytes.ts';
import { type DeviceLogState, verifyDeviceLog } from '../../../shared/crypto/device-log.ts';
import { type EpochChain, openWrap, verifyEpochChain, walkDown } from '../../../shared/crypto/epochs.ts';
import { TrustError } from '../../../shared/crypto/errors.ts';
import { hash256 } from '../../../shared/crypto/hash.ts';
import type { Signed } from '../../../shared/crypto/signing.ts';
import type { GetKeyringResponse } from '../../../shared/proto/gen/lockstep/cloud/v1/accounts_pb.js';
import {
  type KeyWrap,
  type PublicKeyring,
  RemoveReason,
} from '../../../shared/proto/gen/lockstep/cloud/v1/keys_pb.js';
import { getIdentity, type Identity } from '../../store/identity.ts';
import { getKeyring, saveKeyring, saveWraps } from '../../store/keyring.ts';
import { addNotice } from '../../store/notices.ts';
import type { Store } from '../../store/open.ts';
import { adoptRotation } from '../account/pending.ts';
import type { EpochKeys, StepContext } from '../context.ts';
import { SyncFailure } from '../failure.ts';
import { garbled } from '../network/answers.ts';
import { ErrorCode, errorCode } from '../network/errors.ts';
import { endSession } from './session-end.ts';

export type Keyring = { log: Signed[]; epochs: Signed[]; state: DeviceLogState; chain: EpochChain };

/** A fresh object for each set of keys; what it was made of is copied. */
export function holdKeys(
  accountId: Uint8Array,
  deviceId: Uint8Array,
  keys: ReadonlyMap<number, Uint8Array>,
): EpochKeys {
  const held = new Map(keys);
  return { accountId, deviceId, current: Math.max(0, ...held.keys()), epochKey: (epoch) => held.get(epoch) };
}

export function requireIdentity(store: Store): Identity {
  const identity = getIdentity(store);
  if (identity === undefined || identity.sessionToken === null || identity.state !== 'active') {
    throw new SyncFailure('signedOut', 'Nobody is signed in on this device.');
  }
  return identity;
}

/** Puts what the store holds into memory: at start, and after signing in. Null when nobody is signed in. */
export function loadKeys(ctx: Pick<StepContext, 'store' | 'keys'>): EpochKeys | null {
  const identity = getIdentity(ctx.store);
  if (identity === undefined || identity.state !== 'active') {
    ctx.keys.set(null);
    return null;
  }
  const held = new Map<number, Uint8Array>();
  for (const { epoch, key } of getKeyring(ctx.store).epochs) if (key !== null) held.set(epoch, key);
  const keys = holdKeys(identity.accountId, identity.deviceId, held);
  ctx.keys.set(keys);
  return keys;
}

/** What is stored here, verified again from its beginning. */
export function ownKeyring(store: Store): Keyring {
  const { accountId } = requireIdentity(store);
  const { log, epochs } = getKeyring(store);
  const state = verifyDeviceLog(log, { accountId });
  return { log, epochs, state, chain: verifyEpochChain(epochs, state) };
}

/** Checks that `answer` is whole and continues what this device knows. Throws TrustError. */
export function continueKeyring(
  store: Store,
  accountId: Uint8Array,
  answer: Pick<PublicKeyring, 'log' | 'epochs'>,
): Keyring {
  const known = getKeyring(store);
  const head = known.log.at(-1);
  const pinned = head === undefined ? undefined : { length: known.log.length, headHash: hash256(head.body) };
  const state = verifyDeviceLog(answer.log, { accountId, pinned });
  const newest = known.epochs.at(-1);
  const chain = verifyEpochChain(answer.epochs, state, {
    pinned: newest === undefined ? undefined : { epoch: newest.epoch, headHash: hash256(newest.body) },
  });
  return { log: answer.log, epochs: answer.epochs, state, chain };
}

const TRIES = 3;

/**
 * Asks the cloud, verifies, stores, and puts new keys into memory. Another lane, or a command, may have heard of newer ones while this was on its way: an
 * answer from before those is asked for again, and is no roll-back (SPEC TRU-21).
 */
export async function refreshKeyring(ctx: StepContext): Promise<null> {
  const identity = requireIdentity(ctx.store);
  for (let left = TRIES; ; left -= 1) {
    const asked = knownLength(ctx.store);
    const answer = await askForKeyring(ctx);
    // Nobody would forge that: an answer that is none, and asked for again.
    if (answer.keyring === undefined) throw garbled('The cloud gave no keyring.');
    const now = knownLength(ctx.store);
    if (left > 1 && now > asked && answer.keyring.log.length + answer.keyring.epochs.length < now) continue;
    return adopt(ctx, identity, answer.keyring, answer.wraps);
  }
}

/** Both only grow. */
function knownLength(store: Store): number {
  const { log, epochs } = getKeyring(store);
  return log.length + epochs.length;
}

async function adopt(
  ctx: StepContext,
  identity: Identity,
  keyring: PublicKeyring,
  wraps: readonly KeyWrap[],
): Promise<null> {
  try {
    await adoptKeyring(ctx, identity, keyring, wraps);
  } catch (error) {
    throw error instanceof TrustError ? alarm(ctx, error) : error;
  }
  return null;
}

/** The first to hear that this device was removed: its session was revoked with that. */
async function askForKeyring(ctx: StepContext): Promise<GetKeyringResponse> {
  try {
    return await ctx.cloud.accounts.getKeyring({}, { signal: ctx.abort });
  } catch (error) {
    if (errorCode(error) === ErrorCode.SESSION_REVOKED) endSession(ctx, 'removed');
    throw error;
  }
}

async function adoptKeyring(
  ctx: StepContext,
  identity: Identity,
  answer: PublicKeyring,
  wraps: readonly KeyWrap[],
): Promise<void> {
  const { store } = ctx;
  const before = getKeyring(store);
  const keyring = continueKeyring(store, identity.accountId, answer);
  const self = keyring.state.devices.get(toHex(identity.deviceId));
  if (self === undefined) throw new TrustError('forked', 'The device log does not know this device.');
  if (self.removedIndex !== undefined) {
    const stolen = self.removeReason === RemoveReason.STOLEN;
    endSession(ctx, stolen ? 'stolen' : 'removed');
    throw new SyncFailure('removed', 'This device was removed from the account.');
  }
  const keys = await keysOf(keyring, identity, wraps, before.epochs);
  const added = [...keyring.state.devices.values()].filter(
    (device) => device.addedIndex >= before.log.length && !equalBytes(device.deviceId, identity.deviceId),
  );
  const rotated = before.log.length > 0 && keyring.state.identities.at(-1)!.fromIndex >= before.log.length;
  store.write(() => {
    if (keyring.log.length > before.log.length) store.changes.flag('devices');
    if (rotated) renewed(ctx, keyring.state);
    saveKeyring(store, {
      log: keyring.log,
      epochs: keyring.epochs.map((signed, index) => ({
        epoch: index + 1,
        body: signed.body,
        signature: signed.signature,
        key: keys.get(index + 1) ?? null,
      })),
    });
    saveWraps(
      store,
      wraps.map(({ epoch, recipient, suite, sealed }) => ({ epoch, recipient, suite, sealed })),
    );
    for (const device of added) {
      if (device.removedIndex !== undefined) continue;
      const id = toHex(device.deviceId);
      addNotice(store, `deviceAdded:${id}`, 'deviceAdded', ctx.clock.now(), {
        device: id,
        at: device.addedMs,
      });
    }
  });
  ctx.keys.set(holdKeys(identity.accountId, identity.deviceId, keys));
}

/** The account has a new root, signed for by the one before: the device that made it shows the words, the others say it. */
function renewed({ store, clock }: StepContext, { identityKey }: DeviceLogState): void {
  if (adoptRotation(store, identityKey)) return;
  addNotice(store, `rootRenewed:${toHex(identityKey)}`, 'rootRenewed', clock.now());
}

/** The keys of all epochs: from this device's wrap of the newest one, and down the chain. Each is what its statement commits to. */
async function keysOf(
  keyring: Keyring,
  identity: Identity,
  wraps: readonly KeyWrap[],
  known: readonly { epoch: number; key: Uint8Array | null }[],
): Promise<Map<number, Uint8Array>> {
  const current = keyring.epochs.length;
  const held = known.find((epoch) => epoch.epoch === current)?.key;
  if (held != null) return new Map(walkDown(keyring.chain, held));
  const wrap = wraps.find((one) => one.epoch === current && equalBytes(one.recipient, identity.deviceId));
  if (wrap === undefined)
    throw new TrustError('wrong_key', `The cloud withholds this device's key of epoch ${current}.`);
  return new Map(walkDown(keyring.chain, await openOwnWrap(keyring, wrap, identity.sealKey.secretKey)));
}

/** A wrap that does not open is a forged one: the statement says that this device gets the key. */
async function openOwnWrap(keyring: Keyring, wrap: KeyWrap, secretKey: Uint8Array): Promise<Uint8Array> {
  try {
    return await openWrap(wrap, secretKey, keyring.chain);
  } catch (error) {
    if (error instanceof TrustError) throw error;
    throw new TrustError('wrong_key', `The key of epoch ${wrap.epoch} was not sealed to this device.`);
  }
}

/** Says it, stops whatever writes, and gives the failure to throw. */
function alarm(ctx: StepContext, error: TrustError): SyncFailure {
  const rolledBack = error.code === 'rolled_back';
  const code = rolledBack ? 'keyringRolledBack' : 'keyringForged';
  const { log, epochs } = getKeyring(ctx.store);
  addNotice(ctx.store, `${code}:${error.code}:${log.length}:${epochs.length}`, code, ctx.clock.now(), {
    what: error.code,
    message: error.message,
  });
  ctx.signal({ type: 'keyringForged' });
  return new SyncFailure(code, error.message, null, { cause: error });
}
