/**
 * The clock turns out to have been behind: what was deleted meanwhile, and has not left this device, was deleted just now as far as anybody
 * can know. By the wrong date its thirty days would be over before anybody has seen it in Recently Deleted (SPEC SYN-98). In the sync worker,
 * called by the runner at the moment when a clock is found wrong; nothing is pushed while it is (SYN-12).
 *
 * What was deleted by a clock that was right, before it was set back, gets the later date as well: it stays a little longer.
 */
import { readConversationRegisters } from '../../../shared/model/conversation.ts';
import { newPayload } from '../../../shared/model/payload.ts';
import { clearedValue, deletedValue } from '../../../shared/model/values.ts';
import { ConversationField, MessageField } from '../../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import { getPayload } from '../../store/records.ts';
import { redateOutbox, unpushedDeletesBefore } from '../../store/unpushed-deletes.ts';
import { KIND } from '../../store/values.ts';
import type { StepContext } from '../context.ts';
import { conversationRecordId, currentKeys } from '../zones/names.ts';
import { writeConversation } from './conversations.ts';
import { writeRegister } from './registers.ts';

/** A transaction of its own. `cloudMs`: the time, as the cloud has said it. */
export function redateDeletes(ctx: StepContext, cloudMs: number): void {
  const { store } = ctx;
  const { deviceId } = currentKeys(ctx);
  const nowMs = Math.floor(cloudMs);
  store.write(() => {
    const { messages, conversations } = unpushedDeletesBefore(store, nowMs, deviceId);
    for (const id of messages) {
      const value = deletedValue(nowMs, deviceId);
      writeRegister(ctx, 'messages', id, newPayload(KIND.message), MessageField.DELETED, value);
    }
    for (const guid of conversations) {
      const payload = getPayload(store, 'messages', conversationRecordId(ctx, guid));
      const cleared = payload === undefined ? null : readConversationRegisters(payload).clearedUpTo;
      if (cleared === null) continue;
      const value = clearedValue(cleared.upTo, nowMs, deviceId);
      writeConversation(ctx, guid, ConversationField.CLEARED_UP_TO, value);
    }
    redateOutbox(store, nowMs);
  });
}
