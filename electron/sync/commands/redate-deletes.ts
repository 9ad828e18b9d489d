/**
 * The clock turns out to have been behind: what was deleted meanwhile, and has not left this device, was deleted just now as far as anybody
 * can know. By the wrong date its thirty days would be over before anybody has seen it in Recently Deleted (SPEC SYN-98). In the sync worker,
 * called by assemble.ts when a clock is found wrong (nothing is pushed while it is, SYN-12), and when the cloud's time is heard after a delete by
 * a clock that was behind for certain (deleted-at.ts): it may have been set since, and be right when it is first compared.
 *
 * What was deleted by a clock that was right, before it was set back, gets the later date as well: it stays a little longer. Not so what was
 * deleted on this device alone, with the switch off: that never leaves it, and only what is in doubt gets another date.
 */
import { readConversationRegisters } from '../../../shared/model/conversation.ts';
import { newPayload } from '../../../shared/model/payload.ts';
import { clearedValue, deletedValue } from '../../../shared/model/values.ts';
import { ConversationField, MessageField } from '../../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import {
  listLocalClears,
  listLocalDeletes,
  redateLocalDelete,
  setLocalClear,
} from '../../store/local-deletes.ts';
import type { Store } from '../../store/open.ts';
import { getPayload } from '../../store/records.ts';
import { redateOutbox, unpushedDeletesBefore } from '../../store/unpushed-deletes.ts';
import { KIND } from '../../store/values.ts';
import type { StepContext } from '../context.ts';
import { conversationRecordId, currentKeys } from '../zones/names.ts';
import { writeConversation } from './conversations.ts';
import { doubtedSince, forgetDoubt } from './deleted-at.ts';
import { writeRegister } from './registers.ts';

/** A transaction of its own. `cloudMs`: the time, as the cloud has said it. Gives the date, in whole milliseconds. */
export function redateDeletes(ctx: StepContext, cloudMs: number): number {
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
      const value = clearedValue(cleared.upTo, nowMs, deviceId, cleared.restored);
      writeConversation(ctx, guid, ConversationField.CLEARED_UP_TO, value);
    }
    redateOutbox(store, nowMs);
    const since = doubtedSince(store);
    if (since === null) return;
    redateHere(store, since, nowMs);
    forgetDoubt(store);
  });
  return nowMs;
}

/** What was deleted with the switch off, and is dated from `sinceMs` on. In the caller's transaction. */
function redateHere(store: Store, sinceMs: number, nowMs: number): void {
  const doubted = ({ deletedMs }: { deletedMs: number }) => deletedMs >= sinceMs && deletedMs < nowMs;
  for (const { id } of listLocalDeletes(store).filter(
    (one) => (!one.gone || one.name !== null) && doubted(one),
  ))
    redateLocalDelete(store, id, nowMs);
  for (const clear of listLocalClears(store).filter(doubted))
    setLocalClear(store, { ...clear, deletedMs: nowMs });
}
