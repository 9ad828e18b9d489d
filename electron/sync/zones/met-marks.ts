/**
 * A conversation's delete that comes from another device, and is older than a day, meets messages that this device alone has: whoever deleted the
 * conversation had never seen them. By that mark their thirty days would be over sooner than anybody could look, or be over already. Each gets a
 * delete of its own, as of now, before it goes up (SPEC DEL-32): the place of the mark says what is deleted, and they have thirty days of their own.
 *
 * In the sync worker. Which messages the cloud lacks is known at the zone's head and not before: what was met is kept with the zone until then, in
 * the transaction of the page that brought it.
 */
import { newPayload } from '../../../shared/model/payload.ts';
import { deletedValue } from '../../../shared/model/values.ts';
import { MessageField } from '../../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import { addNotice } from '../../store/notices.ts';
import type { PulledResult } from '../../store/pulled.ts';
import { onlyHereUnderMark } from '../../store/recently-deleted.ts';
import { comparePlaces, hex, KIND, NOWHERE, type Place, unhex } from '../../store/values.ts';
import { getZoneState, patchExtra } from '../../store/zone-state.ts';
import { writeRegister } from '../commands/registers.ts';
import type { StepContext } from '../context.ts';
import { currentKeys } from './names.ts';

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
  const met = { ...savedMet(ctx) };
  for (const { conversation, from } of old) {
    const key = hex(conversation);
    const place = from === null ? NOWHERE : { ms: from.acceptedMs, guid: from.guid };
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
        const value = deletedValue(ctx.writeClock.now(), currentKeys(ctx).deviceId);
        for (const id of ids)
          writeRegister(ctx, 'messages', id, newPayload(KIND.message), MessageField.DELETED, value);
        if (ids.length > 0)
          addNotice(store, `onlyHereDeleted:${conversation}:${from.ms}`, 'onlyHereDeleted', ctx.clock.now());
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
