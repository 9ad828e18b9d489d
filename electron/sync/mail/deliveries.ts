/**
 * Whom an own message did not reach, in its record, so that all devices of the account say so and any of them can try again (SPEC OUT-36 to
 * OUT-38). In the sync worker, beside the send step.
 */
import { create, fromBinary } from '@bufbuild/protobuf';
import { equalBytes } from '../../../shared/crypto/bytes.ts';
import {
  isDeliverySaid,
  readDeliveries,
  type WhyNotDelivered,
  withDelivered,
  withNotDelivered,
} from '../../../shared/model/not-delivered.ts';
import { newPayload } from '../../../shared/model/payload.ts';
import { AddresseeSchema } from '../../../shared/proto/gen/lockstep/envelope/v1/envelope_pb.js';
import { MessageCoreSchema } from '../../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import { getMessage } from '../../store/messages.ts';
import { canDeliverAgain } from '../../store/missed.ts';
import { enqueue, getOutbox, type OutboxEntry, updateOutbox } from '../../store/outbox.ts';
import { getPayload, putMerged } from '../../store/records.ts';
import { getAccountSettings } from '../../store/settings.ts';
import { KIND } from '../../store/values.ts';
import type { StepContext } from '../context.ts';
import { requireIdentity } from '../keyring/own.ts';
import { currentKeys, isMessageGone, messageRecordId } from '../zones/names.ts';
import { draftBody, encodeBody, readBody, type Topic } from './body.ts';

export type NotReached = { accountId: Uint8Array; why: WhyNotDelivered };

/** What an answer of the cloud, or a look-up, said of an own message. Nothing of one that is gone. In the caller's transaction. */
export function sayDeliveries(
  ctx: StepContext,
  guid: Uint8Array,
  notReached: readonly NotReached[],
  reached: readonly Uint8Array[],
): void {
  const own = currentKeys(ctx).accountId;
  const id = messageRecordId(ctx, own, guid);
  const before = getPayload(ctx.store, 'messages', id);
  if (before === undefined || isMessageGone(ctx, own, guid)) return;
  let payload = newPayload(KIND.message);
  for (const { accountId, why } of notReached) payload = withNotDelivered(payload, accountId, why);
  // Whom nobody missed, nobody has to be told of.
  for (const account of reached)
    if (isDeliverySaid(before, account)) payload = withDelivered(payload, account);
  if (payload.registers.length === 0) return;
  const { changed } = putMerged(ctx.store, 'messages', id, payload, { dirty: true });
  if (changed) ctx.signal({ type: 'dirty', zone: 'messages' });
}

/**
 * Of what is left to deliver, those who have got it from another device meanwhile are left out. Null: nobody is left. What is on its way stays as it
 * was asked for: sealed anew, it could reach the others twice.
 */
export function narrowToMissed(ctx: StepContext, entry: OutboxEntry): OutboxEntry | null {
  const id = messageRecordId(ctx, currentKeys(ctx).accountId, entry.guid);
  const payload = getPayload(ctx.store, 'messages', id);
  const reached = (payload === undefined ? [] : readDeliveries(payload)).filter(({ why }) => why === null);
  if (reached.length === 0) return entry;
  const body = readBody(entry.body);
  const left = body.addressees.filter(
    ({ accountId }) => !reached.some(({ account }) => equalBytes(account, accountId)),
  );
  if (left.length === 0) return null;
  if (left.length === body.addressees.length || entry.sealed !== null) return entry;
  body.addressees = left;
  updateOutbox(ctx.store, entry.sendId, { body: encodeBody(body) });
  return getOutbox(ctx.store, entry.sendId) ?? null;
}

/**
 * Try Again on a device that has nothing left to deliver: another one sent it, or it was discarded. The same message goes, as it was signed first, to
 * those whom it did not reach. Undefined where there is nobody to reach, and where this device takes no part in the zone and so cannot know whether
 * another one has reached them since. In the caller's transaction.
 */
export function deliverAgain(
  ctx: StepContext,
  id: Uint8Array,
  topicOf: (conversation: Uint8Array) => Topic,
): OutboxEntry | undefined {
  const { store } = ctx;
  const item = getMessage(store, id);
  const payload = getPayload(store, 'messages', id);
  if (item === undefined || payload === undefined || item.missed.length === 0 || !canDeliverAgain(store))
    return undefined;
  const { accountId, deviceId, handle } = requireIdentity(store);
  const name = getAccountSettings(store).profileName;
  const { body: value } = fromBinary(MessageCoreSchema, payload.core);
  const speaker = { accountId, deviceId, handle, name };
  const content = { case: 'message', value } as const;
  const bytes = draftBody(
    speaker,
    topicOf(item.conversation),
    item.guid,
    item.sentMs,
    ctx.hlc.now(),
    content,
  );
  const body = readBody(bytes);
  body.addressees = item.missed.map(({ account }) => create(AddresseeSchema, { accountId: account }));
  return enqueue(store, {
    sendId: ctx.random(16),
    kind: 'redelivery',
    conversation: item.conversation,
    guid: item.guid,
    body: encodeBody(body),
    text: item.text,
    createdMs: ctx.writeClock.now(),
  });
}

/** At the start of the app: an app of before left something to deliver, and its record says nothing of that. In the caller's transaction. */
export function sayWhatIsLeft(ctx: StepContext, { guid, body, failure }: OutboxEntry): void {
  const { addressees } = readBody(body);
  const id = messageRecordId(ctx, currentKeys(ctx).accountId, guid);
  const payload = getPayload(ctx.store, 'messages', id);
  if (payload === undefined) return;
  const unsaid = addressees.filter(({ accountId }) => !isDeliverySaid(payload, accountId));
  const why = failure === 'mailboxFull' || failure === 'noAccount' ? failure : 'refused';
  sayDeliveries(
    ctx,
    guid,
    unsaid.map(({ accountId }) => ({ accountId, why })),
    [],
  );
}
