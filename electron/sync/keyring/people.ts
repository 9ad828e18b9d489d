/**
 * Other people's keys (SPEC TRU-11): looked up, verified, pinned at first contact. What is pinned is the identity and the highest head
 * of the device log; a later keyring must continue it.
 *
 * Another identity is never taken over: the pin is marked `changed`, the person is told, and `recipientKeys` refuses until
 * `acceptIdentity`. A keyring that is merely forged or rolled back is told as well and changes nothing.
 */
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { equalBytes, toHex } from '../../../shared/crypto/bytes.ts';
import { type DeviceLogState, verifyDeviceLog } from '../../../shared/crypto/device-log.ts';
import { verifyEpochChain } from '../../../shared/crypto/epochs.ts';
import { TrustError } from '../../../shared/crypto/errors.ts';
import {
  type PublicKeyring,
  PublicKeyringSchema,
} from '../../../shared/proto/gen/lockstep/cloud/v1/keys_pb.js';
import { getMeta, setMeta } from '../../store/meta.ts';
import { addNotice } from '../../store/notices.ts';
import type { Store } from '../../store/open.ts';
import { getPin, type Pin, setPin } from '../../store/pins.ts';
import type { StepContext } from '../context.ts';
import { SyncFailure } from '../failure.ts';

type Checked = { state: DeviceLogState; epoch: number; inboxKey: Uint8Array };

/** Asks the directory, verifies, pins. Throws what the cloud says, or SyncFailure `identityChanged` / `personForged`. */
export async function lookUp(
  ctx: StepContext,
  by: { handle: string } | { accountId: Uint8Array },
): Promise<Pin> {
  const request =
    'handle' in by
      ? { by: { case: 'handle' as const, value: by.handle } }
      : { by: { case: 'accountId' as const, value: by.accountId } };
  const { keyring } = await ctx.cloud.accounts.lookUp(request, { signal: ctx.abort });
  if (keyring === undefined || keyring.accountId.length !== 16) {
    throw new SyncFailure('personForged', 'The cloud gave no keyring for this person.');
  }
  if ('accountId' in by && !equalBytes(keyring.accountId, by.accountId)) {
    throw new SyncFailure('personForged', 'The cloud answered with another account than the one asked for.');
  }
  return take(ctx, keyring);
}

/** The pin of somebody, looked up at first contact. */
export async function personOf(ctx: StepContext, accountId: Uint8Array): Promise<Pin> {
  return getPin(ctx.store, accountId) ?? (await lookUp(ctx, { accountId }));
}

/** Where to send for somebody. Throws `identityChanged` while a changed identity waits for the person's word. */
export async function recipientKeys(ctx: StepContext, accountId: Uint8Array): Promise<Pin> {
  const pin = await personOf(ctx, accountId);
  if (pin.changed) throw identityChanged(pin.handle);
  return pin;
}

/** The verified device log behind a pin. */
export function deviceLogOf(pin: Pin): DeviceLogState {
  const known = logs.get(pin.account.toString());
  if (known !== undefined && equalBytes(known.headHash, pin.headHash)) return known;
  if (pin.keyring === null)
    throw new SyncFailure('personForged', 'This person has no verified keyring here.');
  const { log } = fromBinary(PublicKeyringSchema, pin.keyring);
  const state = verifyDeviceLog(log, { accountId: pin.account });
  remember(state);
  return state;
}

/** The person looked at the change and takes it: the identity that was shown, and no other, becomes the pin. */
export async function acceptIdentity(ctx: StepContext, accountId: Uint8Array): Promise<Pin> {
  const shown = getMeta(ctx.store, candidateName(accountId));
  const before = getPin(ctx.store, accountId);
  if (before === undefined || !before.changed || shown === null) {
    throw new SyncFailure('notFound', 'There is no changed identity to accept.');
  }
  const { keyring } = await ctx.cloud.accounts.lookUp(
    { by: { case: 'accountId', value: accountId } },
    { signal: ctx.abort },
  );
  if (keyring === undefined || !equalBytes(keyring.accountId, accountId)) {
    throw new SyncFailure('personForged', 'The cloud answered with another account than the one asked for.');
  }
  const checked = checkForged(ctx, keyring, undefined);
  const identity = checked.state.identities[0]!.identityKey;
  if (toHex(identity) !== shown) {
    noteChanged(ctx, before, identity);
    throw identityChanged(before.handle);
  }
  return ctx.store.write(() => {
    setMeta(ctx.store, candidateName(accountId), null);
    return pin(ctx, keyring, checked, before);
  });
}

function take(ctx: StepContext, keyring: PublicKeyring): Pin {
  const before = getPin(ctx.store, keyring.accountId);
  if (before === undefined) {
    const checked = checkForged(ctx, keyring, undefined);
    const fresh = pin(ctx, keyring, checked, undefined);
    const elsewhere = pinnedElsewhere(ctx.store, keyring.accountId);
    const identity = checked.state.identities[0]!.identityKey;
    // Any that this log went through: each identity has taken over the log as it was when it came (SPEC KEY-23).
    const known = checked.state.identities.some(
      (one) => elsewhere !== null && equalBytes(one.identityKey, elsewhere),
    );
    if (elsewhere !== null && !known) {
      noteChanged(ctx, fresh, identity);
      throw identityChanged(fresh.handle);
    }
    return fresh;
  }
  let checked: Checked;
  try {
    checked = check(keyring, { length: before.logLength, headHash: before.headHash });
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    const identity = otherIdentity(keyring, before);
    if (identity === null) throw forged(ctx, keyring, error);
    noteChanged(ctx, before, identity);
    throw identityChanged(before.handle);
  }
  const rotated = !equalBytes(checked.state.identityKey, before.identityKey);
  if (rotated) {
    // Signed by the identity it replaces: said, but nobody else can have done it.
    const key = toHex(checked.state.identityKey);
    addNotice(ctx.store, `identityRenewed:${key}`, 'identityRenewed', ctx.clock.now(), {
      account: toHex(before.account),
      handle: before.handle,
    });
  }
  return pin(ctx, keyring, checked, before);
}

/** Verifies from the beginning, or as the continuation of what is pinned. */
function check(
  keyring: PublicKeyring,
  pinned: { length: number; headHash: Uint8Array } | undefined,
): Checked {
  const state = verifyDeviceLog(keyring.log, { accountId: keyring.accountId, pinned });
  const { current } = verifyEpochChain(keyring.epochs, state);
  return { state, epoch: current.epoch, inboxKey: current.inboxKey };
}

function checkForged(ctx: StepContext, keyring: PublicKeyring, pinned: undefined): Checked {
  try {
    return check(keyring, pinned);
  } catch (error) {
    throw error instanceof TrustError ? forged(ctx, keyring, error) : error;
  }
}

/** A keyring that is whole in itself, under another identity than the pinned one. */
function otherIdentity(keyring: PublicKeyring, before: Pin): Uint8Array | null {
  try {
    const { state } = check(keyring, undefined);
    const old = before.keyring === null ? before.identityKey : deviceLogOf(before).identities[0]!.identityKey;
    const identity = state.identities[0]!.identityKey;
    return equalBytes(identity, old) ? null : identity;
  } catch {
    return null;
  }
}

function pin(ctx: StepContext, keyring: PublicKeyring, checked: Checked, before: Pin | undefined): Pin {
  const made: Pin = {
    account: keyring.accountId,
    handle: keyring.handle,
    name: before?.name ?? '',
    identityKey: checked.state.identityKey,
    logLength: checked.state.length,
    headHash: checked.state.headHash,
    epoch: checked.epoch,
    inboxKey: checked.inboxKey,
    keyring: toBinary(PublicKeyringSchema, keyring),
    lookedUpMs: ctx.clock.now(),
    changed: false,
  };
  setPin(ctx.store, made);
  remember(checked.state);
  return made;
}

function noteChanged(ctx: StepContext, before: Pin, identity: Uint8Array): void {
  const account = toHex(before.account);
  ctx.store.write(() => {
    setPin(ctx.store, { ...before, changed: true });
    setMeta(ctx.store, candidateName(before.account), toHex(identity));
    addNotice(
      ctx.store,
      `identityChanged:${account}:${toHex(identity)}`,
      'identityChanged',
      ctx.clock.now(),
      {
        account,
        handle: before.handle,
      },
    );
  });
}

function forged(ctx: StepContext, keyring: PublicKeyring, error: TrustError): SyncFailure {
  const account = toHex(keyring.accountId);
  const code = error.code === 'rolled_back' ? 'keyringRolledBack' : 'keyringForged';
  addNotice(ctx.store, `${code}:${account}:${error.code}`, code, ctx.clock.now(), {
    account,
    handle: keyring.handle,
    what: error.code,
  });
  return new SyncFailure(
    'personForged',
    `The keys of ${keyring.handle} do not verify: ${error.message}`,
    null,
    {
      cause: error,
    },
  );
}

function identityChanged(handle: string): SyncFailure {
  return new SyncFailure(
    'identityChanged',
    `The identity of ${handle} has changed. Accept it before writing to them.`,
  );
}

const candidateName = (accountId: Uint8Array) => `identityCandidate:${toHex(accountId)}`;

/** What another device of this account pinned, as it came with a conversation's record. */
function pinnedElsewhere(store: Store, accountId: Uint8Array): Uint8Array | null {
  const row = store.get<{ identity_key: Uint8Array | null }>(
    'SELECT identity_key FROM conversation_member WHERE account = ? AND length(identity_key) = 32 LIMIT 1',
    accountId,
  );
  return row?.identity_key ?? null;
}

/** Verified logs, so that a page of mail does not verify one log 500 times. By account; the head must still be the pinned one. */
const logs = new Map<string, DeviceLogState>();
const MOST_LOGS = 500;

function remember(state: DeviceLogState): void {
  if (logs.size >= MOST_LOGS) logs.clear();
  logs.set(state.accountId.toString(), state);
}
