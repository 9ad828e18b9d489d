/**
 * A conversation's delete that comes from another device, and is older than a day, meets messages that this device alone has: whoever deleted the
 * conversation had never seen them. By that mark their thirty days would be over sooner than anybody could look, or be over already. Each gets a
 * delete of its own, as of now, before it goes up (SPEC DEL-32): the place of the mark says what is deleted, and they have thirty days of their own.
 * So has what comes under such a mark when that is known already: by mail that had lain, or since the answer to its sending was heard at last.
 *
 * In the sync worker. Which messages the cloud lacks is known at the zone's head and not before: what was met is kept with the zone until then, in
 * the transaction of the page that brought it.
 */
import { addLocalDelete } from '../../store/local-deletes.ts';
import { addNotice } from '../../store/notices.ts';
import type { PulledResult } from '../../store/pulled.ts';
import { goneWithConversation, onlyHereUnderMark } from '../../store/recently-deleted.ts';
import { comparePlaces, hex, NOWHERE, type Place, unhex } from '../../store/values.ts';
import { getZoneState, patchExtra } from '../../store/zone-state.ts';
import { deleteEverywhere, showAsDeleted } from '../commands/delete-one.ts';
import type { StepContext } from '../context.ts';

const DAY_MS = 24 * 3_600_000;

/** By conversation (hex): from where on its messages were not deleted before. JSON in `zone_state.extra`. */
type Met = Record<string, { ms: number; guid: string }>;

const savedMet = ({ store }: StepContext): Met =>
  (getZoneState(store, 'messages').extra['metMarks'] ?? {}) as Met;

const placeOf = ({ ms, guid }: Met[string]): Place => ({ ms, guid: unhex(guid) });

/** What a page brought. In its transaction. */
export function noteMarks(ctx: StepContext, marks: PulledResult['marks']): void {
  const now = ctx.writeClock.now();
  const old = marks.filter(({ deletedMs }) => deletedMs < now - DAY_MS);
  if (old.length === 0) return;
  meet(
    ctx,
    old.map(({ conversation, from }) => ({
      conversation,
      from: from === null ? NOWHERE : { ms: from.acceptedMs, guid: from.guid },
    })),
  );
}

/**
 * A message is new here, by mail or since it was accepted, and its conversation was deleted up to a later place. Where that is older than a day, it is met
 * at the zone's head as above; a delete on this device alone is met here and now. In the caller's transaction.
 */
export function noteLate(ctx: StepContext, id: Uint8Array): void {
  const { store } = ctx;
  const now = ctx.writeClock.now();
  const late = goneWithConversation(store, id);
  if (late === undefined || late.deletedMs >= now - DAY_MS) return;
  const { conversation, place, everywhere } = late;
  if (everywhere) meet(ctx, [{ conversation, from: { ms: place.ms - 1, guid: LAST_GUID } }]);
  else {
    addLocalDelete(store, id, now);
    say(ctx, conversation, place.ms);
  }
}

/** No message of that moment is later. */
const LAST_GUID = new Uint8Array(16).fill(255);

function meet(ctx: StepContext, marks: readonly { conversation: Uint8Array; from: Place }[]): void {
  const met = { ...savedMet(ctx) };
  for (const { conversation, from: place } of marks) {
    const key = hex(conversation);
    const known = met[key];
    if (known !== undefined && comparePlaces(known.ms, unhex(known.guid), place.ms, place.guid) <= 0)
      continue;
    met[key] = { ms: place.ms, guid: hex(place.guid) };
  }
  patchExtra(ctx.store, 'messages', { metMarks: met });
}

/** At the zone's head, before anything is pushed. Commands find room in between. */
export async function settleMarks(ctx: StepContext): Promise<void> {
  const { store, sizes } = ctx;
  for (const [conversation, from] of Object.entries(savedMet(ctx))) {
    for (let more = true; more; ) {
      more = store.write(() => {
        const ids = onlyHereUnderMark(store, unhex(conversation), placeOf(from), sizes.slice.marks);
        const deletedMs = ctx.writeClock.now();
        for (const id of ids) if (deleteEverywhere(ctx, id, deletedMs)) showAsDeleted(store, id, deletedMs);
        if (ids.length > 0) say(ctx, unhex(conversation), from.ms);
        if (ids.length < sizes.slice.marks) {
          const { [conversation]: _, ...left } = savedMet(ctx);
          patchExtra(store, 'messages', { metMarks: Object.keys(left).length === 0 ? undefined : left });
        }
        return ids.length === sizes.slice.marks;
      });
      if (more) await ctx.timers.breathe();
    }
  }
}

function say(ctx: StepContext, conversation: Uint8Array, fromMs: number): void {
  const key = `onlyHereDeleted:${hex(conversation)}:${fromMs}`;
  addNotice(ctx.store, key, 'onlyHereDeleted', ctx.clock.now());
}
