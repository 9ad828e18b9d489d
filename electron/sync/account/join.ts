/**
 * Joining an account with its root in hand: after a sign-in or a recovery (SPEC TRU-5). The root came out of a wrap that only the right
 * password (or the right words) opens; its identity key is what the device log and the epochs are held against.
 */
import { Code, ConnectError } from '@connectrpc/connect';
import { equalBytes } from '../../../shared/crypto/bytes.ts';
import {
  createDeviceKeys,
  publicDevice,
  signAddDevice,
  verifyDeviceLog,
} from '../../../shared/crypto/device-log.ts';
import { openWrap, walkDown, wrapEpochKey } from '../../../shared/crypto/epochs.ts';
import { SealError, TrustError } from '../../../shared/crypto/errors.ts';
import type { Root } from '../../../shared/crypto/root.ts';
import type { AccountSecrets } from '../../../shared/proto/gen/lockstep/cloud/v1/accounts_pb.js';
import type { StepContext } from '../context.ts';
import { SyncFailure } from '../failure.ts';
import { continueKeyring, type Keyring } from '../keyring/own.ts';
import { lockstepError } from '../network/errors.ts';
import type { DeviceDescription } from '../protocol.ts';
import { cloudFailure } from './cloud-failure.ts';
import { establish, refuseOtherAccount } from './establish.ts';
import { pendingSignUps } from './pending.ts';
import { questionFor } from './recovery-words.ts';

export type Entry = {
  cloudUrl: string;
  ticket: string;
  secrets: AccountSecrets;
  root: Root;
  device: DeviceDescription;
  /** The switch, on a device that has none of the account's messages yet. */
  takesPart: boolean;
};

/** The keyring as the cloud gave it, verified against the root; nothing is stored yet. */
export function verifyAgainstRoot(ctx: StepContext, secrets: AccountSecrets, root: Root): Keyring {
  refuseOtherAccount(ctx.store, secrets.accountId);
  try {
    const keyring = continueKeyring(ctx.store, secrets.accountId, secrets);
    const { identityKey, rootKey } = keyring.state;
    if (!equalBytes(identityKey, root.identity.publicKey) || !equalBytes(rootKey, root.sealing.publicKey)) {
      throw new TrustError('identity_changed', "The device log is not the one of this account's root.");
    }
    return keyring;
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    throw new SyncFailure(
      'keyringForged',
      `The cloud's keys of this account do not verify (${error.code}). Nothing was changed on this device.`,
      null,
      { cause: error },
    );
  }
}

/** Adds this device and stores everything. Throws the cloud's KEYRING_CONFLICT as it is: the caller asks anew. */
export async function join(ctx: StepContext, entry: Entry): Promise<void> {
  const { secrets, root } = entry;
  const keyring = verifyAgainstRoot(ctx, secrets, root);
  const keys = await keysByRoot(keyring, secrets, root);
  const device = createDeviceKeys(ctx.random);
  const epoch = keyring.chain.current.epoch;
  const added = signAddDevice({
    log: keyring.state,
    device: publicDevice(device),
    signer: { identity: root.identity },
    timeMs: ctx.clock.now(),
  });
  const wrap = await wrapEpochKey({
    accountId: secrets.accountId,
    epoch,
    key: keys.get(epoch)!,
    recipient: device.deviceId,
    recipientKey: device.sealKey.publicKey,
    random: ctx.random,
  });
  const cloud = ctx.cloudAt(entry.cloudUrl, entry.ticket);
  const request = { expectedLogLength: keyring.log.length, entry: added, wraps: [wrap] };
  const { sessionToken } = await twice(() => cloud.accounts.joinDevice(request, { signal: ctx.abort }));
  const log = [...keyring.log, added];
  verifyDeviceLog(log, { accountId: secrets.accountId });
  const begun = pendingSignUps(ctx.store).find((one) => equalBytes(one.accountId, secrets.accountId));
  establish(ctx, {
    cloudUrl: entry.cloudUrl,
    accountId: secrets.accountId,
    handle: secrets.handle,
    device,
    description: entry.device,
    sessionToken,
    log,
    epochs: keyring.epochs,
    keys,
    profileName: begun?.name ?? null,
    takesPart: entry.takesPart,
    // A sign-up whose answer was lost for long: its words have not been shown yet.
    // Unless the root was renewed since: they would open nothing.
    question:
      begun === undefined || keyring.state.identities.length > 1 ? null : questionFor(ctx, begun.words),
  });
}

/** The account's epoch keys, as the root opens them; verified. */
export async function keysByRoot(
  keyring: Keyring,
  secrets: AccountSecrets,
  root: Root,
): Promise<Map<number, Uint8Array>> {
  const current = keyring.chain.current.epoch;
  const wrap = secrets.rootWraps.find((one) => one.epoch === current && one.recipient.length === 0);
  try {
    if (wrap === undefined)
      throw new TrustError('wrong_key', `The cloud withholds the key of epoch ${current}.`);
    const key = await openWrap(wrap, root.sealing.secretKey, keyring.chain);
    return walkDown(keyring.chain, key);
  } catch (error) {
    if (!(error instanceof TrustError || error instanceof SealError)) throw error;
    throw new SyncFailure(
      'keyringForged',
      `The cloud's epoch keys of this account do not verify. Nothing was changed on this device. (${error.message})`,
      null,
      { cause: error },
    );
  }
}

/** A request that the cloud takes as the same when it comes again: once more when no answer came. */
export async function twice<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const unanswered =
      error instanceof ConnectError && lockstepError(error) === null && error.code !== Code.Canceled;
    if (!unanswered) throw error;
    return call();
  }
}

/** From the start again while another device changes the keyring at the same moment. */
export async function againOnConflict<T>(attempt: () => Promise<T>): Promise<T> {
  for (let left = 3; ; left--) {
    try {
      return await attempt();
    } catch (error) {
      const failure = cloudFailure(error);
      if (left === 0 || !(failure instanceof SyncFailure) || failure.reason !== 'keyringBusy') throw failure;
    }
  }
}
