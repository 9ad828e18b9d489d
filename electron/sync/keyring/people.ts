/**
 * Other people's keys (SPEC TRU-11): looked up, verified, pinned at first contact. What is pinned is the identity and the highest head
 * of the device log; a later keyring must continue it.
 *
 * Another identity is never taken over: the pin is marked `changed`, the person is told, and `recipientKeys` refuses until
 * `acceptIdentity`. The same for another account that answers to the handle of somebody known. A keyring that is merely forged or rolled
 * back is told as well and changes nothing. What waits for the person's word: the candidate, in `meta`.
 */
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { equalBytes, toHex } from '../../../shared/crypto/bytes.ts';
import { type DeviceLogState, verifyDeviceLog } from '../../../shared/crypto/device-log.ts';
import { verifyEpochChain } from '../../../shared/crypto/epochs.ts';
import { TrustError } from '../../../shared/crypto/errors.ts';
import { hash256 } from '../../../shared/crypto/hash.ts';
import {
  type PublicKeyring,
  PublicKeyringSchema,
} from '../../../shared/proto/gen/lockstep/cloud/v1/keys_pb.js';
import { conversationsChanged } from '../../store/member-names.ts';
import { getMeta, setMeta } from '../../store/meta.ts';
import { addNotice, dropNotices } from '../../store/notices.ts';
import type { Store } from '../../store/open.ts';
import { findPinByHandle, getPin, type Pin, setPin } from '../../store/pins.ts';
import type { StepContext } from '../context.ts';
import { SyncFailure } from '../failure.ts';
import { resumeFor } from '../mail/outbox-rows.ts';
import { garbled } from '../network/answers.ts';
import { ErrorCode, errorCode } from '../network/errors.ts';

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
  if (keyring === undefined) throw garbled('The cloud gave no keyring for this person.');
  if (keyring.accountId.length !== 16) {
    throw new SyncFailure('personForged', 'The cloud gave a keyring of no account for this person.');
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

/**
 * The same of a member that somebody else has named, who need not exist: null then. It is remembered for a while, so that a group of
 * hundreds whom nobody knows is asked for once and not with every try (SPEC OUT-22).
 */
export async function memberOf(ctx: StepContext, accountId: Uint8Array): Promise<Pin | null> {
  const { store } = ctx;
  const pin = getPin(store, accountId);
  if (pin !== undefined) return pin;
  const nobody = nobodies.get(store) ?? new Map<string, number>();
  nobodies.set(store, nobody);
  const asked = nobody.get(toHex(accountId));
  if (asked !== undefined && Math.abs(ctx.clock.now() - asked) < NOBODY_MS) return null;
  try {
    return await lookUp(ctx, { accountId });
  } catch (error) {
    if (errorCode(error) !== ErrorCode.NOT_FOUND) throw error;
    if (nobody.size >= MOST_NOBODIES) nobody.clear();
    nobody.set(toHex(accountId), ctx.clock.now());
    return null;
  }
}

/** When it was that the cloud did not know an account. Losing it costs look-ups. */
const nobodies = new WeakMap<Store, Map<string, number>>();
const NOBODY_MS = 60 * 60_000;
const MOST_NOBODIES = 10_000;

/** Where to send for a member; null where there is none. Throws `identityChanged` while a changed identity waits for the person's word. */
export async function recipientKeys(ctx: StepContext, accountId: Uint8Array): Promise<Pin | null> {
  const pin = await memberOf(ctx, accountId);
  if (pin?.changed) throw new IdentityChanged(pin);
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

/**
 * The person looked at the change and takes it: the identity that was shown, and no other, becomes the pin. Should the cloud have come
 * back to the identity that was known, that one stays.
 */
export async function acceptIdentity(ctx: StepContext, accountId: Uint8Array): Promise<Pin> {
  const before = getPin(ctx.store, accountId);
  const shown = candidateOf(ctx.store, accountId);
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
  const known = continuation(keyring, before);
  const isKnown = !(known instanceof TrustError);
  const checked = isKnown ? known : checkForged(ctx, keyring);
  const identity = checked.state.identities[0]!.identityKey;
  if (!isKnown && toHex(identity) !== shown) throw noteChanged(ctx, before, identity);
  return ctx.store.write(() => settled(ctx, pin(ctx, keyring, checked, before)));
}

function take(ctx: StepContext, keyring: PublicKeyring): Pin {
  const before = getPin(ctx.store, keyring.accountId);
  if (before === undefined) return firstContact(ctx, keyring);
  const checked = continuation(keyring, before);
  if (checked instanceof TrustError) {
    const identity = otherIdentity(keyring, before);
    throw identity === null ? sayForged(ctx, keyring, checked) : noteChanged(ctx, before, identity);
  }
  if (before.changed) {
    const first = toHex(checked.state.identities[0]!.identityKey);
    // The pin holds the candidate itself: only the person's word settles that.
    if (first === candidateOf(ctx.store, before.account)) throw new IdentityChanged(before);
    return ctx.store.write(() => settled(ctx, pin(ctx, keyring, checked, before)));
  }
  if (!equalBytes(checked.state.identityKey, before.identityKey)) {
    // Signed by the identity it replaces: said, but nobody else can have done it.
    const key = toHex(checked.state.identityKey);
    addNotice(ctx.store, `identityRenewed:${key}`, 'identityRenewed', ctx.clock.now(), {
      account: toHex(before.account),
      handle: before.handle,
    });
  }
  return pin(ctx, keyring, checked, before);
}

/** Pins whoever the cloud says this is, unless something here knows better: then the pin waits for the person's word. */
function firstContact(ctx: StepContext, keyring: PublicKeyring): Pin {
  const checked = checkForged(ctx, keyring);
  const namesake = findPinByHandle(ctx.store, keyring.handle);
  const elsewhere = pinnedElsewhere(ctx.store, keyring.accountId);
  // Any that this log went through: each identity has taken over the log as it was when it came (SPEC KEY-23).
  const known =
    elsewhere === null ||
    checked.state.identities.some(({ identityKey }) => equalBytes(identityKey, elsewhere));
  const fresh = pin(ctx, keyring, checked, undefined);
  if (known && namesake === undefined) return fresh;
  throw noteChanged(ctx, fresh, checked.state.identities[0]!.identityKey);
}

/** Checked as what continues the pin, or why it does not. */
function continuation(keyring: PublicKeyring, before: Pin): Checked | TrustError {
  try {
    return checkPinned(keyring, before);
  } catch (error) {
    if (error instanceof TrustError) return error;
    throw error;
  }
}

function checkPinned(keyring: PublicKeyring, before: Pin): Checked {
  const state = verifyDeviceLog(keyring.log, {
    accountId: keyring.accountId,
    pinned: { length: before.logLength, headHash: before.headHash },
  });
  const seen =
    before.keyring === null ? undefined : fromBinary(PublicKeyringSchema, before.keyring).epochs.at(-1);
  const pinned = seen === undefined ? undefined : { epoch: before.epoch, headHash: hash256(seen.body) };
  const { current } = verifyEpochChain(keyring.epochs, state, { pinned });
  return { state, epoch: current.epoch, inboxKey: current.inboxKey };
}

/** Verifies from the beginning. */
function check(keyring: PublicKeyring): Checked {
  const state = verifyDeviceLog(keyring.log, { accountId: keyring.accountId });
  const { current } = verifyEpochChain(keyring.epochs, state);
  return { state, epoch: current.epoch, inboxKey: current.inboxKey };
}

function checkForged(ctx: StepContext, keyring: PublicKeyring): Checked {
  try {
    return check(keyring);
  } catch (error) {
    throw error instanceof TrustError ? sayForged(ctx, keyring, error) : error;
  }
}

/** A keyring that is whole in itself, under another identity than the pinned one. */
function otherIdentity(keyring: PublicKeyring, before: Pin): Uint8Array | null {
  try {
    const { state } = check(keyring);
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
    // A handle does not move: another one for somebody known is the cloud's invention.
    handle: before?.handle ?? keyring.handle,
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

/** Somebody's identity is not the one that is known: `recipientKeys` and the mailbox wait for the person's word. */
export class IdentityChanged extends SyncFailure {
  readonly account: Uint8Array;
  constructor({ account, handle }: Pin) {
    super('identityChanged', `The identity of ${handle} has changed. Accept it before writing to them.`);
    this.account = account;
  }
}

/** Marks it, says it, and gives the failure to throw. */
function noteChanged(ctx: StepContext, before: Pin, identity: Uint8Array): IdentityChanged {
  const { store } = ctx;
  const account = toHex(before.account);
  store.write(() => {
    setPin(store, { ...before, changed: true });
    setMeta(store, candidateName(before.account), toHex(identity));
    const detail = { account, handle: before.handle };
    addNotice(
      store,
      `identityChanged:${account}:${toHex(identity)}`,
      'identityChanged',
      ctx.clock.now(),
      detail,
    );
    conversationsChanged(store, before.account);
  });
  return new IdentityChanged(before);
}

/** No word of the person's is waited for any more, whoever settled it: what waited for that goes out. In the caller's transaction. */
function settled(ctx: StepContext, now: Pin): Pin {
  setMeta(ctx.store, candidateName(now.account), null);
  dropNotices(ctx.store, `identityChanged:${toHex(now.account)}:`);
  conversationsChanged(ctx.store, now.account);
  resumeFor(ctx, now.account);
  return now;
}

function sayForged(ctx: StepContext, keyring: PublicKeyring, error: TrustError): SyncFailure {
  const account = toHex(keyring.accountId);
  const code = error.code === 'rolled_back' ? 'personRolledBack' : 'personForged';
  addNotice(ctx.store, `${code}:${account}:${error.code}`, code, ctx.clock.now(), {
    account,
    handle: keyring.handle,
    what: error.code,
  });
  const message = `The keys of ${keyring.handle} do not verify: ${error.message}`;
  return new SyncFailure('personForged', message, null, { cause: error });
}

const candidateName = (accountId: Uint8Array) => `identityCandidate:${toHex(accountId)}`;
const candidateOf = (store: Store, accountId: Uint8Array) => getMeta(store, candidateName(accountId));

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
