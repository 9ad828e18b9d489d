/**
 * Delete, Recover, Delete Now. Switch on: a register of the message's record, and tombstones for good. Switch off: a table of this device
 * alone; nothing of it ever becomes a register by itself (SPEC SYN-26).
 */
import { fromHex } from '../../../shared/crypto/bytes.ts';
import { newPayload } from '../../../shared/model/payload.ts';
import { deletedValue } from '../../../shared/model/values.ts';
import { ConversationField, MessageField } from '../../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import {
  addLocalDelete,
  isLocallyDeleted,
  listLocalClears,
  removeLocalClear,
  removeLocalDelete,
} from '../../store/local-deletes.ts';
import { messageRow } from '../../store/messages.ts';
import { addNotice } from '../../store/notices.ts';
import { getOutbox, removeOutbox } from '../../store/outbox.ts';
import { deletedHow } from '../../store/recently-deleted.ts';
import { deleteForGood as deleteRecord, getPayload, isGone } from '../../store/records.ts';
import { KIND, plain, sameBytes } from '../../store/values.ts';
import type { StepContext } from '../context.ts';
import { SyncFailure } from '../failure.ts';
import type { CommandInput } from '../protocol.ts';
import { currentKeys } from '../zones/names.ts';
import { switchIsOn, writeConversation } from './conversations.ts';
import { deletedAt } from './deleted-at.ts';
import { CLEARED, writeRegister } from './registers.ts';

export function deleteMessages(ctx: StepContext, input: CommandInput<'deleteMessages'>): void {
  const { store } = ctx;
  const now = deletedAt(ctx);
  const travels = switchIsOn(ctx);
  let deleted = 0;
  let onItsWay = false;
  store.write(() => {
    for (const hexId of input.ids) {
      const id = fromHex(hexId);
      // Its request may have been accepted already: deleted here, it would come back with the answer. It can go once that is known.
      const waiting = getOutbox(store, id);
      if (waiting?.state === 'sending' && waiting.sealed !== null) {
        onItsWay = true;
        continue;
      }
      // A message that was never accepted is nowhere else: it just goes.
      if (removeOutbox(store, id)) {
        deleted += 1;
        continue;
      }
      // Of several, one may have gone meanwhile: that is no reason to keep the others.
      if (messageRow(store, id) === undefined) {
        continue;
      }
      deleted += 1;
      if (travels) {
        const value = deletedValue(now, currentKeys(ctx).deviceId);
        writeRegister(ctx, 'messages', id, newPayload(KIND.message), MessageField.DELETED, value);
      } else {
        addLocalDelete(store, id, now);
      }
    }
    store.changes.flag('recentlyDeleted');
  });
  if (deleted === 0 && onItsWay) {
    throw new SyncFailure('onItsWay', 'This message is on its way; delete it when it has arrived.');
  }
  if (deleted === 0) {
    throw new SyncFailure('noMessage', 'This message is not on this device any more.');
  }
}

export function recoverMessages(ctx: StepContext, input: CommandInput<'recoverMessages'>): void {
  const { store } = ctx;
  store.write(() => {
    for (const hexId of input.ids) {
      const id = fromHex(hexId);
      const how = deletedHow(store, id);
      if (how === 'withConversation') {
        recoverConversation(ctx, id);
      } else if (how === 'itself') {
        recoverOne(ctx, id);
      } else if (isGone(store, 'messages', id)) {
        addNotice(store, `recoverLost:${hexId}`, 'recoverLost', ctx.clock.now(), { id: hexId });
      }
    }
    store.changes.flag('recentlyDeleted');
  });
}

function recoverOne(ctx: StepContext, id: Uint8Array): void {
  const { store } = ctx;
  if (isLocallyDeleted(store, id)) {
    removeLocalDelete(store, id);
    return;
  }
  if (getPayload(store, 'messages', id) !== undefined) {
    writeRegister(ctx, 'messages', id, newPayload(KIND.message), MessageField.DELETED, CLEARED);
  }
}

/** It went with its conversation: the clear mark is taken back. */
function recoverConversation(ctx: StepContext, id: Uint8Array): void {
  const { store } = ctx;
  const row = messageRow(store, id);
  const guid =
    row && store.get<{ guid: Uint8Array }>('SELECT guid FROM conversation WHERE cid = ?', row.cid)?.guid;
  if (guid === undefined) {
    return;
  }
  const conversation = plain(guid);
  if (listLocalClears(store).some((local) => sameBytes(local.conversation, conversation))) {
    removeLocalClear(store, conversation);
  }
  if (deletedHow(store, id) === 'withConversation') {
    writeConversation(ctx, conversation, ConversationField.CLEARED_UP_TO, CLEARED);
  }
}

/** Delete Now: a person's word, unconditional. */
export function deleteForGood(ctx: StepContext, input: CommandInput<'deleteForGood'>): void {
  const { store } = ctx;
  const nowMs = ctx.writeClock.now();
  const push = switchIsOn(ctx);
  store.write(() => {
    for (const hexId of input.ids) {
      const id = fromHex(hexId);
      if (push) {
        deleteRecord(store, 'messages', id, { push: true, byPerson: true, nowMs });
      } else {
        addLocalDelete(store, id, nowMs, true);
      }
    }
    store.changes.flag('recentlyDeleted');
  });
  // The pages that held the text are overwritten (secure_delete) and leave the log file too.
  store.checkpoint(true);
}
