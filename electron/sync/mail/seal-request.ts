/**
 * The request that a row of the outbox goes out by: signed by this device and sealed for each recipient's epoch (SPEC OUT-1, OUT-3, OUT-33). In the
 * sync worker, of send-step.ts. What is stored is what goes, byte for byte.
 */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { equalBytes } from '../../../shared/crypto/bytes.ts';
import { sealContent, sealContentKey, signBody } from '../../../shared/crypto/envelopes.ts';
import { inboxKeyPair } from '../../../shared/crypto/epoch-keys.ts';
import { blobsOf } from '../../../shared/model/attachment.ts';
import { decodeConversationCore } from '../../../shared/model/conversation.ts';
import {
  RecipientSchema,
  type SendRequest,
  SendRequestSchema,
} from '../../../shared/proto/gen/lockstep/cloud/v1/mailboxes_pb.js';
import {
  AddresseeSchema,
  type Body,
  ReceiptKind,
} from '../../../shared/proto/gen/lockstep/envelope/v1/envelope_pb.js';
import { attachmentsIn } from '../../store/attachments.ts';
import { getOutbox, type OutboxChange, type OutboxEntry, updateOutbox } from '../../store/outbox.ts';
import { settleHidden } from '../../store/outbox-hidden.ts';
import { getPin } from '../../store/pins.ts';
import { keysOfDevice } from '../account/devices.ts';
import type { StepContext } from '../context.ts';
import { SyncFailure } from '../failure.ts';
import { requireIdentity } from '../keyring/own.ts';
import { recipientKeys } from '../keyring/people.ts';
import { ErrorCode, errorCode } from '../network/errors.ts';
import type { FailureReason } from '../status-types.ts';
import { currentKeys } from '../zones/names.ts';
import { encodeBody, readBody } from './body.ts';

const LARGEST_CONTENT = 256 * 1024;

/** A message that cannot go as it is: the person decides. */
export class Undeliverable extends Error {
  readonly reason: FailureReason;
  constructor(reason: FailureReason) {
    super(reason);
    this.reason = reason;
  }
}

type Sealed = { accountId: Uint8Array; epoch: number; inboxKey: Uint8Array };

/**
 * Signs and seals for the epochs known now, and stores the request. Null when the row is gone meanwhile, the message was deleted, or the row
 * says something else by now (a receipt that has risen): then that is what goes next.
 */
export async function sealRequest(ctx: StepContext, entry: OutboxEntry): Promise<SendRequest | null> {
  const identity = requireIdentity(ctx.store);
  const body = readBody(entry.body);
  // It may have been written before this device signed out and in again: it has another name and other keys since, and signs with those (OUT-33).
  const renamed = !equalBytes(body.senderDeviceId, identity.deviceId);
  body.senderDeviceId = identity.deviceId;
  const unsealed = renamed ? encodeBody(body) : entry.body;
  const recipients = await recipientsOf(ctx, body);
  const full = create(SendRequestSchema, { sendId: ctx.random(16) });
  body.addressees = recipients.map(({ accountId, epoch }) => create(AddresseeSchema, { accountId, epoch }));
  const bytes = encodeBody(body);
  const signature = signBody(bytes, keysOfDevice(identity));
  const { content, contentKey } = sealContent({ body: bytes, signature, random: ctx.random });
  if (content.length > LARGEST_CONTENT) throw new Undeliverable('tooLarge');
  full.content = content;
  if (body.content.case === 'message') full.blobs = blobsOf(attachmentsIn(body.content.value));
  for (const { accountId, epoch, inboxKey } of recipients) {
    const { suite, sealedKey } = await sealContentKey({
      content,
      senderAccountId: identity.accountId,
      recipientAccountId: accountId,
      epoch,
      contentKey,
      inboxKey,
      random: ctx.random,
    });
    full.recipients.push(create(RecipientSchema, { accountId, epoch, suite, sealedKey }));
  }
  const sealed = toBinary(SendRequestSchema, full);
  return ctx.store.write(() => {
    const now = getOutbox(ctx.store, entry.sendId);
    if (now === undefined || now.state === 'failed' || !equalBytes(now.body, entry.body)) return null;
    if (now.deletedMs !== null) {
      // Whatever was asked for before, nothing was delivered: it ends here.
      neverSent(ctx, now, { state: 'queued' });
      return null;
    }
    updateOutbox(ctx.store, entry.sendId, {
      state: 'sending',
      sealed,
      body: unsealed,
      attempts: now.attempts + 1,
    });
    // What is on disk is what goes: decoded from the very bytes.
    return fromBinary(SendRequestSchema, sealed);
  });
}

/**
 * Everybody in the conversation and the own account; of a retry, those who did not get it. Of a receipt, those whom it costs no more than it
 * is worth: by one message into a group that he made up, a stranger could else have hundreds looked up before anything goes on (SPEC OUT-22).
 */
async function recipientsOf(ctx: StepContext, body: Body): Promise<Sealed[]> {
  const keys = currentKeys(ctx);
  const again = body.addressees.map((addressee) => addressee.accountId);
  const members = again.length > 0 ? again : decodeConversationCore(body.conversationCore).members;
  const recipients: Sealed[] = [];
  const { content } = body;
  let knownOnly = content.case === 'receipt' && content.value.kind === ReceiptKind.DELIVERED;
  let others = 0;
  for (const accountId of members) {
    if (equalBytes(accountId, keys.accountId)) continue;
    others += 1;
    if (knownOnly && getPin(ctx.store, accountId) === undefined) continue;
    try {
      const pin = await recipientKeys(ctx, accountId);
      // A member whose account is gone: the rest of a group still gets it.
      if (pin !== null) recipients.push({ accountId, epoch: pin.epoch, inboxKey: pin.inboxKey });
    } catch (error) {
      const limited = errorCode(error) === ErrorCode.RATE_LIMITED;
      if (!limited || content.case !== 'receipt' || members.length <= 2) throw error;
      knownOnly = true;
    }
  }
  if (others > 0 && recipients.length === 0) throw new Undeliverable('noAccount');
  const epochKey = keys.epochKey(keys.current);
  if (epochKey === undefined)
    throw new SyncFailure('keyringStale', 'This device does not hold the newest key yet.');
  if (again.length === 0) {
    recipients.push({
      accountId: keys.accountId,
      epoch: keys.current,
      inboxKey: inboxKeyPair(epochKey).publicKey,
    });
  }
  return recipients;
}

/** Of a deleted message it is certain now that it was not accepted: it waits for its Undo alone, or goes. */
export function neverSent(ctx: StepContext, { sendId }: OutboxEntry, change: OutboxChange): void {
  const undoable = getOutbox(ctx.store, sendId)?.undoable === true;
  updateOutbox(ctx.store, sendId, { ...change, sealed: null });
  if (!undoable) settleHidden(ctx.store, sendId);
}
