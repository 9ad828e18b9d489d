/**
 * What was deleted for good in one generation of the messages zone stays deleted in all of them, whoever brings it back (SPEC SYN-32, SYN-151).
 * A tombstone keeps the id that its record had, since nobody knows any more the name that another id could be made of: a message is looked for
 * under each id that it ever had.
 *
 * In the sync worker. A message that comes is looked for at once, in the transaction of its page. A tombstone that comes late (a device goes on
 * after a purge, and offers those of before) is a question to all messages that are here: it is kept with the zone until the zone's head is
 * reached, and is asked once for all such tombstones.
 */
import { toHex } from '../../../shared/crypto/bytes.ts';
import { getRegister, type Payload } from '../../../shared/model/payload.ts';
import { decodePayload } from '../../../shared/model/payload-codec.ts';
import { MessageField } from '../../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import { noteLetGo } from '../../store/let-go.ts';
import { addNotice } from '../../store/notices.ts';
import type { Pulled } from '../../store/pulled.ts';
import { deleteForGood, getPayload, recordRow } from '../../store/records.ts';
import { messageNames } from '../../store/rename.ts';
import { KIND } from '../../store/values.ts';
import { getZoneState, patchExtra } from '../../store/zone-state.ts';
import type { StepContext } from '../context.ts';
import { FIRST_GENERATION, highestGeneration, isGoneForAll } from './names.ts';
import { nameOf } from './rename.ts';
import { inSlices } from './zone-call.ts';

const ZONE = 'messages';

/** Whether records here were ever named otherwise than now. */
const wasRenamed = ({ store }: StepContext): boolean => highestGeneration(store, ZONE) > FIRST_GENERATION;

/**
 * Before a page is written: whether a tombstone among these is news here, and may be of something that is here under another id. The cloud has it in
 * its first version, since no record was ever under that id in this generation. In the page's transaction.
 */
export function noteEarlier(ctx: StepContext, items: readonly Pulled[]): void {
  const { store } = ctx;
  if (!wasRenamed(ctx) || getZoneState(store, ZONE).extra['lookBack'] === true) return;
  const isNews = (item: Pulled): boolean =>
    // One that came damaged before has a row, without content.
    'gone' in item && item.rev === 1 && recordRow(store, ZONE, item.id)?.gone !== 1;
  if (items.some(isNews)) patchExtra(store, ZONE, { lookBack: true });
}

/**
 * What was deleted for good in another generation, and comes back from a device that had kept it, or with the cloud's backup: it goes. Not so what this
 * device alone has let go of: the zone is pulled while the switch goes off, and that is nobody else's delete (SYN-26). In the page's transaction.
 */
export function keepGone(ctx: StepContext, items: readonly Pulled[], nowMs: number): void {
  if (!wasRenamed(ctx)) return;
  let again = 0;
  for (const item of items) {
    if ('gone' in item) continue;
    const payload = item.payload ?? decodePayload(item.bytes, ctx.store.schema);
    const name = payload.kind === KIND.message ? nameOf(payload) : null;
    if (name !== null && isGoneForAll(ctx, ZONE, KIND.message, name) && letGo(ctx, item.id, nowMs))
      again += 1;
  }
  noteLetGo(ctx.store, 'earlierGeneration', again, nowMs);
}

/** At the zone's head. In slices, with room for commands between them; one that a restart cuts short begins again. */
export async function settleEarlier(ctx: StepContext): Promise<void> {
  const { store } = ctx;
  if (getZoneState(store, ZONE).extra['lookBack'] !== true) return;
  await inSlices(ctx, (after) =>
    store.write(() => {
      const now = ctx.clock.now();
      const rows = messageNames(store, after, ctx.sizes.slice.lookBack);
      let again = 0;
      for (const { id, sender, guid } of rows) {
        if (!isGoneForAll(ctx, ZONE, KIND.message, [sender, guid])) continue;
        const before = getPayload(store, ZONE, id);
        if (!letGo(ctx, id, now)) continue;
        again += 1;
        if (before !== undefined && wasRecovered(before)) noteRecoverLost(ctx, id);
      }
      noteLetGo(store, 'earlierGeneration', again, now);
      if (rows.length === ctx.sizes.slice.lookBack) return rows[rows.length - 1]!.rid;
      patchExtra(store, ZONE, { lookBack: undefined });
      return null;
    }),
  );
  ctx.signal({ type: 'committed' });
}

const letGo = ({ store }: StepContext, id: Uint8Array, nowMs: number): boolean =>
  deleteForGood(store, ZONE, id, { push: true, byPerson: true, nowMs });

/** A message's local content says "not deleted", written by a person: should a tombstone win over it, that is said. */
export function wasRecovered(content: Payload): boolean {
  const deleted = getRegister(content, MessageField.DELETED);
  return deleted !== undefined && deleted.value.length === 0;
}

/** A person had recovered it, and it is gone: it had been deleted for good elsewhere. */
export function noteRecoverLost(ctx: StepContext, id: Uint8Array): void {
  addNotice(ctx.store, `recoverLost:${toHex(id)}`, 'recoverLost', ctx.clock.now(), { id: toHex(id) });
}
