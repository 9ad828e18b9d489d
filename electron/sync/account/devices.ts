/**
 * Removing devices (a stolen one: `stolen.ts`), signing out, a new password (SPEC TRU-9). A removal is a log entry, a new epoch and its wraps in one
 * UpdateKeyring: compare-and-set, begun anew from the cloud's state when another device was quicker.
 *
 * [Note: who takes a signed-out device off the log] A device cannot sign the epoch that leaves it out, and the root is not on it. So
 * signing out ends its session, and the next device that looks (`removeEndedDevices`) takes it off the log and makes the epoch.
 */
import { create } from '@bufbuild/protobuf';
import { fromHex, toHex } from '../../../shared/crypto/bytes.ts';
import {
  type DeviceKeys,
  logAfter,
  signRemoveDevice,
  verifyDeviceLog,
} from '../../../shared/crypto/device-log.ts';
import { createEpoch } from '../../../shared/crypto/epochs.ts';
import { newDevice } from '../../../shared/model/device.ts';
import { textValue } from '../../../shared/model/values.ts';
import { UpdateKeyringRequestSchema } from '../../../shared/proto/gen/lockstep/cloud/v1/accounts_pb.js';
import { RemoveReason } from '../../../shared/proto/gen/lockstep/cloud/v1/keys_pb.js';
import { DeviceField } from '../../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import type { Identity } from '../../store/identity.ts';
import { getMeta, setMeta } from '../../store/meta.ts';
import { onlyHere } from '../../store/only-here.ts';
import { writeRegister } from '../commands/registers.ts';
import type { StepContext } from '../context.ts';
import { SyncFailure } from '../failure.ts';
import { ownKeyring, refreshKeyring, requireIdentity } from '../keyring/own.ts';
import { lockstepError } from '../network/errors.ts';
import type { CommandInput } from '../protocol.ts';
import { deviceRecordId } from '../zones/names.ts';
import { asking } from './cloud-failure.ts';
import { hearTime } from './cloud-time.ts';
import { againOnConflict } from './join.ts';
import { demandStrongPassword } from './password.ts';
import { isOwnRoot, type Proof, proveWith, setPassword } from './sign-in.ts';
import { removeStolen } from './stolen.ts';

export function keysOfDevice(identity: Identity): DeviceKeys {
  return { deviceId: identity.deviceId, signKey: identity.signKey, sealKey: identity.sealKey };
}

export async function changePassword(ctx: StepContext, input: CommandInput<'changePassword'>): Promise<null> {
  const identity = requireIdentity(ctx.store);
  await demandStrongPassword(input.newPassword, identity.handle, '');
  await againOnConflict(async () => {
    const { root } = await provePassword(ctx, identity, input.currentPassword);
    const token = identity.sessionToken ?? '';
    const account = { root, accountId: identity.accountId };
    await setPassword(ctx, identity.cloudUrl, token, account, input.newPassword, input.signOutOthers);
  });
  if (input.signOutOthers) await removeEndedDevices(ctx);
  return null;
}

/** The current password, proven at the cloud, and that the root it opens is the one this device has known. */
async function provePassword(ctx: StepContext, identity: Identity, password: string): Promise<Proof> {
  const proof = await proveWith(ctx, identity.cloudUrl, identity.handle, password);
  // The root may have been renewed on another device.
  await asking(() => refreshKeyring(ctx));
  if (!isOwnRoot(proof.root, ownKeyring(ctx.store).state.identityKey)) {
    throw new SyncFailure(
      'keyringForged',
      "The cloud's root is not the one of this account. Nothing was changed.",
    );
  }
  return proof;
}

export async function removeDevice(ctx: StepContext, input: CommandInput<'removeDevice'>): Promise<null> {
  const identity = requireIdentity(ctx.store);
  const id = fromHex(input.id);
  if (toHex(identity.deviceId) === input.id) {
    throw new SyncFailure('thisDevice', 'This is the device you are using. Sign out instead.');
  }
  if (input.stolen) {
    const { password } = input;
    if (password === null)
      throw new SyncFailure('passwordNeeded', 'The password is needed for a stolen device.');
    await removeStolen(ctx, id, () => provePassword(ctx, identity, password));
    return null;
  }
  await removeAll(ctx, [id], RemoveReason.REMOVED);
  return null;
}

/** Devices that are on the log and have no session any more: signed out, or their session revoked. */
export async function removeEndedDevices(ctx: StepContext): Promise<null> {
  await asking(() => refreshKeyring(ctx));
  const { sessions } = await asking(() => ctx.cloud.accounts.listSessions({}, { signal: ctx.abort }));
  const alive = new Set(sessions.map((session) => toHex(session.deviceId)));
  const ended = ownKeyring(ctx.store)
    .state.activeAt()
    .filter((device) => !alive.has(toHex(device.deviceId)))
    .map((device) => device.deviceId);
  if (ended.length > 0) await removeAll(ctx, ended, RemoveReason.SIGNED_OUT);
  return null;
}

const LOOKED = 'endedDevicesLookedAt';
const LOOK_AGAIN_MS = 60 * 60_000;

/** Now and then, with the keyring's refresh. */
export async function lookForEndedDevices(ctx: StepContext): Promise<void> {
  const now = ctx.clock.now();
  if (now - Number(getMeta(ctx.store, LOOKED) ?? 0) < LOOK_AGAIN_MS) return;
  setMeta(ctx.store, LOOKED, String(now));
  await removeEndedDevices(ctx);
}

async function removeAll(ctx: StepContext, ids: Uint8Array[], reason: RemoveReason): Promise<void> {
  const signer = { device: keysOfDevice(requireIdentity(ctx.store)) };
  await hearTime(ctx);
  await againOnConflict(async () => {
    await asking(() => refreshKeyring(ctx));
    const keyring = ownKeyring(ctx.store);
    const { accountId } = keyring.state;
    const active = new Set(keyring.state.activeAt().map((device) => toHex(device.deviceId)));
    const log = [...keyring.log];
    for (const deviceId of ids) {
      if (!active.has(toHex(deviceId))) continue;
      log.push(
        signRemoveDevice({
          log: logAfter(accountId, log),
          deviceId,
          reason,
          signer,
          timeMs: ctx.writeClock.now(),
        }),
      );
    }
    // Also the end of a removal whose answer was lost.
    if (log.length === keyring.log.length) return;
    const epoch = keyring.chain.current.epoch;
    const key = ctx.keys.get()?.epochKey(epoch);
    if (key === undefined)
      throw new SyncFailure('keyringStale', 'This device does not hold the newest key yet.');
    const next = await createEpoch({
      log: verifyDeviceLog(log, { accountId }),
      previous: { chain: keyring.chain, key },
      signer,
      timeMs: ctx.writeClock.now(),
      random: ctx.random,
    });
    const request = create(UpdateKeyringRequestSchema, {
      expectedLogLength: keyring.log.length,
      expectedEpoch: epoch,
      entries: log.slice(keyring.log.length),
      epoch: next.statement,
      wraps: next.wraps,
    });
    await ctx.cloud.accounts.updateKeyring(request, { signal: ctx.abort });
    await asking(() => refreshKeyring(ctx));
  });
}

/** Without the cloud too: this device forgets the account either way, and the cloud's session is taken off by another device. */
export async function signOut(ctx: StepContext, input: CommandInput<'signOut'>): Promise<null> {
  if (input.wipe && !input.evenUnsent) {
    const { messages, changes } = onlyHere(ctx.store);
    if (messages + changes > 0) {
      const sentence = `${messages} messages and ${changes} changes are not in the cloud. Say evenUnsent to lose them.`;
      throw new SyncFailure('notYetInCloud', sentence, null, { about: String(messages + changes) });
    }
  }
  try {
    await ctx.cloud.accounts.signOut({}, { signal: ctx.abort });
  } catch (error) {
    const unanswered =
      error instanceof Error && error.name === 'ConnectError' && lockstepError(error) === null;
    if (!unanswered && lockstepError(error) === null && !(error instanceof SyncFailure)) throw error;
  }
  ctx.store.write(() => {
    ctx.store.run('DELETE FROM identity');
    // Whoever signs in here again takes this device off the log at once.
    setMeta(ctx.store, LOOKED, null);
    ctx.store.changes.flag('session');
  });
  ctx.keys.set(null);
  ctx.signal({ type: 'signedOut', reason: 'signedOut' });
  return null;
}

export async function renameDevice(ctx: StepContext, input: CommandInput<'renameDevice'>): Promise<null> {
  requireIdentity(ctx.store);
  const id = fromHex(input.id);
  const active = ownKeyring(ctx.store).state.activeAt();
  if (!active.some((device) => toHex(device.deviceId) === input.id)) {
    throw new SyncFailure('notFound', 'There is no such device in this account.');
  }
  ctx.store.write(() =>
    writeRegister(
      ctx,
      'account',
      deviceRecordId(ctx, id),
      newDevice(id),
      DeviceField.NAME,
      textValue(input.name.trim()),
    ),
  );
  ctx.signal({ type: 'dirty', zone: 'account' });
  return null;
}
