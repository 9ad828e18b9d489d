/**
 * A message that was asked to be sent so long ago that the cloud may have forgotten whether it accepted it: it remembers sends for thirty days
 * (SPEC MBX-1). The same request again could be accepted a second time, at another time; everybody would have two cores of one message. So before it is
 * repeated it is looked for where it would be (SPEC OUT-26): an accepted message is in the sender's own mailbox too, which keeps it for this device
 * until this device has taken it.
 */
import { fromBinary } from '@bufbuild/protobuf';
import { equalBytes } from '../../../shared/crypto/bytes.ts';
import { SendRequestSchema } from '../../../shared/proto/gen/lockstep/cloud/v1/mailboxes_pb.js';
import { getMailCursor, isPending } from '../../store/mail.ts';
import { messageRow } from '../../store/messages.ts';
import { type Asked, listAsked, type OutboxEntry, removeOutbox } from '../../store/outbox.ts';
import { deleteAccepted } from '../commands/delete-one.ts';
import type { StepContext } from '../context.ts';
import { numberOf } from '../network/answers.ts';
import { currentKeys, isMessageGone, messageRecordId } from '../zones/names.ts';
import { readBody } from './body.ts';

/** Well before the cloud forgets; by the time of writing, since nobody knows when it was asked last. */
const LONG_MS = 25 * 24 * 3_600_000;

/**
 * ask: as ever. known: it was accepted, and is out of the outbox. comes: it was, and its record is on its way. never: the cloud has not accepted it.
 * anew: nor is it to be asked with this request, which was signed with the keys that the device had before it signed in again (OUT-33).
 */
export type LongAsked = 'ask' | 'known' | 'comes' | 'never' | 'anew';

export async function lookForSend(ctx: StepContext, entry: OutboxEntry): Promise<LongAsked> {
  const before = entry.sealed !== null && isSignedBefore(ctx, entry);
  // What comes of an edit or a reaction twice is the same as once.
  if (entry.kind !== 'message') return before ? 'anew' : 'ask';
  if (entry.sealed === null) return isPutBack(ctx, entry) ? 'known' : 'ask';
  if (!before && !isLongAgo(ctx, entry.createdMs)) return 'ask';
  if (settleIfHere(ctx, entry)) return 'known';
  const { sendId } = fromBinary(SendRequestSchema, entry.sealed);
  const { stored } = getMailCursor(ctx.store);
  const page = await ctx.cloud.mailboxes.receive(
    { after: BigInt(stored), limit: ctx.sizes.mail },
    { signal: ctx.abort },
  );
  // Taken by the mailbox's own step while this one asked.
  if (settleIfHere(ctx, entry)) return 'known';
  const comes =
    page.envelopes.some((one) => equalBytes(one.sendId, sendId)) ||
    isPending(ctx.store, sendId) ||
    // Much is left to be read, or the cloud was put back and is read anew: then it shows.
    page.more ||
    numberOf(page.head) < stored;
  if (comes) return 'comes';
  return before && entry.deletedMs === null ? 'anew' : 'never';
}

/** Never asked for, and here all the same: this folder is a copy from before it was sent (SPEC OUT-30). Not a retry, whose message is here. */
const isPutBack = (ctx: StepContext, entry: OutboxEntry): boolean =>
  isKnown(ctx, entry) && readBody(entry.body).addressees.length === 0 && settle(ctx, entry);

/**
 * What has come by mail or zone and was asked for so long ago is out of the outbox in that transaction; of what was asked for since, the answer
 * says whom it did not reach. What was deleted for good elsewhere is out of it at once, with its text.
 */
export function settleLongAsked(ctx: StepContext): void {
  const { accountId } = currentKeys(ctx);
  for (const entry of listAsked(ctx.store)) {
    if (isLongAgo(ctx, entry.createdMs)) settleIfHere(ctx, entry);
    else if (isMessageGone(ctx, accountId, entry.guid)) settle(ctx, entry);
  }
}

const isLongAgo = (ctx: StepContext, createdMs: number): boolean =>
  Math.abs(ctx.writeClock.now() - createdMs) > LONG_MS;

/** With the keys of the device that this one was before it signed out: nobody takes that any more once that one is off the log. */
const isSignedBefore = (ctx: StepContext, entry: OutboxEntry): boolean =>
  !equalBytes(readBody(entry.body).senderDeviceId, currentKeys(ctx).deviceId);

/** It is here as a message, or was and is gone for good: so it was accepted. */
function isKnown(ctx: StepContext, { guid }: Asked): boolean {
  const { accountId } = currentKeys(ctx);
  const isHere = messageRow(ctx.store, messageRecordId(ctx, accountId, guid)) !== undefined;
  return isHere || isMessageGone(ctx, accountId, guid);
}

/** Writes nothing where it is not known. */
const settleIfHere = (ctx: StepContext, asked: Asked): boolean => isKnown(ctx, asked) && settle(ctx, asked);

/** What is known to have been accepted is out of the outbox. */
function settle(ctx: StepContext, { sendId, guid, deletedMs, deletedHere }: Asked): true {
  const { store } = ctx;
  const id = messageRecordId(ctx, currentKeys(ctx).accountId, guid);
  store.write(() => {
    const isHere = messageRow(store, id) !== undefined;
    if (isHere && deletedMs !== null) deleteAccepted(ctx, { id, guid }, deletedMs, deletedHere);
    removeOutbox(store, sendId);
    if (isHere) store.memory.accepted(sendId, id);
  });
  return true;
}
