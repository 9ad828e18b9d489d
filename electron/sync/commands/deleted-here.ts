/**
 * The switch goes on again: what was deleted on this device alone meanwhile is deleted everywhere, or comes back here (SPEC SYN-36). In the
 * caller's transaction. Content that is no longer here is fetched from the zone before the switch is on (zones/refetch.ts).
 */
import { readConversationRegisters } from '../../../shared/model/conversation.ts';
import { newPayload } from '../../../shared/model/payload.ts';
import { clearedValue, deletedValue, type Watermark } from '../../../shared/model/values.ts';
import { compareWatermarks } from '../../../shared/model/watermarks.ts';
import { ConversationField, MessageField } from '../../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import {
  forgetExpired,
  listLocalClears,
  listLocalDeletes,
  removeLocalClear,
  removeLocalDelete,
} from '../../store/local-deletes.ts';
import { answerHidden } from '../../store/outbox-hidden.ts';
import { deleteForGood, getPayload } from '../../store/records.ts';
import { KIND } from '../../store/values.ts';
import type { StepContext } from '../context.ts';
import type { DeletedHere } from '../status-types.ts';
import { conversationRecordId, currentKeys } from '../zones/names.ts';
import { switchIsOn, writeConversation } from './conversations.ts';
import { writeRegister } from './registers.ts';

export function answerDeletedHere(ctx: StepContext, answer: DeletedHere): void {
  const { store } = ctx;
  if (switchIsOn(ctx)) {
    return;
  }
  const everywhere = answer === 'everywhere';
  // Nobody deleted these: they were kept here for a shorter time than the account keeps them.
  forgetExpired(store);
  for (const { id, deletedMs, gone } of listLocalDeletes(store)) {
    if (everywhere && gone) {
      deleteForGood(store, 'messages', id, { push: true, byPerson: true, nowMs: deletedMs });
    } else if (everywhere && getPayload(store, 'messages', id) !== undefined) {
      const value = deletedValue(deletedMs, currentKeys(ctx).deviceId);
      writeRegister(ctx, 'messages', id, newPayload(KIND.message), MessageField.DELETED, value);
    }
    removeLocalDelete(store, id);
  }
  for (const { conversation, upToMs, upToGuid, deletedMs } of listLocalClears(store)) {
    const mark = { acceptedMs: upToMs, guid: upToGuid };
    // Never back behind what was deleted elsewhere: what is known of that is compared, and what is not known yet is later than this.
    if (everywhere && !isClearedUpTo(ctx, conversation, mark)) {
      const value = clearedValue(mark, deletedMs, currentKeys(ctx).deviceId);
      writeConversation(ctx, conversation, ConversationField.CLEARED_UP_TO, value, deletedMs);
    }
    removeLocalClear(store, conversation);
  }
  answerHidden(store, everywhere);
  store.changes.flag('recentlyDeleted');
}

/** Whether the conversation, as far as is known here, is deleted everywhere up to this place or further. */
function isClearedUpTo(ctx: StepContext, conversation: Uint8Array, place: Watermark): boolean {
  const payload = getPayload(ctx.store, 'messages', conversationRecordId(ctx, conversation));
  const cleared = payload === undefined ? null : readConversationRegisters(payload).clearedUpTo;
  return cleared !== null && compareWatermarks(cleared.upTo, place) >= 0;
}
