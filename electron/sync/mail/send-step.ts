/**
 * The outbox empties: one envelope after the other, in the order written (SPEC OUT-1 to OUT-5).
 *
 * How a message goes out once, whatever is lost in between:
 *  1. Its request is sealed and stored, with a send id of its own, before it is first sent.
 *  2. No answer, a crash: the same bytes go again, and the cloud gives its first answer again.
 *  3. `epoch_stale`: the cloud delivered nothing and never will under that request, since a recipient's epoch only rises. So sealing
 *     anew under a new send id cannot deliver twice; and until that is stored, step 2 repeats the old request and hears the same.
 *  4. `blobs_missing`: the cloud delivered nothing. Its attachments go up again, and then the message (its row's `uploads`).
 *  5. Accepted: the record is written and the row goes in one transaction. A crash before it leads back to 2.
 *  6. Asked for so long ago that the cloud may have forgotten: it is looked for before it is asked for again (long-asked.ts).
 *  7. Deleted meanwhile: with 5 the record is written as deleted, so that it never shows (SPEC SYN-72). When it turns out that nothing was
 *     delivered, nothing ever will be.
 */

import { create, fromBinary } from '@bufbuild/protobuf';
import { equalBytes, toHex } from '../../../shared/crypto/bytes.ts';
import { newMessage } from '../../../shared/model/message.ts';
import type { WhyNotDelivered } from '../../../shared/model/not-delivered.ts';
import {
  type Accepted,
  NotDeliveredReason,
  type SendRequest,
  SendRequestSchema,
} from '../../../shared/proto/gen/lockstep/cloud/v1/mailboxes_pb.js';
import { AddresseeSchema } from '../../../shared/proto/gen/lockstep/envelope/v1/envelope_pb.js';
import { messageRow } from '../../store/messages.ts';
import { addNotice } from '../../store/notices.ts';
import type { Store } from '../../store/open.ts';
import {
  acceptMessage,
  getOutbox,
  nextOutbox,
  type OutboxEntry,
  removeOutbox,
  updateOutbox,
} from '../../store/outbox.ts';
import { getPin } from '../../store/pins.ts';
import { blobsMissing } from '../blobs/missing.ts';
import { deleteAccepted, staysDeleted } from '../commands/delete-one.ts';
import type { StepContext } from '../context.ts';
import type { StepResult } from '../engine/steps.ts';
import { SyncFailure } from '../failure.ts';
import { refreshKeyring } from '../keyring/own.ts';
import { lookUp } from '../keyring/people.ts';
import { numberOf } from '../network/answers.ts';
import { ErrorCode, errorCode } from '../network/errors.ts';
import type { FailureReason } from '../status-types.ts';
import { noteLate } from '../zones/met-marks.ts';
import { currentKeys, isMessageGone, messageRecordId } from '../zones/names.ts';
import { encodeBody, readBody } from './body.ts';
import { narrowToMissed, sayDeliveries } from './deliveries.ts';
import { sayEditTo } from './edit-again.ts';
import { lookForSend } from './long-asked.ts';
import { isUnsent, isVoid } from './outbox-rows.ts';
import { neverSent, sealRequest, Undeliverable } from './seal-request.ts';

/** Until what was accepted long ago has come by mail, nothing goes past it. */
const LOOK_AGAIN_MS = 5_000;

export async function sendStep(ctx: StepContext): Promise<StepResult['send']> {
  for (let left = ctx.sizes.sends; left > 0; left--) {
    // How many still wait is said after each: the next may be on its way for long.
    ctx.signal({ type: 'committed' });
    const entry = nextOutbox(ctx.store);
    if (entry === undefined) return { nextAt: Number.POSITIVE_INFINITY, lookAgainAt: 0 };
    const found = await lookForSend(ctx, entry);
    if (found === 'comes') {
      const lookAgainAt = ctx.clock.now() + LOOK_AGAIN_MS;
      return { nextAt: lookAgainAt, lookAgainAt };
    }
    if (found === 'known') continue;
    // A deleted one that nobody got, nobody gets.
    if (found === 'never' && entry.deletedMs !== null) neverAsked(ctx, entry);
    else await sendOne(ctx, found === 'anew' ? { ...entry, sealed: null } : entry);
  }
  return { nextAt: ctx.clock.now(), lookAgainAt: 0 };
}

async function sendOne(ctx: StepContext, found: OutboxEntry): Promise<void> {
  // Unsent or gone meanwhile, here or on another device: whoever has not got it, gets it no more. Nor once who has got it from another device.
  const again = found.kind === 'redelivery';
  const entry = again ? (isVoid(ctx, found.guid) ? null : narrowToMissed(ctx, found)) : found;
  if (entry === null) {
    removeOutbox(ctx.store, found.sendId);
    return;
  }
  try {
    let request =
      entry.sealed === null ? await sealRequest(ctx, entry) : fromBinary(SendRequestSchema, entry.sealed);
    for (let left = 4; left > 0 && request !== null; left--) {
      const { result } = await ctx.cloud.mailboxes.send(request, { signal: ctx.abort });
      if (result.case === 'accepted') return settle(ctx, entry, result.value, request);
      if (result.case === 'blobsMissing') return waitForBlobs(ctx, entry, result.value.blobIds);
      if (result.case !== 'epochStale')
        throw new SyncFailure('cloudRefused', 'The cloud answered a send with nothing.');
      await refreshStale(ctx, result.value.accountIds);
      request = await sealRequest(ctx, getOutbox(ctx.store, entry.sendId) ?? entry);
    }
    if (request !== null) throw new SyncFailure('keyringBusy', "The recipients' keys keep changing.", 5_000);
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === null) throw error;
    fail(ctx, entry, reason);
  }
}

/** Null: only time can tell (network, busy cloud, a session that ended). */
function reasonOf(error: unknown): FailureReason | null {
  if (error instanceof Undeliverable) return error.reason;
  if (error instanceof SyncFailure) {
    return error.reason === 'identityChanged' || error.reason === 'personForged' ? error.reason : null;
  }
  switch (errorCode(error)) {
    case ErrorCode.TOO_LARGE:
      return 'tooLarge';
    case ErrorCode.NOT_FOUND:
      return 'noAccount';
    case ErrorCode.MALFORMED:
    case ErrorCode.SEND_ID_REUSED:
    case ErrorCode.FORBIDDEN:
      return 'refused';
    default:
      return null;
  }
}

/** Nothing was delivered. What the cloud does not have goes up (again) first; what is not here any more, the person must hear of. */
function waitForBlobs(ctx: StepContext, entry: OutboxEntry, ids: readonly Uint8Array[]): void {
  ctx.store.write(() => {
    blobsMissing(ctx, ids);
    const now = getOutbox(ctx.store, entry.sendId);
    if (now === undefined) return;
    // Nobody got it, and nobody is to get it any more.
    if (now.deletedMs !== null) neverSent(ctx, now, { state: 'queued' });
    else if (now.uploads > 0) updateOutbox(ctx.store, entry.sendId, { state: 'queued', sealed: null });
    else updateOutbox(ctx.store, entry.sendId, { state: 'failed', failure: 'fileMissing', sealed: null });
  });
  ctx.signal({ type: 'outbox' });
}

async function refreshStale(ctx: StepContext, accountIds: readonly Uint8Array[]): Promise<void> {
  const { accountId } = currentKeys(ctx);
  for (const stale of accountIds) {
    if (equalBytes(stale, accountId)) await refreshKeyring(ctx);
    else await lookUp(ctx, { accountId: stale });
  }
}

const DAY_MS = 24 * 3_600_000;
const REASON: Partial<Record<NotDeliveredReason, WhyNotDelivered>> = {
  [NotDeliveredReason.MAILBOX_FULL]: 'mailboxFull',
  [NotDeliveredReason.NO_ACCOUNT]: 'noAccount',
};

function settle(ctx: StepContext, entry: OutboxEntry, accepted: Accepted, request: SendRequest): void {
  const { store } = ctx;
  const own = currentKeys(ctx).accountId;
  store.write(() => {
    const body = readBody(entry.body);
    const missing = accepted.notDelivered
      .filter((one) => !equalBytes(one.accountId, own))
      .map(({ accountId, reason }) => ({ accountId, why: REASON[reason] ?? 'refused' }));
    if (missing.length < accepted.notDelivered.length) sayOwnMailboxFull(ctx, entry);
    const first = body.addressees.length === 0;
    if (body.content.case !== 'message') {
      removeOutbox(store, entry.sendId);
      if (missing.length > 0)
        sayNotSent(
          ctx,
          entry,
          missing[0]!.why,
          missing.map((one) => one.accountId),
        );
      return;
    }
    if (first) {
      // It came by mail or zone before this answer, and was deleted for good since: nothing of it comes back.
      if (isMessageGone(ctx, own, body.guid)) {
        removeOutbox(store, entry.sendId);
        return;
      }
      const payload = newMessage(body.content.value, numberOf(accepted.acceptedMs));
      const id = messageRecordId(ctx, own, body.guid);
      const deleted = getOutbox(store, entry.sendId);
      const isNew = messageRow(store, id) === undefined;
      const uncovered = acceptMessage(store, entry.sendId, id, payload, true);
      if (uncovered !== null) staysDeleted(ctx, id, uncovered);
      if (isNew) noteLate(ctx, id);
      // In the same transaction: it is never seen.
      if (deleted?.deletedMs != null)
        deleteAccepted(ctx, { id, guid: body.guid }, deleted.deletedMs, deleted.deletedHere);
      sayDeliveries(ctx, body.guid, missing, []);
    } else {
      const isIn = (some: readonly { accountId: Uint8Array }[], accountId: Uint8Array): boolean =>
        some.some((one) => equalBytes(one.accountId, accountId));
      // Whoever has no account any more was not asked for.
      for (const { accountId } of body.addressees)
        if (!isIn(request.recipients, accountId)) missing.push({ accountId, why: 'noAccount' });
      const reached = body.addressees.filter(({ accountId }) => !isIn(missing, accountId));
      sayEditTo(ctx, body, reached);
      sayDeliveries(
        ctx,
        body.guid,
        missing,
        reached.map(({ accountId }) => accountId),
      );
    }
    if (missing.length === 0 || isUnsent(ctx, entry.guid)) {
      removeOutbox(store, entry.sendId);
      return;
    }
    // The record is there, since the own account has it; what remains is to reach those who have not.
    body.addressees = missing.map(({ accountId }) => create(AddresseeSchema, { accountId }));
    const again = encodeBody(body);
    // A retry that is gone by now (discarded, or its message deleted for good) does not come back with its text.
    if (first) addRetry(store, entry, again);
    const failure = missing[0]!.why;
    updateOutbox(store, entry.sendId, { state: 'failed', failure, sealed: null, body: again });
  });
  if (entry.kind === 'message') ctx.signal({ type: 'dirty', zone: 'messages' });
}

/** Beside the record of a message that was accepted just now. */
function addRetry(store: Store, entry: OutboxEntry, body: Uint8Array): void {
  store.run(
    `INSERT INTO outbox (send_id, kind, conversation, guid, body, text, reply_to, created_ms)
     VALUES (?, 'redelivery', ?, ?, ?, ?, ?, ?)`,
    entry.sendId,
    entry.conversation,
    entry.guid,
    body,
    entry.text,
    entry.replyTo,
    entry.createdMs,
  );
}

/**
 * A message stays and says why. What else waits for a word about somebody's identity stays too, and goes when that is given; keys that merely
 * do not verify leave nothing to decide, so that waits for nothing. An edit or a reaction that nobody will ever get is said, since here it
 * shows as done.
 */
function fail(ctx: StepContext, entry: OutboxEntry, failure: FailureReason): void {
  ctx.store.write(() => {
    const message = entry.kind === 'message' || entry.kind === 'redelivery';
    if (entry.kind === 'redelivery' && failure === 'noAccount')
      sayDeliveries(
        ctx,
        entry.guid,
        readBody(entry.body).addressees.map(({ accountId }) => ({ accountId, why: failure })),
        [],
      );
    const waits = failure === 'identityChanged' && entry.kind !== 'receipt';
    if (message && getOutbox(ctx.store, entry.sendId)?.deletedMs != null)
      neverSent(ctx, entry, { state: 'failed', failure });
    else if (message || waits)
      updateOutbox(ctx.store, entry.sendId, { state: 'failed', failure, sealed: null });
    else {
      removeOutbox(ctx.store, entry.sendId);
      sayNotSent(ctx, entry, failure, []);
    }
  });
}

/** As if it had not been sent yet: a deleted message, looked for long after it was asked for. */
function neverAsked(ctx: StepContext, entry: OutboxEntry): void {
  ctx.store.write(() => neverSent(ctx, entry, { state: 'queued' }));
}

/** The account's own other devices did not get it by mail (SPEC OUT-35). By the zone they do, where their switches are on. Once a day. */
function sayOwnMailboxFull(ctx: StepContext, { kind }: OutboxEntry): void {
  if (kind === 'receipt') return;
  const now = ctx.clock.now();
  addNotice(ctx.store, `ownMailboxFull:${Math.floor(now / DAY_MS)}`, 'ownMailboxFull', now);
}

/** A receipt nobody misses. `missing`: who did not get it, where others did. */
function sayNotSent(
  ctx: StepContext,
  entry: OutboxEntry,
  why: FailureReason,
  missing: readonly Uint8Array[],
): void {
  if (entry.kind === 'receipt') return;
  const handles = missing
    .map((account) => getPin(ctx.store, account)?.handle ?? '')
    .filter((one) => one !== '');
  addNotice(ctx.store, `changeNotSent:${toHex(entry.sendId)}`, 'changeNotSent', ctx.clock.now(), {
    kind: entry.kind,
    why,
    conversation: toHex(entry.conversation),
    handle: handles.join(', '),
  });
}
