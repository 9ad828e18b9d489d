/**
 * The switch goes on again: what was deleted on this device alone meanwhile is deleted everywhere, or comes back here (SPEC SYN-36). In the
 * caller's transaction. Content that is no longer here is fetched from the zone before the switch is on (zones/refetch.ts).
 */
import { readConversationRegisters } from '../../../shared/model/conversation.ts';
import { isNewerSchema } from '../../../shared/model/payload.ts';
import { clearedValue, type Watermark } from '../../../shared/model/values.ts';
import { compareWatermarks } from '../../../shared/model/watermarks.ts';
import { ConversationField } from '../../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import { unreadable } from '../../store/bases.ts';
import { noteLetGo } from '../../store/let-go.ts';
import {
  anyExpired,
  forgetExpired,
  listLocalClears,
  listLocalDeletes,
  locallyClearedIds,
  removeLocalClear,
  removeLocalDelete,
  takeOverLocalDelete,
} from '../../store/local-deletes.ts';
import { answerHidden } from '../../store/outbox-hidden.ts';
import { deleteForGood, getPayload } from '../../store/records.ts';
import { rememberDeleteBy } from '../../store/remembered-deletes.ts';
import { getZoneState } from '../../store/zone-state.ts';
import type { StepContext } from '../context.ts';
import type { DeletedHere } from '../status-types.ts';
import { conversationRecordId, currentKeys } from '../zones/names.ts';
import { switchIsOn, writeConversation } from './conversations.ts';
import { deletedRegister, deleteEverywhere, showAsDeleted } from './delete-one.ts';

export function answerDeletedHere(ctx: StepContext, answer: DeletedHere): void {
  const { store } = ctx;
  if (switchIsOn(ctx)) {
    return;
  }
  const everywhere = answer === 'everywhere';
  // A mark is of all that is older. Where not all of that was here (never walked, or expired here), it would delete what nobody deleted (KEEP-10).
  const byMark =
    getZoneState(store, 'messages').phase === 'following' &&
    !anyExpired(store) &&
    unreadable(store, 'messages', 1).length === 0;
  const markable = (conversation: Uint8Array): boolean => {
    const record = getPayload(store, 'messages', conversationRecordId(ctx, conversation));
    return byMark && (record === undefined || !isNewerSchema(record));
  };
  // Nobody deleted these: they were kept here for a shorter time than the account keeps them.
  forgetExpired(store);
  let forGood = 0;
  for (const { id, deletedMs, gone, name, conversation } of listLocalDeletes(store)) {
    if (everywhere && name !== null) {
      // It expired on this device, and nobody deleted it for good: fetched again, it lies in Recently Deleted like on the others, or under the mark
      // that is written below. Whether its thirty days are over is for the tidying, by both clocks (SPEC SYN-28).
      const asOfMs = conversation === null ? null : deletedMs;
      if (conversation === null || !markable(conversation))
        rememberDeleteBy(store, name, deletedRegister(ctx, deletedMs, asOfMs), true);
    } else if (everywhere && gone) {
      deleteForGood(store, 'messages', id, { push: true, byPerson: true, nowMs: deletedMs });
      forGood += 1;
    } else if (everywhere && getPayload(store, 'messages', id) !== undefined) {
      if (deleteEverywhere(ctx, id, deletedMs)) {
        takeOverLocalDelete(store, id);
        continue;
      }
    }
    removeLocalDelete(store, id);
  }
  for (const { conversation, upToMs, upToGuid, deletedMs } of listLocalClears(store)) {
    const mark = { acceptedMs: upToMs, guid: upToGuid };
    // Never back behind what was deleted elsewhere: what is known of that is compared, and what is not known yet is later than this.
    if (everywhere && !markable(conversation)) {
      for (const id of locallyClearedIds(store, conversation)) {
        // It shows as it was known last: into Recently Deleted with it, before the mark that hides it goes.
        if (deleteEverywhere(ctx, id, deletedMs, deletedMs)) showAsDeleted(store, id, deletedMs);
      }
    } else if (everywhere && !isClearedUpTo(ctx, conversation, mark)) {
      const value = clearedValue(mark, deletedMs, currentKeys(ctx).deviceId);
      writeConversation(ctx, conversation, ConversationField.CLEARED_UP_TO, value, deletedMs);
    }
    removeLocalClear(store, conversation);
  }
  noteLetGo(store, 'person', forGood, ctx.clock.now());
  answerHidden(store, everywhere);
  store.changes.flag('recentlyDeleted');
}

/** Whether the conversation, as far as is known here, is deleted everywhere up to this place or further. */
function isClearedUpTo(ctx: StepContext, conversation: Uint8Array, place: Watermark): boolean {
  const payload = getPayload(ctx.store, 'messages', conversationRecordId(ctx, conversation));
  const cleared = payload === undefined ? null : readConversationRegisters(payload).clearedUpTo;
  return cleared !== null && compareWatermarks(cleared.upTo, place) >= 0;
}
