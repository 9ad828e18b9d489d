/** Sign-in with the password, and with the recovery words (SPEC TRU-4 to TRU-7). */
import { equalBytes } from '../../../shared/crypto/bytes.ts';
import { SealError } from '../../../shared/crypto/errors.ts';
import {
  parseRecoveryWords,
  RecoveryError,
  recoverySignKey,
  recoveryWrapKey,
  signRecoveryChallenge,
} from '../../../shared/crypto/recovery.ts';
import { type Root, signPasswordChange, unwrapRoot, wrapRoot } from '../../../shared/crypto/root.ts';
import type { AccountSecrets } from '../../../shared/proto/gen/lockstep/cloud/v1/accounts_pb.js';
import type { RootWrap } from '../../../shared/proto/gen/lockstep/cloud/v1/keys_pb.js';
import type { StepContext } from '../context.ts';
import { SyncFailure } from '../failure.ts';
import { ErrorCode, errorCode } from '../network/errors.ts';
import type { CommandInput, DeviceDescription } from '../protocol.ts';
import { httpHosts, normalizeCloudUrl } from './cloud-address.ts';
import { asking } from './cloud-failure.ts';
import { refuseSignedIn } from './establish.ts';
import { againOnConflict, join, keysByRoot, verifyAgainstRoot } from './join.ts';
import { logIn, register } from './opaque.ts';
import { demandStrongPassword } from './password.ts';

/** What the right password (or the words) gives: the account's secrets, the root and the key that seals it, in memory alone. */
export type Proof = { ticket: string; secrets: AccountSecrets; root: Root; wrapKey: Uint8Array };

export async function signIn(ctx: StepContext, input: CommandInput<'signIn'>): Promise<null> {
  const cloudUrl = normalizeCloudUrl(input.cloudUrl, httpHosts());
  refuseSignedIn(ctx.store);
  await againOnConflict(async () => {
    const proof = await proveWith(ctx, cloudUrl, input.handle.trim(), input.password);
    await join(ctx, { cloudUrl, ...proof, device: input.device, takesPart: input.takesPart ?? true });
  });
  return null;
}

/** With a proof in hand that another flow made; asks anew when the keyring moves on meanwhile. */
export async function signInAgain(
  ctx: StepContext,
  cloudUrl: string,
  proof: Proof,
  input: { handle: string; password: string; device: DeviceDescription },
): Promise<void> {
  let current: Proof | null = proof;
  await againOnConflict(async () => {
    const used = current ?? (await proveWith(ctx, cloudUrl, input.handle.trim(), input.password));
    current = null;
    await join(ctx, { cloudUrl, ...used, device: input.device, takesPart: true });
  });
}

export async function proveWith(
  ctx: StepContext,
  cloudUrl: string,
  handle: string,
  password: string,
): Promise<Proof> {
  const { accounts } = ctx.cloudAt(cloudUrl, null);
  const signal = ctx.abort;
  const { answer, wrapKey } = await logIn(ctx, password, async (startLoginRequest) => {
    const begun = await asking(() => accounts.signInStart({ handle, startLoginRequest }, { signal }));
    return {
      loginResponse: begun.loginResponse,
      finish: (finishLoginRequest) =>
        asking(() => accounts.signInFinish({ loginId: begun.loginId, finishLoginRequest }, { signal })),
    };
  });
  const secrets = present(answer.account);
  return { ticket: answer.ticket, secrets, root: open(secrets.passwordWrap, wrapKey), wrapKey };
}

/** In one flow: the words, the new password, then this device joins. Stopped half-way, it is done again from the start. */
export async function recover(ctx: StepContext, input: CommandInput<'recover'>): Promise<null> {
  const cloudUrl = normalizeCloudUrl(input.cloudUrl, httpHosts());
  const handle = input.handle.trim();
  const entropy = entropyOf(input.words);
  await demandStrongPassword(input.newPassword, handle, '');
  refuseSignedIn(ctx.store);
  let passwordSet = false;
  await againOnConflict(async () => {
    const proof = await proveWithWords(ctx, cloudUrl, handle, entropy);
    // All of it, before a new password is set.
    await keysByRoot(verifyAgainstRoot(ctx, proof.secrets, proof.root), proof.secrets, proof.root);
    if (!passwordSet) {
      const account = { root: proof.root, accountId: proof.secrets.accountId };
      await setPassword(ctx, cloudUrl, proof.ticket, account, input.newPassword, false);
      passwordSet = true;
    }
    await join(ctx, { cloudUrl, ...proof, device: input.device, takesPart: input.takesPart ?? true });
  });
  return null;
}

function entropyOf(words: string[]): Uint8Array {
  try {
    return parseRecoveryWords(words);
  } catch (error) {
    if (error instanceof RecoveryError)
      throw new SyncFailure('wrongWords', error.message, null, { cause: error, about: error.word });
    throw error;
  }
}

async function proveWithWords(
  ctx: StepContext,
  cloudUrl: string,
  handle: string,
  entropy: Uint8Array,
): Promise<Proof> {
  const { accounts } = ctx.cloudAt(cloudUrl, null);
  const signal = ctx.abort;
  const { challengeId, challenge } = await asking(() => accounts.recoverStart({ handle }, { signal }));
  const signature = signRecoveryChallenge(challenge, recoverySignKey(entropy));
  let answer: Awaited<ReturnType<typeof accounts.recoverFinish>>;
  try {
    answer = await accounts.recoverFinish({ challengeId, signature }, { signal });
  } catch (error) {
    if (errorCode(error) === ErrorCode.WRONG_CREDENTIALS) {
      throw new SyncFailure('wrongWords', 'These words are not the recovery key of this account.');
    }
    throw await asking(() => Promise.reject(error)).catch((failure: unknown) => failure);
  }
  const secrets = present(answer.account);
  const wrapKey = recoveryWrapKey(entropy);
  return { ticket: answer.ticket, secrets, root: open(secrets.recoveryWrap, wrapKey), wrapKey };
}

/** `token`: a session's, or the ticket of a recovery. */
export async function setPassword(
  ctx: StepContext,
  cloudUrl: string,
  token: string,
  { root, accountId }: { root: Root; accountId: Uint8Array },
  password: string,
  revokeOtherSessions: boolean,
): Promise<void> {
  const { accounts } = ctx.cloudAt(cloudUrl, token);
  const signal = ctx.abort;
  const { registrationRecord, wrapKey } = await register(ctx, password, async (registrationRequest) => {
    const begun = await asking(() => accounts.changePasswordStart({ registrationRequest }, { signal }));
    return begun.registrationResponse;
  });
  const change = { registrationRecord, passwordWrap: wrapRoot(root, wrapKey, ctx.random) };
  const identitySignature = signPasswordChange(root, accountId, change);
  await asking(() =>
    accounts.changePasswordFinish({ ...change, revokeOtherSessions, identitySignature }, { signal }),
  );
}

function present(account: AccountSecrets | undefined): AccountSecrets {
  if (account === undefined || account.accountId.length !== 16) {
    throw new SyncFailure('keyringForged', 'The cloud gave no account. Nothing was changed on this device.');
  }
  return account;
}

function open(wrap: RootWrap | undefined, key: Uint8Array): Root {
  try {
    if (wrap === undefined) throw new SealError('malformed', 'The cloud gave no sealed root.');
    return unwrapRoot(wrap, key);
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    throw new SyncFailure(
      'keyringForged',
      `The cloud's sealed root does not open with what should open it. Nothing was changed. (${error.message})`,
      null,
      { cause: error },
    );
  }
}

/** Whether a proof is of the account that this device knows. */
export function isOwnRoot(root: Root, identityKey: Uint8Array): boolean {
  return equalBytes(root.identity.publicKey, identityKey);
}
