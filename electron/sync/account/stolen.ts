/**
 * "Removed because stolen" (SPEC TRU-13): the device goes, and with it everything that whoever has it may have seen or copied. A new root and
 * a new recovery key are made here; removal, rotation, epoch, wraps and the end of the device's session are one UpdateKeyring.
 *
 * The password stays: it seals the new root as it sealed the old one. The new words are stored before they are needed, as at sign-up: should
 * the answer be lost, the keyring that comes back names the identity they belong to, and they are shown then (`adoptRotation`).
 */
import { create } from '@bufbuild/protobuf';
import { toHex } from '../../../shared/crypto/bytes.ts';
import {
  logAfter,
  signRemoveDevice,
  signRotate,
  verifyDeviceLog,
} from '../../../shared/crypto/device-log.ts';
import { createEpoch } from '../../../shared/crypto/epochs.ts';
import { newRecoveryKey, recoverySignKey, recoveryWrapKey } from '../../../shared/crypto/recovery.ts';
import { createRoot, wrapRoot } from '../../../shared/crypto/root.ts';
import { UpdateKeyringRequestSchema } from '../../../shared/proto/gen/lockstep/cloud/v1/accounts_pb.js';
import { RemoveReason } from '../../../shared/proto/gen/lockstep/cloud/v1/keys_pb.js';
import type { StepContext } from '../context.ts';
import { SyncFailure } from '../failure.ts';
import { type Keyring, ownKeyring, refreshKeyring } from '../keyring/own.ts';
import { asking } from './cloud-failure.ts';
import { hearTime } from './cloud-time.ts';
import { againOnConflict } from './join.ts';
import { addPendingRotation } from './pending.ts';
import { questionFor } from './recovery-words.ts';
import type { Proof } from './sign-in.ts';

/** `prove`: asks the cloud for the root with the password; the keyring here is up to date when it answers. */
export async function removeStolen(
  ctx: StepContext,
  deviceId: Uint8Array,
  prove: () => Promise<Proof>,
): Promise<void> {
  await hearTime(ctx);
  await againOnConflict(async () => {
    const proof = await prove();
    const keyring = ownKeyring(ctx.store);
    const device = keyring.state.devices.get(toHex(deviceId));
    if (device === undefined) throw new SyncFailure('notFound', 'There is no such device in this account.');
    // Also the end of a removal whose answer was lost.
    if (device.removedIndex !== undefined) return;
    const request = await rotation(ctx, keyring, deviceId, proof);
    await ctx.cloud.accounts.updateKeyring(request, { signal: ctx.abort });
    await asking(() => refreshKeyring(ctx));
  });
}

async function rotation(ctx: StepContext, keyring: Keyring, deviceId: Uint8Array, old: Proof) {
  const { accountId } = keyring.state;
  const { epoch } = keyring.chain.current;
  const key = ctx.keys.get()?.epochKey(epoch);
  if (key === undefined)
    throw new SyncFailure('keyringStale', 'This device does not hold the newest key yet.');
  const timeMs = ctx.writeClock.now();
  const root = createRoot(ctx.random);
  const recovery = newRecoveryKey(ctx.random);
  const { identity } = old.root;
  const reason = RemoveReason.STOLEN;
  const at = logAfter(accountId, keyring.log);
  const removed = signRemoveDevice({ log: at, deviceId, reason, signer: { identity }, timeMs });
  const shorter = [...keyring.log, removed];
  const rotated = signRotate({
    log: logAfter(accountId, shorter),
    newRoot: root,
    oldIdentity: identity,
    timeMs,
  });
  const next = await createEpoch({
    log: verifyDeviceLog([...shorter, rotated], { accountId }),
    previous: { chain: keyring.chain, key },
    signer: { identity: root.identity },
    timeMs,
    random: ctx.random,
  });
  ctx.store.write(() =>
    addPendingRotation(ctx.store, {
      identityKey: root.identity.publicKey,
      question: questionFor(ctx, recovery.words),
    }),
  );
  return create(UpdateKeyringRequestSchema, {
    expectedLogLength: keyring.log.length,
    expectedEpoch: epoch,
    entries: [removed, rotated],
    epoch: next.statement,
    wraps: next.wraps,
    root: {
      passwordWrap: wrapRoot(root, old.wrapKey, ctx.random),
      recoveryWrap: wrapRoot(root, recoveryWrapKey(recovery.entropy), ctx.random),
      recoveryKey: recoverySignKey(recovery.entropy).publicKey,
    },
  });
}
