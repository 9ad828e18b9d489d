/**
 * Undo of a delete: what it took is remembered in memory, for as long as somebody may still press the button, and is forgotten when the app
 * ends. Undo brings back exactly that (SPEC SYN-70): a message only if its delete is still the one that was made here, a conversation's mark
 * as it was before. With the switch on it travels as any Recover does.
 */
import { equalBytes, toHex } from '../../../shared/crypto/bytes.ts';
import { getRegister } from '../../../shared/model/payload.ts';
import { clearedValue, restoredValue, type Watermark } from '../../../shared/model/values.ts';
import { ConversationField, ReadingField } from '../../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import {
  getLocalClear,
  type LocalClear,
  removeLocalClear,
  setLocalClear,
} from '../../store/local-deletes.ts';
import { messageRow } from '../../store/messages.ts';
import type { Store } from '../../store/open.ts';
import { settleHidden, showOutbox } from '../../store/outbox-hidden.ts';
import { getPayload } from '../../store/records.ts';
import type { Random, StepContext } from '../context.ts';
import { SyncFailure } from '../failure.ts';
import type { CommandInput, CommandResult } from '../protocol.ts';
import type { Timers } from '../run/timers.ts';
import { conversationRecordId, currentKeys, messageRecordId, readingRecordId } from '../zones/names.ts';
import { writeConversation, writeReading } from './conversations.ts';
import { undoOne } from './delete-one.ts';
import { inSlices } from './slices.ts';
import { SpareNewer } from './spare-newer.ts';

/** Longer than the button shows: that waits while somebody points at it. */
export const UNDO_KEPT_MS = 5 * 60_000;
const KEPT_AT_ONCE = 50;
const AGAIN_MS = 60_000;

/** What one delete took. */
export type Taken = {
  deletedMs: number;
  /** Later dates that it may have got since, where the clock was found to have been behind (redate-deletes.ts). */
  redatedMs: number[];
  /** Of messages that were deleted by themselves: their record ids, and what those are made from, since a new generation has others. */
  messages: { id: Uint8Array; sender: Uint8Array; guid: Uint8Array }[];
  /** Messages that were in the outbox. */
  waiting: { sendId: Uint8Array; guid: Uint8Array }[];
  conversation: TakenConversation | null;
};

export type TakenConversation = {
  guid: Uint8Array;
  /** How many messages went with it. */
  messages: number;
  /** The mark that this delete wrote, and what stood there before, for all devices and for this one alone; null: it wrote none. */
  mark: { upTo: Watermark; before: Uint8Array; beforeHere: LocalClear | null } | null;
  /** The draft as it was; the stamp of its clearing. */
  draft: { before: Uint8Array; stamp: bigint } | null;
};

export class UndoBook {
  readonly #kept = new Map<string, { taken: Taken; cancel: () => void }>();
  readonly #store: Store;
  readonly #timers: Timers;
  readonly #random: Random;
  #stopped = false;

  constructor(store: Store, timers: Timers, random: Random) {
    this.#store = store;
    this.#timers = timers;
    this.#random = random;
  }

  /** Gives the id to undo it by. */
  keep(taken: Taken): string {
    const id = toHex(this.#random(16));
    this.#remember(id, taken, UNDO_KEPT_MS);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT_AT_ONCE && oldest !== undefined) {
      this.#over(oldest);
    }
    return id;
  }

  /** Once: undefined when it is too late. */
  take(id: string): Taken | undefined {
    const kept = this.#kept.get(id);
    kept?.cancel();
    this.#kept.delete(id);
    return kept?.taken;
  }

  /** What had not left this device is deleted as of `nowMs` by now, and what had is not: Undo knows either. */
  redated(nowMs: number): void {
    for (const { taken } of this.#kept.values()) if (taken.deletedMs < nowMs) taken.redatedMs.push(nowMs);
  }

  /** It could not be done: it can be asked for again. */
  giveBack(id: string, taken: Taken): void {
    if (!this.#stopped) this.#remember(id, taken, UNDO_KEPT_MS);
  }

  #remember(id: string, taken: Taken, ms: number): void {
    const cancel = this.#timers.after(ms, () => this.#over(id));
    this.#kept.set(id, { taken, cancel });
  }

  #over(id: string): void {
    const taken = this.take(id);
    if (taken === undefined || taken.waiting.length === 0) {
      return;
    }
    try {
      this.#store.write(() => {
        for (const { sendId } of taken.waiting) {
          settleHidden(this.#store, sendId);
        }
      });
    } catch {
      // A full disk, say. Nobody waits for this, and nobody above would catch it: they stay hidden until it goes, or until the next start.
      if (!this.#stopped) {
        this.#remember(id, taken, AGAIN_MS);
      }
    }
  }

  stop(): void {
    this.#stopped = true;
    for (const { cancel } of this.#kept.values()) {
      cancel();
    }
    this.#kept.clear();
  }
}

/** What a delete needs besides the context of every command. */
export type DeleteContext = { ctx: StepContext; undos: UndoBook; breathe(): Promise<void> };

export async function undoDelete(
  on: DeleteContext,
  input: CommandInput<'undoDelete'>,
): Promise<CommandResult<'undoDelete'>> {
  const taken = on.undos.take(input.undo);
  if (taken === undefined) {
    throw new SyncFailure('undoOver', 'It is too late to undo this.');
  }
  try {
    return await showAgain(on, taken);
  } catch (error) {
    // What waited to be sent is in no Recently Deleted: nothing else brings it back.
    on.undos.giveBack(input.undo, taken);
    throw error;
  }
}

async function showAgain(
  { ctx, breathe }: DeleteContext,
  taken: Taken,
): Promise<CommandResult<'undoDelete'>> {
  const { store } = ctx;
  const { conversation } = taken;
  const dates = [taken.deletedMs, ...taken.redatedMs];
  let back = 0;
  const spare = new SpareNewer();
  const show = ({ sendId, guid }: Taken['waiting'][number]): boolean =>
    showOutbox(store, sendId) || undoOne(ctx, messageRecordId(ctx, currentKeys(ctx).accountId, guid), dates);
  store.write(() => {
    if (conversation !== null && undoConversation(ctx, conversation, dates)) {
      back += conversation.messages;
    }
    for (const one of taken.waiting)
      spare.do(() => {
        back += show(one) ? 1 : 0;
      });
    store.changes.flag('recentlyDeleted');
  });
  const nowCalled = ({ id, sender, guid }: Taken['messages'][number]): Uint8Array =>
    messageRow(store, id) === undefined ? messageRecordId(ctx, sender, guid) : id;
  await inSlices(ctx, breathe, taken.messages, (one) =>
    spare.do(() => {
      back += undoOne(ctx, nowCalled(one), dates) ? 1 : 0;
    }),
  );
  ctx.signal({ type: 'outbox' });
  spare.orSay(back);
  return { messages: back, newer: spare.left };
}

/** Its draft comes back, unless another one was written since; its mark, unless it is another delete's by now. */
function undoConversation(ctx: StepContext, taken: TakenConversation, dates: readonly number[]): boolean {
  const { store } = ctx;
  const { guid, mark, draft } = taken;
  if (draft !== null) {
    const payload = getPayload(store, 'messages', readingRecordId(ctx, guid));
    const now = payload === undefined ? undefined : getRegister(payload, ReadingField.DRAFT);
    if (now?.stamp === draft.stamp) {
      writeReading(ctx, guid, ReadingField.DRAFT, draft.before);
    }
  }
  if (mark === null) {
    return false;
  }
  const here = getLocalClear(store, guid);
  if (here !== undefined && dates.includes(here.deletedMs)) {
    if (mark.beforeHere === null) {
      removeLocalClear(store, guid);
    } else {
      setLocalClear(store, mark.beforeHere);
    }
    return true;
  }
  const payload = getPayload(store, 'messages', conversationRecordId(ctx, guid));
  const now = payload === undefined ? undefined : getRegister(payload, ConversationField.CLEARED_UP_TO);
  const { deviceId } = currentKeys(ctx);
  // As it was written, or as the Undo of a later delete put it back.
  const isOurs = (ms: number) =>
    now !== undefined &&
    [false, true].some((restored) => equalBytes(now.value, clearedValue(mark.upTo, ms, deviceId, restored)));
  if (!dates.some(isOurs)) return false;
  writeConversation(ctx, guid, ConversationField.CLEARED_UP_TO, restoredValue(mark.before));
  return true;
}
