/** What of the outbox is about receipts and retries: one waiting receipt per conversation and kind (SPEC OUT-7). */
import { uuidv7 } from '../../../shared/clock/ids.ts';
import { equalBytes } from '../../../shared/crypto/bytes.ts';
import { decodeConversationCore, readConversation } from '../../../shared/model/conversation.ts';
import type { Watermark } from '../../../shared/model/values.ts';
import { compareWatermarks } from '../../../shared/model/watermarks.ts';
import type { ReceiptKind } from '../../../shared/proto/gen/lockstep/envelope/v1/envelope_pb.js';
import { conversationsWith } from '../../store/member-names.ts';
import { messageRow } from '../../store/messages.ts';
import type { Store } from '../../store/open.ts';
import {
  enqueue,
  getOutbox,
  listOutbox,
  type OutboxEntry,
  removeOutbox,
  updateOutbox,
} from '../../store/outbox.ts';
import { getPin } from '../../store/pins.ts';
import { getPayload } from '../../store/records.ts';
import { getAccountSettings, isBlocked } from '../../store/settings.ts';
import { plain } from '../../store/values.ts';
import type { StepContext } from '../context.ts';
import { requireIdentity } from '../keyring/own.ts';
import { conversationRecordId, currentKeys, isMessageGone, messageRecordId } from '../zones/names.ts';
import { draftBody, readBody } from './body.ts';
import { sayWhatIsLeft } from './deliveries.ts';

type Waiting = { sendId: Uint8Array; kind: ReceiptKind; mark: Watermark };

/** Receipts of a conversation that have not been sealed yet. */
function waitingReceipts(store: Store, conversation: Uint8Array): Waiting[] {
  return store
    .all<{ send_id: Uint8Array; body: Uint8Array }>(
      `SELECT send_id, body FROM outbox WHERE conversation = ? AND kind = 'receipt' AND sealed IS NULL`,
      conversation,
    )
    .flatMap((row) => {
      const { content } = readBody(plain(row.body));
      if (content.case !== 'receipt') return [];
      const { kind, upToAcceptedMs, upToGuid } = content.value;
      return [
        { sendId: plain(row.send_id), kind, mark: { acceptedMs: Number(upToAcceptedMs), guid: upToGuid } },
      ];
    });
}

/** In the caller's transaction. Raises the one that waits; a lower one changes nothing. */
export function queueReceipt(
  ctx: StepContext,
  conversation: Uint8Array,
  kind: ReceiptKind,
  upTo: Watermark,
): void {
  const { store } = ctx;
  const payload = getPayload(store, 'messages', conversationRecordId(ctx, conversation));
  if (payload === undefined || readConversation(payload) === null) return;
  const { members } = decodeConversationCore(payload.core);
  if (members.length < 2) return;
  // Alone with somebody who is blocked: nothing is answered (SPEC OUT-15).
  if (members.length === 2 && members.some((account) => isBlocked(store, account))) return;
  const waiting = waitingReceipts(store, conversation).find((one) => one.kind === kind);
  if (waiting !== undefined && compareWatermarks(waiting.mark, upTo) >= 0) return;
  const { accountId, deviceId, handle } = requireIdentity(store);
  const now = ctx.writeClock.now();
  const guid = uuidv7(ctx.random, now);
  const body = draftBody(
    { accountId, deviceId, handle, name: getAccountSettings(store).profileName },
    { guid: conversation, coreBytes: payload.core, name: '' },
    guid,
    now,
    ctx.hlc.now(),
    { case: 'receipt', value: { kind, upToAcceptedMs: BigInt(upTo.acceptedMs), upToGuid: upTo.guid } },
  );
  if (waiting !== undefined) updateOutbox(store, waiting.sendId, { body });
  else enqueue(store, { sendId: ctx.random(16), kind: 'receipt', conversation, guid, body, createdMs: now });
  ctx.signal({ type: 'outbox' });
}

/** Somebody is blocked: what was to tell them alone what was delivered or read is not sent (SPEC OUT-15). */
export function dropReceiptsTo(ctx: StepContext, account: Uint8Array): void {
  const { store } = ctx;
  for (const conversation of conversationsWith(store, account)) {
    const payload = getPayload(store, 'messages', conversationRecordId(ctx, conversation));
    if (payload === undefined || payload.core.length === 0) continue;
    if (decodeConversationCore(payload.core).members.length > 2) continue;
    for (const { sendId } of waitingReceipts(store, conversation)) removeOutbox(store, sendId);
  }
}

/** Another device of this account has said it already. */
export function dropCoveredReceipts(
  store: Store,
  conversation: Uint8Array,
  kind: ReceiptKind,
  upTo: Watermark,
): void {
  for (const one of waitingReceipts(store, conversation)) {
    if (one.kind === kind && compareWatermarks(one.mark, upTo) <= 0) removeOutbox(store, one.sendId);
  }
}

/** What is left to deliver of a message that has its record already. */
export function failedRowOf(store: Store, recordId: Uint8Array): OutboxEntry | undefined {
  const row = messageRow(store, recordId);
  if (row === undefined || row.mine !== 1) return undefined;
  const waiting = store.get<{ send_id: Uint8Array }>(
    `SELECT send_id FROM outbox WHERE kind = 'redelivery' AND guid = ?`,
    row.guid,
  );
  return waiting === undefined ? undefined : getOutbox(store, plain(waiting.send_id));
}

/**
 * At the start of the app: what was left to deliver of messages that were unsent or are gone for good, by an older version that left it there
 * (SPEC OUT-34), goes; of the others their records say whom they did not reach, which an older version did not write (OUT-36). Without keys nothing is
 * known of them.
 */
export function lookThroughRetries(ctx: StepContext): void {
  const { store } = ctx;
  const rows = store.all<{ send_id: Uint8Array; guid: Uint8Array }>(
    `SELECT send_id, guid FROM outbox WHERE kind = 'redelivery'`,
  );
  if (rows.length === 0 || ctx.keys.get() === null) return;
  store.write(() => {
    for (const { send_id, guid } of rows) {
      const entry = getOutbox(store, plain(send_id));
      if (isVoid(ctx, plain(guid))) removeOutbox(store, plain(send_id));
      else if (entry !== undefined) sayWhatIsLeft(ctx, entry);
    }
  });
}

/** The own message was unsent, or is gone for good: nobody gets it any more. */
export function isVoid(ctx: StepContext, guid: Uint8Array): boolean {
  return isUnsent(ctx, guid) || isMessageGone(ctx, currentKeys(ctx).accountId, guid);
}

export function isUnsent(ctx: StepContext, guid: Uint8Array): boolean {
  return messageRow(ctx.store, messageRecordId(ctx, currentKeys(ctx).accountId, guid))?.unsent_ms != null;
}

/**
 * A message that is here was deleted for good: what is left to deliver of it goes, a first sending whose answer was lost, and edits that go
 * nowhere by themselves. Its text is in there too. What is on its way stays: on another device of the account the message may be there yet, and an unsend is
 * what takes the text from the others.
 */
export function dropOutboxOf(store: Store, recordId: Uint8Array): void {
  const row = messageRow(store, recordId);
  if (row === undefined || row.mine !== 1) return;
  const guid = plain(row.guid);
  const rows = store.all<{ send_id: Uint8Array }>(
    `SELECT send_id FROM outbox WHERE kind IN ('message', 'redelivery') AND guid = ?`,
    guid,
  );
  const edits = store
    .all<{ send_id: Uint8Array; body: Uint8Array }>(
      "SELECT send_id, body FROM outbox WHERE kind = 'edit' AND state = 'failed'",
    )
    .filter(({ body }) => isEditOf(body, guid));
  for (const { send_id } of [...rows, ...edits]) removeOutbox(store, plain(send_id));
}

/** Only an author edits a message, so its guid alone tells which. */
function isEditOf(bytes: Uint8Array, guid: Uint8Array): boolean {
  const { content } = readBody(plain(bytes));
  return (
    content.case === 'edit' &&
    content.value.message !== undefined &&
    equalBytes(content.value.message.guid, guid)
  );
}

/** Somebody's changed identity waits for no decision any more: what waited goes out, unless another member's still does. In the caller's transaction. */
export function resumeFor(ctx: StepContext, account: Uint8Array): void {
  const { store } = ctx;
  for (const entry of listOutbox(store, 100_000)) {
    if (entry.state !== 'failed' || entry.failure !== 'identityChanged') continue;
    const { members } = decodeConversationCore(readBody(entry.body).conversationCore);
    if (!members.some((member) => equalBytes(member, account))) continue;
    if (members.some((member) => getPin(store, member)?.changed)) continue;
    updateOutbox(store, entry.sendId, { state: 'queued', failure: null, attempts: 0, notBeforeMs: 0 });
  }
  ctx.signal({ type: 'outbox' });
}
