/**
 * The mailbox is read: a page is opened, checked and applied, with the cursor in the same transaction, and acknowledged after it
 * (SPEC OUT-8, OUT-9, OUT-14 to OUT-17). With the switch on the engine has drained the zone before; during a first sync it reads what was
 * accepted since that began, and the rest is set aside on disk, unacknowledged, until the zone is drained (SYN-31, decision 0040).
 *
 * An envelope that is refused is said and passed over; nothing makes the mailbox stand still but what time mends: no network, or keys of
 * ours that cannot be had yet. One of somebody whose identity has changed is set aside until the person decides.
 */

import { equalBytes, toHex } from '../../../shared/crypto/bytes.ts';
import { decodeConversationCore } from '../../../shared/model/conversation.ts';
import { readMessage } from '../../../shared/model/message.ts';
import { getRegister, newPayload, type Payload, setRegister } from '../../../shared/model/payload.ts';
import { memberValue, type Watermark } from '../../../shared/model/values.ts';
import { compareWatermarks } from '../../../shared/model/watermarks.ts';
import {
  type Body,
  type MessageRef,
  ReceiptKind,
} from '../../../shared/proto/gen/lockstep/envelope/v1/envelope_pb.js';
import { ConversationField } from '../../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import { dirtyCount } from '../../store/dirty.ts';
import {
  addPending,
  anyPending,
  getMailCursor,
  listPending,
  listSettled,
  type MailCursor,
  nextPending,
  type PendingEnvelope,
  removePending,
  setMailCursor,
} from '../../store/mail.ts';
import { conversationsChanged } from '../../store/member-names.ts';
import { messageRow } from '../../store/messages.ts';
import { addNotice } from '../../store/notices.ts';
import { getPin } from '../../store/pins.ts';
import { getPayload } from '../../store/records.ts';
import { newestKnownMs } from '../../store/seen.ts';
import { isBlocked } from '../../store/settings.ts';
import { KIND } from '../../store/values.ts';
import { switchIsOn } from '../commands/conversations.ts';
import { deleteArrived } from '../commands/delete-one.ts';
import type { StepContext } from '../context.ts';
import { SyncFailure } from '../failure.ts';
import { requireIdentity } from '../keyring/own.ts';
import { numberOf } from '../network/answers.ts';
import { noteLate } from '../zones/met-marks.ts';
import { conversationRecordId, isMessageGone, messageRecordId } from '../zones/names.ts';
import { clampStamp, writesOf } from './apply.ts';
import { type Allowed, authorize } from './authority.ts';
import { settleLongAsked } from './long-asked.ts';
import { type MailEnvelope, Opener } from './open-envelope.ts';
import { dropCoveredReceipts, queueReceipt } from './outbox-rows.ts';
import { putWrites } from './put-writes.ts';
import { Refused } from './refused.ts';

/** A device that took a message from the mailbox gives its author's put a moment (DESIGN, The zone protocol). */
const PUT_WITHIN_MS = 2_000;

/**
 * So many of its newest entries the mailbox keeps for what is set aside. All of them at their largest are a quarter of a mailbox, so nobody who
 * is never decided about fills it for everybody else.
 */
const KEPT_FOR_ASIDE = 1_000;

/** A later time is no time, whatever a cloud says. */
const LATEST_MS = 2 ** 48;

type Opened = { envelope: MailEnvelope; body: Body };
type Result =
  | Opened
  | { envelope: MailEnvelope; refused: Refused }
  | { envelope: MailEnvelope; waits: string }
  /** Of somebody who is blocked. */
  | { envelope: MailEnvelope; unseen: true };

type Received = { more: boolean; waits: boolean; aside: boolean };
/** What a set-aside envelope waits for. */
const ZONE = 'zone';
const IDENTITY = 'identityChanged';

/** `since`: mail accepted up to then waits for the zone. Null: the zone is drained, or takes no part. */
export async function receiveStep(ctx: StepContext, since: number | null = null): Promise<Received> {
  requireIdentity(ctx.store);
  if (since === null && (await openAside(ctx))) return { more: true, waits: false, aside: true };
  await receivePending(ctx);
  const { stored } = getMailCursor(ctx.store);
  const known = newestKnownMs(ctx.store);
  const page = await ctx.cloud.mailboxes.receive(
    { after: BigInt(stored), limit: ctx.sizes.mail },
    { signal: ctx.abort },
  );
  if (numberOf(page.head) < stored) {
    // The cloud was restored: what it still holds comes again and merges to the same.
    setMailCursor(ctx.store, { stored: 0, acknowledged: 0 }, true);
    return { more: page.head > 0n, waits: false, aside: false };
  }
  const early = (one: MailEnvelope) => since !== null && one.acceptedMs <= since;
  const envelopes = page.envelopes.map(
    (one): MailEnvelope => ({
      ...one,
      position: numberOf(one.position),
      acceptedMs: numberOf(one.acceptedMs),
    }),
  );
  const results: Result[] = await openAll(
    ctx,
    envelopes.filter((one) => !early(one)),
  );
  for (const envelope of envelopes) if (early(envelope)) results.push({ envelope, waits: ZONE });
  const last = envelopes.reduce((highest, one) => Math.max(highest, one.position), stored);
  const lastMs = envelopes.reduce(
    (latest, { acceptedMs: ms }) => (ms <= LATEST_MS ? Math.max(latest, ms) : latest),
    -1,
  );
  // [Note: what a device has seen]
  applyPage(ctx, results, { stored: last, completeMs: page.more ? lastMs : Math.max(lastMs, known) });
  ctx.signal({ type: 'committed' });
  await acknowledgeMail(ctx);
  const aside = anyPending(ctx.store, ZONE);
  const waits = results.some((one) => 'waits' in one && one.waits === IDENTITY);
  return { more: page.more && last > stored, waits, aside };
}

/**
 * Tells the cloud that this device has stored its mail, so that it may forget it. While the switch is on or turning on, only when the zone
 * has everything too: until then the mailbox is the only copy besides this device's folder (SPEC OUT-24). What is set aside is in no zone, so
 * the mailbox keeps it too. Asked again after each push and pull.
 */
export async function acknowledgeMail(ctx: StepContext): Promise<void> {
  const { stored, acknowledged } = getMailCursor(ctx.store);
  if (stored <= acknowledged || anyPending(ctx.store, ZONE)) return;
  let position = stored;
  if (switchIsOn(ctx)) {
    if (dirtyCount(ctx.store, 'messages') > 0) return;
    const aside = nextPending(ctx.store, stored - KEPT_FOR_ASIDE);
    if (aside !== null) position = Math.min(stored, aside - 1);
  }
  if (position <= acknowledged) return;
  await ctx.cloud.mailboxes.acknowledge({ position: BigInt(position) }, { signal: ctx.abort });
  setMailCursor(ctx.store, { acknowledged: position });
}

/** After a changed identity was accepted: what was set aside is opened again. */
export async function receivePending(ctx: StepContext): Promise<void> {
  for (let before = 0, left = waitingForSomebody(ctx); left > 0 && left !== before; ) {
    await openPending(ctx, IDENTITY, listSettled(ctx.store, IDENTITY));
    [before, left] = [left, waitingForSomebody(ctx)];
  }
}

/** Set aside, and nothing stands in the way any more: accepted, or the cloud came back to the identity that is known. */
function waitingForSomebody({ store }: StepContext): number {
  return store.kept(
    'mail of an accepted identity',
    ['pending_envelope', 'pin'],
    () =>
      store.get<{ n: number }>(
        `SELECT count(*) AS n FROM pending_envelope e JOIN pin p ON p.account = e.sender
         WHERE e.reason = ? AND p.changed = 0`,
        IDENTITY,
      )!.n,
  );
}

/** The zone is drained: what waited for that is opened, a page at a time. True when there was any. */
async function openAside(ctx: StepContext): Promise<boolean> {
  if (!anyPending(ctx.store, ZONE)) return false;
  await openPending(ctx, ZONE, listPending(ctx.store, ZONE));
  return true;
}

async function openPending(
  ctx: StepContext,
  reason: string,
  envelopes: readonly PendingEnvelope[],
): Promise<void> {
  const results = await openAll(
    ctx,
    envelopes.map(({ sender, ...one }) => ({ ...one, senderAccountId: sender })),
  );
  ctx.store.write(() => {
    for (const result of results)
      if (!('waits' in result)) removePending(ctx.store, result.envelope.position);
    // One that waits for something else now is set aside again, for that.
    applyResults(
      ctx,
      results.filter((one) => !('waits' in one) || one.waits !== reason),
    );
  });
}

async function openAll(ctx: StepContext, envelopes: readonly MailEnvelope[]): Promise<Result[]> {
  const opener = new Opener(ctx);
  const results: Result[] = [];
  const unmet: Uint8Array[] = [];
  const { accountId } = requireIdentity(ctx.store);
  for (const envelope of envelopes) {
    // By the cloud's word of who sent it: not opened, so that nothing is asked, set aside or said of it. One that lies could as well keep it back.
    if (!equalBytes(envelope.senderAccountId, accountId) && isBlocked(ctx.store, envelope.senderAccountId)) {
      results.push({ envelope, unseen: true });
      continue;
    }
    try {
      const body = await opener.open(envelope);
      if (knownConversation(ctx, body.conversation) === null) unmet.push(...membersOf(body));
      results.push({ envelope, body });
    } catch (error) {
      if (error instanceof Refused) results.push({ envelope, refused: error });
      else if (error instanceof SyncFailure && error.reason === IDENTITY) {
        results.push({ envelope, waits: error.reason });
      } else throw error;
    }
  }
  // Last: whom strangers have named must not use up the look-ups that the senders need.
  await opener.meet(unmet);
  return results;
}

function membersOf(body: Body): Uint8Array[] {
  try {
    return decodeConversationCore(body.conversationCore).members;
  } catch {
    return [];
  }
}

/** One transaction. Should one envelope break it in a way nobody thought of, the others are applied without that one. */
function applyPage(ctx: StepContext, results: readonly Result[], reached: Partial<MailCursor>): void {
  const { store } = ctx;
  const place = () => setMailCursor(store, reached);
  try {
    store.write(() => {
      applyResults(ctx, results);
      place();
    });
  } catch (error) {
    if (isStorageError(error)) throw error;
    for (const result of results) {
      try {
        store.write(() => applyResults(ctx, [result]));
      } catch (problem) {
        if (isStorageError(problem)) throw problem;
        note(ctx, result.envelope, new Refused('damaged', 'It could not be written here.'));
      }
    }
    place();
  }
}

function isStorageError(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return (typeof code === 'string' && code.startsWith('SQLITE_')) || error instanceof SyncFailure;
}

/** In the caller's transaction. */
function applyResults(ctx: StepContext, results: readonly Result[]): void {
  const delivered = new Map<string, { guid: Uint8Array; upTo: Watermark }>();
  let changed = false;
  for (const result of results) {
    if ('unseen' in result) continue;
    if ('waits' in result) setAside(ctx, result.envelope, result.waits);
    else if ('refused' in result) note(ctx, result.envelope, result.refused);
    else {
      try {
        changed = applyOne(ctx, result, delivered) || changed;
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        note(ctx, result.envelope, error);
      }
    }
  }
  for (const { guid, upTo } of delivered.values()) queueReceipt(ctx, guid, ReceiptKind.DELIVERED, upTo);
  deleteArrived(ctx);
  settleLongAsked(ctx);
  if (changed) ctx.signal({ type: 'dirty', zone: 'messages' });
}

function applyOne(
  ctx: StepContext,
  { envelope, body }: Opened,
  delivered: Map<string, { guid: Uint8Array; upTo: Watermark }>,
): boolean {
  const { store } = ctx;
  const identity = requireIdentity(store);
  const sender = body.senderAccountId;
  const own = equalBytes(sender, identity.accountId);
  if (!own && isBlocked(store, sender)) return false;
  const known = knownConversation(ctx, body.conversation);
  const allowed = authorize(body, identity.accountId, known?.core ?? null);
  const { said } = allowed;
  if (own && said.kind === 'receipt') {
    const { kind, upToAcceptedMs, upToGuid } = said.receipt;
    dropCoveredReceipts(store, body.conversation, kind, {
      acceptedMs: Number(upToAcceptedMs),
      guid: upToGuid,
    });
    return false;
  }
  if (said.kind === 'message' && isMessageGone(ctx, sender, body.guid)) return false;
  if (said.kind === 'reaction') requireSameConversation(ctx, body, said.ref);
  if (own) ctx.hlc.observe(body.stamp);
  const named = known === null ? null : getRegister(known, ConversationField.NAME) !== undefined;
  const writes = writesOf(body, allowed, envelope.acceptedMs, named);
  const members = own && known !== null ? null : memberWrites(ctx, body, allowed, envelope.acceptedMs);
  if (members !== null) writes.push({ kind: KIND.conversation, name: [body.conversation], payload: members });
  // Here already, it was answered with its first coming: by this device, or by the one that wrote its record. A cloud that brings old mail
  // before every new envelope, and so before each receipt's copy, would be answered without end.
  const id = messageRecordId(ctx, sender, body.guid);
  const isNew = said.kind === 'message' && messageRow(store, id) === undefined;
  const first = isNew && !own;
  const atOnce = equalBytes(body.senderDeviceId, identity.deviceId);
  const changed = putWrites(ctx, writes, atOnce ? 0 : soon(ctx));
  if (isNew) noteLate(ctx, id);
  if (first) {
    const upTo = { acceptedMs: envelope.acceptedMs, guid: body.guid };
    const key = toHex(body.conversation);
    const before = delivered.get(key);
    if (before === undefined || compareWatermarks(before.upTo, upTo) < 0) {
      delivered.set(key, { guid: body.conversation, upTo });
    }
  }
  return changed;
}

/** Where the message is here. Of one that comes later, the transcript shows members' reactions alone. */
function requireSameConversation(ctx: StepContext, body: Body, ref: MessageRef): void {
  const payload = getPayload(ctx.store, 'messages', messageRecordId(ctx, ref.senderAccountId, ref.guid));
  const message = payload === undefined ? null : readMessage(payload);
  if (message !== null && !equalBytes(message.conversation, body.conversation)) {
    throw new Refused('otherConversation', 'The message belongs to another conversation.');
  }
}

function soon(ctx: StepContext): number {
  const [a = 0, b = 0] = ctx.random(2);
  return ctx.clock.now() + Math.floor(((a * 256 + b) / 65_536) * PUT_WITHIN_MS);
}

/** With its core: who is in it is known. */
function knownConversation(ctx: StepContext, conversation: Uint8Array): Payload | null {
  if (conversation.length !== 16) return null;
  const payload = getPayload(ctx.store, 'messages', conversationRecordId(ctx, conversation));
  return payload === undefined || payload.core.length === 0 ? null : payload;
}

/**
 * What was learnt of members: of the sender the name it gives itself, of the others (once, at the beginning) what the directory says.
 * Stamped so that every device of the account writes the same.
 */
function memberWrites(ctx: StepContext, body: Body, allowed: Allowed, acceptedMs: number) {
  const id = conversationRecordId(ctx, body.conversation);
  const before = getPayload(ctx.store, 'messages', id);
  let payload = newPayload(KIND.conversation, allowed.coreBytes);
  let any = false;
  for (const member of allowed.conversation.members) {
    const pin = getPin(ctx.store, member);
    const isSender = equalBytes(member, body.senderAccountId);
    const now = before === undefined ? undefined : getRegister(before, ConversationField.MEMBER, member);
    if (pin === undefined || (!isSender && now !== undefined)) continue;
    const value = memberValue(
      pin.handle,
      isSender ? body.senderName.slice(0, 200) : pin.name,
      pin.identityKey,
    );
    if (now !== undefined && equalBytes(now.value, value)) continue;
    const stamp = isSender ? clampStamp(body.stamp, acceptedMs) : 1n;
    const device = isSender ? body.senderDeviceId : new Uint8Array();
    payload = setRegister(payload, ConversationField.MEMBER, member, stamp, device, value);
    any = true;
  }
  return any ? payload : null;
}

function setAside(ctx: StepContext, envelope: MailEnvelope, reason: string): void {
  const { senderAccountId, ...rest } = envelope;
  addPending(ctx.store, { ...rest, sender: senderAccountId, reason, receivedMs: ctx.clock.now() });
  if (reason === IDENTITY) conversationsChanged(ctx.store, senderAccountId);
}

function note(ctx: StepContext, envelope: MailEnvelope, refused: Refused): void {
  const sender = getPin(ctx.store, envelope.senderAccountId);
  addNotice(
    ctx.store,
    `envelopeRefused:${toHex(envelope.sendId)}:${envelope.position}`,
    'envelopeRefused',
    ctx.clock.now(),
    { why: refused.code, sender: toHex(envelope.senderAccountId), handle: sender?.handle ?? '' },
  );
}
