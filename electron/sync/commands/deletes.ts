/**
 * Delete, Recover, Delete Now: of single messages, of a conversation, of all that is in Recently Deleted. Where a delete is written says
 * delete-one.ts; how it is undone, undo.ts. Much is done in slices, so that nobody waits for it.
 */
import { fromHex } from '../../../shared/crypto/bytes.ts';
import { getRegister } from '../../../shared/model/payload.ts';
import { clearedValue } from '../../../shared/model/values.ts';
import { ConversationField, ReadingField } from '../../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import { getConversation } from '../../store/conversations.ts';
import { troubleOf } from '../../store/damage/signs.ts';
import { noteLetGo } from '../../store/let-go.ts';
import { addLocalDelete, getLocalClear, removeLocalClear, setLocalClear } from '../../store/local-deletes.ts';
import { newestPlace, shownCount } from '../../store/message-pages.ts';
import { messageRow } from '../../store/messages.ts';
import { getOutbox, type OutboxEntry, removeOutbox, waitingMessages } from '../../store/outbox.ts';
import { hideOutbox } from '../../store/outbox-hidden.ts';
import { clearedMessages, deletedHow, deletedIds } from '../../store/recently-deleted.ts';
import { deleteForGood as deleteRecord, getPayload, isGone } from '../../store/records.ts';
import { seenUpToMs } from '../../store/seen.ts';
import { shownBehind } from '../../store/shown.ts';
import { plain } from '../../store/values.ts';
import type { StepContext } from '../context.ts';
import { SyncFailure } from '../failure.ts';
import { dropOutboxOf, failedRowOf } from '../mail/outbox-rows.ts';
import type { CommandInput, CommandResult } from '../protocol.ts';
import { noteRecoverLost } from '../zones/earlier-names.ts';
import { conversationRecordId, currentKeys, messageRecordId, readingRecordId } from '../zones/names.ts';
import { conversationGuid, switchIsOn, writeConversation, writeReading } from './conversations.ts';
import { deleteOne, recoverOne } from './delete-one.ts';
import { deletedAt } from './deleted-at.ts';
import { CLEARED } from './registers.ts';
import { type AsFar, inSlices, Tally } from './slices.ts';
import { SpareNewer } from './spare-newer.ts';
import type { DeleteContext, Taken, TakenConversation } from './undo.ts';

const nothingTaken = (ctx: StepContext): Taken => ({
  deletedMs: deletedAt(ctx),
  redatedMs: [],
  messages: [],
  waiting: [],
  conversation: null,
});

/** What is taken is told, and can be taken back, also where the disk is full before all of it is (SPEC SYN-73). */
const asFar = ({ messages, waiting, conversation }: Taken): AsFar => ({
  anyDone: () => conversation !== null || messages.length + waiting.length > 0,
  counted() {
    const [of, ofWaiting] = [messages.length, waiting.length];
    return () => {
      messages.length = of;
      waiting.length = ofWaiting;
    };
  },
});

/** One message, in the outbox or accepted, in the caller's transaction. */
function take(ctx: StepContext, id: Uint8Array, taken: Taken): void {
  const { store } = ctx;
  const waiting = getOutbox(store, id);
  const arrived = waiting === undefined ? null : arrivedAs(ctx, waiting);
  if (waiting !== undefined && arrived === null && hideOutbox(store, id, taken.deletedMs, !switchIsOn(ctx))) {
    taken.waiting.push({ sendId: id, guid: waiting.guid });
    return;
  }
  // It may have been accepted since the window asked whether one is sure.
  const recordId = arrived ?? store.memory.nowCalled(id);
  // Of several, one may have gone meanwhile: that is no reason to keep the others.
  const row = messageRow(store, recordId);
  if (row !== undefined && deleteOne(ctx, recordId, taken.deletedMs))
    taken.messages.push({ id: recordId, sender: plain(row.sender), guid: plain(row.guid) });
}

/** All of them, as far as there is room. `spare`: what a newer app has written is left. */
async function takeAll(
  { ctx, breathe }: Pick<DeleteContext, 'ctx' | 'breathe'>,
  ids: readonly Uint8Array[],
  taken: Taken,
): Promise<{ spare: SpareNewer; stopped: string | null }> {
  const spare = new SpareNewer();
  const takeIt = (id: Uint8Array): void => spare.do(() => take(ctx, id, taken));
  return { spare, stopped: await inSlices(ctx, breathe, ids, takeIt, asFar(taken)) };
}

/** Of a message whose answer was not heard and that has come by mail or zone: its record. The window may not know it by that yet. */
function arrivedAs(ctx: StepContext, { kind, state, guid }: OutboxEntry): Uint8Array | null {
  if (kind !== 'message' || state === 'failed') return null;
  const id = messageRecordId(ctx, currentKeys(ctx).accountId, guid);
  return messageRow(ctx.store, id) === undefined ? null : id;
}

export async function deleteMessages(
  { ctx, undos, breathe }: DeleteContext,
  input: CommandInput<'deleteMessages'>,
): Promise<CommandResult<'deleteMessages'>> {
  const taken = nothingTaken(ctx);
  const { spare, stopped } = await takeAll({ ctx, breathe }, [...new Set(input.ids)].map(fromHex), taken);
  const messages = taken.messages.length + taken.waiting.length;
  spare.orSay(messages);
  if (messages === 0) {
    throw new SyncFailure('noMessage', 'This message is not on this device any more.');
  }
  return { undo: undos.keep(taken), messages, stopped, newer: spare.left };
}

/** Of a message that waits or failed: out of the outbox, with Undo. Of one that has its record: no further try to reach the others. */
export function discard(
  { ctx, undos }: DeleteContext,
  input: CommandInput<'discard'>,
): CommandResult<'discard'> {
  const { store } = ctx;
  const id = fromHex(input.id);
  return store.write(() => {
    const taken = nothingTaken(ctx);
    if (getOutbox(store, id)?.kind === 'message') {
      take(ctx, id, taken);
    } else {
      const entry = failedRowOf(store, id);
      if (entry === undefined) {
        throw new SyncFailure('notFound', 'This message is not waiting any more.');
      }
      removeOutbox(store, entry.sendId);
    }
    return { undo: taken.waiting.length === 0 ? null : undos.keep(taken) };
  });
}

/**
 * Everything in it goes, also what waits to be sent; what comes later starts it anew. One write, but for messages newer than what this
 * device has surely seen ([Note: what a device has seen] in seen.ts).
 */
export async function deleteConversation(
  { ctx, undos, breathe }: DeleteContext,
  input: CommandInput<'deleteConversation'>,
): Promise<CommandResult<'deleteConversation'>> {
  const { store } = ctx;
  const guid = conversationGuid(ctx, input.conversationId);
  const taken = nothingTaken(ctx);
  let behind: Uint8Array[] = [];
  store.write(() => {
    const conversation: TakenConversation = { guid, messages: 0, mark: null, draft: null };
    taken.conversation = conversation;
    const seenMs = seenUpToMs(store, guid);
    const newest = newestPlace(store, guid);
    // Where the mailbox was never read, nobody can say more than "all that is here".
    const upTo = seenMs < 0 ? newest : newestPlace(store, guid, seenMs);
    behind = newest === null ? [] : shownBehind(store, guid, upTo);
    const waiting = waitingMessages(store, guid);
    const known = getConversation(store, guid);
    const empty = newest === null && waiting.length === 0;
    if (empty && known?.draft === '' && known.clearedUpTo !== null) {
      throw new SyncFailure('nothingToDelete', 'There is nothing in this conversation.');
    }
    conversation.messages = shownCount(store, guid) - behind.length;
    // One without any message leaves the list by a mark before all that may come.
    const mark = upTo ?? (empty && known?.clearedUpTo === null ? { ms: 0, guid: new Uint8Array(16) } : null);
    if (mark !== null) {
      writeMark(ctx, conversation, { acceptedMs: mark.ms, guid: mark.guid }, taken.deletedMs);
    }
    for (const { sendId } of waiting) {
      take(ctx, sendId, taken);
    }
    clearDraft(ctx, conversation);
    store.changes.flag('recentlyDeleted');
  });
  const { spare, stopped } = await takeAll({ ctx, breathe }, behind, taken);
  const messages = (taken.conversation?.messages ?? 0) + taken.messages.length + taken.waiting.length;
  return { undo: undos.keep(taken), messages, stopped, newer: spare.left };
}

function writeMark(
  ctx: StepContext,
  taken: TakenConversation,
  upTo: { acceptedMs: number; guid: Uint8Array },
  deletedMs: number,
): void {
  const { store } = ctx;
  const { guid } = taken;
  const payload = getPayload(store, 'messages', conversationRecordId(ctx, guid));
  const register = payload && getRegister(payload, ConversationField.CLEARED_UP_TO);
  taken.mark = {
    upTo,
    before: register?.value ?? CLEARED,
    beforeHere: getLocalClear(store, guid) ?? null,
  };
  if (switchIsOn(ctx)) {
    const value = clearedValue(upTo, deletedMs, currentKeys(ctx).deviceId);
    writeConversation(ctx, guid, ConversationField.CLEARED_UP_TO, value);
  } else {
    setLocalClear(store, { conversation: guid, upToMs: upTo.acceptedMs, upToGuid: upTo.guid, deletedMs });
  }
}

/** What was half written goes with its conversation, and comes back with Undo. */
function clearDraft(ctx: StepContext, taken: TakenConversation): void {
  const id = readingRecordId(ctx, taken.guid);
  const draft = () => {
    const payload = getPayload(ctx.store, 'messages', id);
    return payload && getRegister(payload, ReadingField.DRAFT);
  };
  const before = draft();
  if (before === undefined || before.value.length === 0) {
    return;
  }
  writeReading(ctx, taken.guid, ReadingField.DRAFT, CLEARED);
  taken.draft = { before: before.value, stamp: draft()?.stamp ?? 0n };
}

export async function recoverMessages(
  { ctx, breathe }: DeleteContext,
  input: CommandInput<'recoverMessages'>,
): Promise<CommandResult<'recoverMessages'>> {
  const { store } = ctx;
  const tally = new Tally();
  const spare = new SpareNewer();
  const recover = (id: Uint8Array): void => {
    const how = deletedHow(store, id);
    if (how === 'itself') {
      spare.do(() => recoverOne(ctx, id));
      tally.messages += deletedHow(store, id) === null ? 1 : 0;
    }
    // Also one that was deleted by itself before its conversation was: it comes back with that.
    if (deletedHow(store, id) === 'withConversation') {
      spare.do(() => {
        tally.messages += recoverConversation(ctx, conversationOf(ctx, id));
      });
    } else if (how === null && isGone(store, 'messages', id)) {
      noteRecoverLost(ctx, id);
    }
    store.changes.flag('recentlyDeleted');
  };
  if (input.ids === 'all') {
    for (const ids of await allDeleted(ctx, breathe)) {
      await tally.slices(ctx, breathe, ids, recover);
    }
  } else {
    await tally.slices(ctx, breathe, input.ids, (id) => recover(fromHex(id)));
  }
  const { messages, stopped } = tally;
  spare.orSay(messages);
  return { messages, stopped, newer: spare.left };
}

function conversationOf(ctx: StepContext, id: Uint8Array): Uint8Array | null {
  const row = messageRow(ctx.store, id);
  const found =
    row && ctx.store.get<{ guid: Uint8Array }>('SELECT guid FROM conversation WHERE cid = ?', row.cid);
  return found === undefined ? null : plain(found.guid);
}

/** It went with its conversation: the clear mark is taken back, this device's own and the one that travels. How many come back. */
function recoverConversation(ctx: StepContext, guid: Uint8Array | null): number {
  const { store } = ctx;
  if (guid === null) {
    return 0;
  }
  const before = shownCount(store, guid);
  if (getLocalClear(store, guid) !== undefined) {
    removeLocalClear(store, guid);
  }
  if (clearedMessages(store, guid, 1).length > 0) {
    writeConversation(ctx, guid, ConversationField.CLEARED_UP_TO, CLEARED);
  }
  store.flush();
  return shownCount(store, guid) - before;
}

/** Delete Now: a person's word, unconditional. Delete All: of what was in Recently Deleted then, and still is. */
export async function deleteForGood(
  { ctx, breathe }: DeleteContext,
  input: CommandInput<'deleteForGood'>,
): Promise<CommandResult<'deleteForGood'>> {
  const { store } = ctx;
  const nowMs = ctx.writeClock.now();
  const tally = new Tally();
  const remove = (id: Uint8Array): void => {
    dropOutboxOf(store, id);
    if (switchIsOn(ctx)) {
      deleteRecord(store, 'messages', id, { push: true, byPerson: true, nowMs });
    } else {
      addLocalDelete(store, id, nowMs, true);
    }
    tally.messages += 1;
    store.changes.flag('recentlyDeleted');
  };
  if (input.ids === 'all') {
    for (const ids of await allDeleted(ctx, breathe)) {
      await tally.slices(ctx, breathe, ids, (id) => {
        // Recovered meanwhile, here or elsewhere: then it stays.
        if (deletedHow(store, id) !== null) {
          remove(id);
        }
      });
    }
  } else {
    await tally.slices(ctx, breathe, input.ids, (id) => remove(fromHex(id)));
  }
  const { messages, stopped } = tally;
  try {
    noteLetGo(store, 'person', messages, ctx.clock.now());
    // The pages that held the text are overwritten (secure_delete) and leave the log file too.
    store.checkpoint(true);
  } catch (error) {
    // They are gone: a full disk is no reason to say that they are not. The log is emptied when there is time (zones/tidy.ts).
    if (troubleOf(error) === null) throw error;
  }
  return { messages, stopped, newer: 0 };
}

/** What is in Recently Deleted at this moment, and nothing that gets there while the work goes on. */
async function allDeleted(ctx: StepContext, breathe: () => Promise<void>): Promise<Uint8Array[][]> {
  const pages: Uint8Array[][] = [];
  for (const page of deletedIds(ctx.store, null, ctx.sizes.deletedIds)) {
    pages.push(page);
    await breathe();
  }
  return pages;
}
