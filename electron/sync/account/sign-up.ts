/**
 * Sign-up: the whole account is made on this device and given to the cloud in one request (SPEC TRU-1, TRU-3, TRU-6).
 *
 * The request is stored before it is sent. When its answer is lost (connection, crash), the account may exist: the next sign-up
 * with the same cloud, handle and password repeats the very request, which the cloud takes as the same, or, when that is too long
 * ago, joins the account as a new device. Nobody is locked out, and the recovery words are still shown.
 */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { equalBytes } from '../../../shared/crypto/bytes.ts';
import {
  createDeviceKeys,
  logAfter,
  publicDevice,
  signAddDevice,
  signGenesis,
  verifyDeviceLog,
} from '../../../shared/crypto/device-log.ts';
import { createEpoch } from '../../../shared/crypto/epochs.ts';
import { newRecoveryKey, recoverySignKey, recoveryWrapKey } from '../../../shared/crypto/recovery.ts';
import { createRoot, wrapRoot } from '../../../shared/crypto/root.ts';
import { SignUpFinishRequestSchema } from '../../../shared/proto/gen/lockstep/cloud/v1/accounts_pb.js';
import type { StepContext } from '../context.ts';
import { SyncFailure } from '../failure.ts';
import { ErrorCode, errorCode } from '../network/errors.ts';
import type { CommandInput, DeviceDescription } from '../protocol.ts';
import { httpHosts, normalizeCloudUrl } from './cloud-address.ts';
import { asking, cloudFailure } from './cloud-failure.ts';
import { establish, refuseOtherAccount, refuseSignedIn } from './establish.ts';
import { twice } from './join.ts';
import { register } from './opaque.ts';
import { demandStrongPassword } from './password.ts';
import {
  addPendingSignUp,
  type PendingSignUp,
  pendingSignUps,
  type RecoveryQuestion,
  recoveryQuestion,
} from './pending.ts';
import { questionFor } from './recovery-words.ts';
import { proveWith, signInAgain } from './sign-in.ts';

export async function signUp(ctx: StepContext, input: CommandInput<'signUp'>): Promise<RecoveryQuestion> {
  const cloudUrl = normalizeCloudUrl(input.cloudUrl, httpHosts());
  const handle = input.handle.trim();
  await demandStrongPassword(input.password, handle, input.name);
  refuseSignedIn(ctx.store);
  const begun = pendingSignUps(ctx.store).filter((one) => one.cloudUrl === cloudUrl && one.handle === handle);
  if (begun.length > 0 && (await goOn(ctx, cloudUrl, begun, input))) return shown(ctx);
  const pending = await prepare(ctx, cloudUrl, handle, input);
  refuseOtherAccount(ctx.store, pending.accountId);
  addPendingSignUp(ctx.store, pending);
  await finish(ctx, pending, input.device).catch((error: unknown) => {
    throw cloudFailure(error);
  });
  return shown(ctx);
}

function shown(ctx: StepContext): RecoveryQuestion {
  const question = recoveryQuestion(ctx.store);
  if (question === null) throw new SyncFailure('internal', 'The recovery words are not there after sign-up.');
  return question;
}

/** True when an earlier sign-up turned out to have made the account, and this device is in it now. */
async function goOn(
  ctx: StepContext,
  cloudUrl: string,
  begun: PendingSignUp[],
  input: { handle: string; password: string; device: DeviceDescription },
): Promise<boolean> {
  let proof: Awaited<ReturnType<typeof proveWith>>;
  try {
    proof = await proveWith(ctx, cloudUrl, input.handle.trim(), input.password);
  } catch (error) {
    // No such account, or another password: a fresh sign-up tells which.
    if (error instanceof SyncFailure && error.reason === 'wrongPassword') return false;
    throw error;
  }
  const pending = begun.find((one) => equalBytes(one.accountId, proof.secrets.accountId));
  if (pending === undefined)
    throw new SyncFailure('handleTaken', 'This handle has an account already. Sign in instead.');
  try {
    await finish(ctx, pending, input.device);
  } catch (error) {
    if (errorCode(error) !== ErrorCode.HANDLE_TAKEN) throw cloudFailure(error);
    await signInAgain(ctx, cloudUrl, proof, input);
  }
  return true;
}

async function prepare(
  ctx: StepContext,
  cloudUrl: string,
  handle: string,
  input: CommandInput<'signUp'>,
): Promise<PendingSignUp> {
  const cloud = ctx.cloudAt(cloudUrl, null);
  const { registrationRecord, wrapKey } = await register(ctx, input.password, async (registrationRequest) => {
    const answer = await asking(() =>
      cloud.accounts.signUpStart({ handle, registrationRequest }, { signal: ctx.abort }),
    );
    return answer.registrationResponse;
  });
  const timeMs = ctx.clock.now();
  const accountId = ctx.random(16);
  const root = createRoot(ctx.random);
  const recovery = newRecoveryKey(ctx.random);
  const device = createDeviceKeys(ctx.random);
  const signer = { identity: root.identity };
  const genesis = signGenesis({ accountId, root, timeMs });
  const added = signAddDevice({
    log: logAfter(accountId, [genesis]),
    device: publicDevice(device),
    signer,
    timeMs,
  });
  const log = [genesis, added];
  const { statement, key, wraps } = await createEpoch({
    log: verifyDeviceLog(log, { accountId }),
    signer,
    timeMs,
    random: ctx.random,
  });
  const request = create(SignUpFinishRequestSchema, {
    handle,
    registrationRecord,
    invitation: input.invitation ?? '',
    accountId,
    passwordWrap: wrapRoot(root, wrapKey, ctx.random),
    recoveryWrap: wrapRoot(root, recoveryWrapKey(recovery.entropy), ctx.random),
    recoveryKey: recoverySignKey(recovery.entropy).publicKey,
    log,
    epoch: statement,
    wraps,
  });
  return {
    cloudUrl,
    handle,
    name: input.name.trim(),
    accountId,
    device,
    epochKey: key,
    words: recovery.words,
    request: toBinary(SignUpFinishRequestSchema, request),
  };
}

/** The one request, and what follows from its answer. Throws what the cloud says. */
async function finish(
  ctx: StepContext,
  pending: PendingSignUp,
  description: DeviceDescription,
): Promise<void> {
  const request = fromBinary(SignUpFinishRequestSchema, pending.request);
  const cloud = ctx.cloudAt(pending.cloudUrl, null);
  const { sessionToken } = await twice(() => cloud.accounts.signUpFinish(request, { signal: ctx.abort }));
  establish(ctx, {
    cloudUrl: pending.cloudUrl,
    accountId: pending.accountId,
    takesPart: true,
    handle: pending.handle,
    device: pending.device,
    description,
    sessionToken,
    log: request.log,
    epochs: [request.epoch!],
    keys: new Map([[1, pending.epochKey]]),
    profileName: pending.name,
    question: questionFor(ctx, pending.words),
  });
}
