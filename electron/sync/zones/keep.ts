/**
 * Keep Messages: what is older than it goes, on whichever device is there (SPEC KEEP-*). With the switch on it is the account's setting and
 * the delete is conditional on the record as the cloud has it; with the switch off it is this device's own and nothing travels.
 */
import { markExpired } from '../../../shared/model/conversation.ts';
import { expiredBefore, type Keep, NOTICE_MS } from '../../../shared/model/keep-messages.ts';
import { isNewerSchema } from '../../../shared/model/payload.ts';
import { newSettings } from '../../../shared/model/settings.ts';
import { keepMessagesValue } from '../../../shared/model/values.ts';
import { SettingsField } from '../../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import { getDirty, markDirty } from '../../store/dirty.ts';
import { getKeep, type KeepScope, messagesBefore, setOwnKeep } from '../../store/keep-messages.ts';
import { noteLetGo } from '../../store/let-go.ts';
import { expireHere } from '../../store/local-deletes.ts';
import { getMeta, setMeta } from '../../store/meta.ts';
import { getPayload, putMerged } from '../../store/records.ts';
import { getAccountSettings } from '../../store/settings.ts';
import { writeRegister } from '../commands/registers.ts';
import type { StepContext } from '../context.ts';
import { conversationRecordId, settingsRecordId } from './names.ts';

/**
 * Lets a slice of what is older than Keep Messages go. `agreedMs`: the earlier of the cloud's time and the device's. The caller has made
 * sure that the zone is at its head, or that the switch is off. True when there may be more.
 */
export function expireMessages(ctx: StepContext, scope: KeepScope, agreedMs: number): boolean {
  const { store } = ctx;
  if (scope === 'device') {
    renewNotice(ctx, scope, agreedMs);
  }
  const beforeMs = expiredBefore(getKeep(store, scope), agreedMs);
  if (beforeMs === null || (scope === 'account' && notYetInCloud(ctx))) {
    return false;
  }
  const travels = scope === 'account';
  const { machine, machineHere } = ctx.sizes.slice;
  const { messages, more } = messagesBefore(store, beforeMs, travels ? machine : machineHere, travels);
  store.write(() => {
    noteLetGo(store, 'keepMessages', messages.length, ctx.clock.now(), beforeMs);
    for (const cid of new Set(messages.map((one) => one.cid))) {
      const state = store.memory.conversationByCid(cid);
      // Nothing newer is shown: it leaves the list, and the next message starts it anew.
      if (state.lastMs >= beforeMs) {
        continue;
      }
      if (travels) {
        expireConversation(ctx, state.guid);
      } else {
        state.setExpired(store);
      }
    }
    for (const { id, rev } of messages) {
      if (travels) markDirty(store, 'messages', id, 'delete', 0, rev);
      else expireHere(store, id, ctx.clock.now());
    }
  });
  return more;
}

/** A setting that the cloud has not taken yet deletes nothing: the other devices could not know of it. */
function notYetInCloud({ store }: StepContext): boolean {
  const { recordId } = getAccountSettings(store);
  return recordId === null || getDirty(store, 'account', recordId) !== undefined;
}

function expireConversation(ctx: StepContext, guid: Uint8Array): void {
  const id = conversationRecordId(ctx, guid);
  const payload = getPayload(ctx.store, 'messages', id);
  if (payload !== undefined && !isNewerSchema(payload)) {
    putMerged(ctx.store, 'messages', id, markExpired(payload), { dirty: true });
  }
}

const ASKED = 'keepMessagesAsked';
/** So long ago a setting may have been chosen and still be what was meant by its date; the tidying that looks at it is within it. */
const LATE_MS = 15 * 60_000;

type Asked = { scope: KeepScope; keep: Keep; askedMs: number };

/** A person chose it here. In the caller's transaction. */
export function writeKeep(ctx: StepContext, scope: KeepScope, keep: Keep, askedMs: number): void {
  if (scope === 'account') {
    const value = keepMessagesValue(keep.days, keep.effectiveMs, keep.beforeDays);
    writeRegister(ctx, 'account', settingsRecordId(ctx), newSettings(), SettingsField.KEEP_MESSAGES, value);
  } else {
    setOwnKeep(ctx.store, keep);
  }
  const asked: Asked = { scope, keep, askedMs };
  setMeta(ctx.store, ASKED, JSON.stringify(asked));
}

/**
 * A setting that was chosen while the cloud was away, or by a clock that has been set since, gets its day from now on, and until then
 * nothing expires: what the other devices have heard of all that time is not known here, and the day's notice is theirs too. Called
 * before the account zone is pushed, and of a device's own setting before it is acted upon: both clocks agree on `nowMs` by then.
 */
export function renewNotice(ctx: StepContext, scope: KeepScope, nowMs: number): void {
  const { store } = ctx;
  const text = getMeta(store, ASKED);
  const asked = text === null ? null : (JSON.parse(text) as Asked);
  if (asked?.scope !== scope) {
    return;
  }
  const keep = getKeep(store, scope);
  const ours = keep.days === asked.keep.days && keep.effectiveMs === asked.keep.effectiveMs;
  const late = keep.days !== 0 && Math.abs(nowMs - asked.askedMs) > LATE_MS;
  const open = ours && (scope === 'device' || notYetInCloud(ctx));
  store.write(() => {
    if (open && late) {
      writeKeep(ctx, scope, { days: keep.days, effectiveMs: nowMs + NOTICE_MS, beforeDays: 0 }, nowMs);
    }
    // Of the account it is looked at until the cloud has it; a device's own has its date now.
    if (!open || scope === 'device') {
      setMeta(store, ASKED, null);
    }
  });
}
