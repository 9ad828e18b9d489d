/**
 * One message goes to Recently Deleted, or comes back from there. Switch on: a register of its record. Switch off: a row in a table of
 * this device alone; nothing of that ever becomes a register by itself (SPEC SYN-26). All of it in the caller's transaction.
 */
import { equalBytes } from '../../../shared/crypto/bytes.ts';
import {
  getRegister,
  isNewerSchema,
  newPayload,
  type Register,
  requireWritable,
} from '../../../shared/model/payload.ts';
import { deletedValue } from '../../../shared/model/values.ts';
import { MessageField } from '../../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import type { Uncovered } from '../../store/covered.ts';
import {
  addLocalDelete,
  getLocalDelete,
  removeLocalDelete,
  takeOverLocalDelete,
} from '../../store/local-deletes.ts';
import { messageRow } from '../../store/messages.ts';
import type { Store } from '../../store/open.ts';
import { hiddenOnTheirWay, showOutbox } from '../../store/outbox-hidden.ts';
import { deletedHow } from '../../store/recently-deleted.ts';
import { getPayload } from '../../store/records.ts';
import { rememberDeleteOf } from '../../store/remembered-deletes.ts';
import { KIND } from '../../store/values.ts';
import type { StepContext } from '../context.ts';
import { currentKeys, messageRecordId } from '../zones/names.ts';
import { switchIsOn } from './conversations.ts';
import { CLEARED, NO_KEY, stampAsOf, writeRegister } from './registers.ts';

/**
 * False when it is not here, or is in Recently Deleted already: then this delete takes nothing. `here`: on this device alone; of a delete made
 * before, what the switch said then (SPEC SYN-120).
 */
export function deleteOne(
  ctx: StepContext,
  id: Uint8Array,
  deletedMs: number,
  here = !switchIsOn(ctx),
): boolean {
  const { store } = ctx;
  if (messageRow(store, id) === undefined || deletedHow(store, id) !== null) {
    return false;
  }
  if (here) {
    addLocalDelete(store, id, deletedMs);
  } else {
    const value = deletedValue(deletedMs, currentKeys(ctx).deviceId);
    writeRegister(ctx, 'messages', id, newPayload(KIND.message), MessageField.DELETED, value);
  }
  return true;
}

type MessageName = { sender: Uint8Array; guid: Uint8Array };

/**
 * Deletes for all devices what is to be deleted by now, whoever asked: nobody is there to be told that it cannot be. True where a newer app has written
 * it since: then it is remembered (SPEC DEL-20), its record is left alone, and it shows as it was known last. `asOfMs`: as in `writeRegister`.
 */
export function deleteEverywhere(
  ctx: StepContext,
  id: Uint8Array,
  deletedMs: number,
  asOfMs: number | null = null,
  name: MessageName | undefined = messageRow(ctx.store, id),
): boolean {
  const { store } = ctx;
  const { deviceId } = currentKeys(ctx);
  const payload = getPayload(store, 'messages', id);
  if (payload === undefined || !isNewerSchema(payload)) {
    const value = deletedValue(deletedMs, deviceId);
    writeRegister(ctx, 'messages', id, newPayload(KIND.message), MessageField.DELETED, value, NO_KEY, asOfMs);
    return false;
  }
  if (name === undefined) return false;
  rememberDeleteOf(store, name, deletedRegister(ctx, deletedMs));
  return true;
}

/** A delete by this device, of that date, for what cannot be written to yet. `asOfMs`: as in `writeRegister`; null: it was decided now. */
export function deletedRegister(ctx: StepContext, deletedMs: number, asOfMs: number | null = null): Register {
  const { deviceId: device } = currentKeys(ctx);
  const value = deletedValue(deletedMs, device);
  return { field: MessageField.DELETED, key: NO_KEY, stamp: stampAsOf(ctx, asOfMs), device, value };
}

/** What is remembered as deleted everywhere shows in Recently Deleted, although its record cannot say so yet. */
export function showAsDeleted(store: Store, id: Uint8Array, deletedMs: number): void {
  addLocalDelete(store, id, deletedMs);
  takeOverLocalDelete(store, id);
}

/**
 * An own message that was deleted while it was on its way is accepted: as was decided then. Also where the first that came of it was a newer app's
 * version, of which nothing shows. `here`: as in `deleteOne`.
 */
export function deleteAccepted(
  ctx: StepContext,
  { id, guid }: { id: Uint8Array; guid: Uint8Array },
  deletedMs: number,
  here: boolean,
): void {
  const { store } = ctx;
  const isShown = messageRow(store, id) !== undefined;
  if (here) deleteOne(ctx, id, deletedMs, here);
  else if (getPayload(store, 'messages', id) !== undefined && !(isShown && deletedHow(store, id) !== null)) {
    const name = { sender: currentKeys(ctx).accountId, guid };
    if (deleteEverywhere(ctx, id, deletedMs, null, name) && isShown) showAsDeleted(store, id, deletedMs);
  }
}

/** Its conversation's delete does not take it any more, since it was accepted twice (SPEC DEL-31): it has a delete of its own, as of then. */
export function staysDeleted(ctx: StepContext, id: Uint8Array, { deletedMs, here }: Uncovered): void {
  if (here) {
    deleteOne(ctx, id, deletedMs, here);
    return;
  }
  // Also where a delete on this device alone hides it as well: that may be taken back.
  const payload = getPayload(ctx.store, 'messages', id);
  if (payload === undefined || (getRegister(payload, MessageField.DELETED)?.value.length ?? 0) > 0) return;
  const value = deletedValue(deletedMs, currentKeys(ctx).deviceId);
  writeRegister(ctx, 'messages', id, newPayload(KIND.message), MessageField.DELETED, value);
}

/** Takes back what `deleteOne` wrote at that time, and nothing else: not what another device, or another delete, has done to it since. */
export function undoOne(ctx: StepContext, id: Uint8Array, dates: readonly number[]): boolean {
  const { store } = ctx;
  const local = getLocalDelete(store, id);
  if (local !== undefined && dates.includes(local.deletedMs) && !local.gone) {
    removeLocalDelete(store, id);
    return true;
  }
  const payload = getPayload(store, 'messages', id);
  // Of a newer app's record the delete is only remembered (SPEC DEL-20): there is no register that could be cleared.
  if (payload !== undefined && deletedHow(store, id) === 'itself') requireWritable(payload);
  const now = payload === undefined ? undefined : getRegister(payload, MessageField.DELETED);
  const { deviceId } = currentKeys(ctx);
  if (now === undefined || !dates.some((ms) => equalBytes(now.value, deletedValue(ms, deviceId))))
    return false;
  writeRegister(ctx, 'messages', id, newPayload(KIND.message), MessageField.DELETED, CLEARED);
  return true;
}

/** Recover of a message that was deleted by itself, wherever that was. */
export function recoverOne(ctx: StepContext, id: Uint8Array): void {
  const { store } = ctx;
  const local = getLocalDelete(store, id);
  if (local !== undefined && !local.gone) {
    removeLocalDelete(store, id);
  }
  const payload = getPayload(store, 'messages', id);
  if (payload !== undefined) {
    if (deletedHow(store, id) === 'itself') requireWritable(payload);
    writeRegister(ctx, 'messages', id, newPayload(KIND.message), MessageField.DELETED, CLEARED);
  }
}

/**
 * A message that was deleted while it was on its way has come by mail or zone before its answer was heard: so it was accepted. It goes to
 * Recently Deleted in the transaction that brought it, and nobody sees it (SPEC SYN-72).
 */
export function deleteArrived(ctx: StepContext): void {
  const { store } = ctx;
  for (const { sendId, guid, deletedMs, here } of hiddenOnTheirWay(store)) {
    const id = messageRecordId(ctx, currentKeys(ctx).accountId, guid);
    if (messageRow(store, id) === undefined) {
      continue;
    }
    deleteAccepted(ctx, { id, guid }, deletedMs, here);
    // It goes on being asked for, unseen: the answer says whom it did not reach, should its delete be taken back (SPEC OUT-31).
    showOutbox(store, sendId);
    store.memory.accepted(sendId, id);
  }
}
