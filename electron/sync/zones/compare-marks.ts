/**
 * How far other devices have deleted the conversations that are here, as the cloud's records say it, while the switch is off: before it goes on
 * a person is told which messages that will take (SPEC SYN-64, DEL-32). Asks for the conversations that have changed, and writes nothing.
 */
import { SealError } from '../../../shared/crypto/errors.ts';
import { openRecord, recordId } from '../../../shared/crypto/records.ts';
import { readConversationRegisters } from '../../../shared/model/conversation.ts';
import { mergePayloads } from '../../../shared/model/merge.ts';
import { isNewerSchema, PayloadError } from '../../../shared/model/payload.ts';
import { decodePayload } from '../../../shared/model/payload-codec.ts';
import type { Record as CloudRecord } from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { type LocalConversation, localConversations } from '../../store/compare.ts';
import { KIND, mapKey, type Place, ZONE_NUMBER } from '../../store/values.ts';
import type { CloudIds } from './cloud-ids.ts';
import { currentKeys, idKeyOf, zoneKeyOf } from './names.ts';
import { ZONE, type ZoneContext } from './zone-call.ts';

/**
 * By conversation (`cid`): the place up to which it will be deleted here. Only of those that the cloud has otherwise than they are here; one that
 * does not open says nothing, as it will do nothing when it comes. `generation`: the zone's; `renamed`: here they go by the names of another one.
 */
export async function marksAtCloud(
  ctx: ZoneContext,
  cloud: CloudIds,
  generation: number,
  renamed: boolean,
): Promise<Map<number, Place>> {
  const key = idKeyOf(currentKeys(ctx), 'messages', generation);
  const changed = new Map<string, LocalConversation & { id: Uint8Array }>();
  for (const local of localConversations(ctx.store)) {
    const id = recordId(key, KIND.conversation, local.guid);
    const at = cloud.find(id);
    if (at < 0 || cloud.isTombstone(at) || (!renamed && cloud.revOf(at) === local.rev)) continue;
    changed.set(mapKey(id), { ...local, id });
  }
  const marks = new Map<number, Place>();
  while (changed.size > 0) {
    const ids = [...changed.values()].slice(0, ctx.sizes.fetch).map(({ id }) => id);
    const { records } = await ctx.cloud.zones.fetch({ zone: ZONE.messages, ids }, { signal: ctx.abort });
    let given = false;
    for (const record of records) {
      const local = changed.get(mapKey(record.id));
      if (local === undefined) continue;
      changed.delete(mapKey(record.id));
      given = true;
      const mark = markOf(ctx, generation, record, local.payload);
      if (mark !== null) marks.set(local.cid, mark);
    }
    // An answer holds only so many; what the cloud does not give at all is not waited for.
    if (!given) for (const id of ids) changed.delete(mapKey(id));
    await ctx.timers.breathe();
  }
  return marks;
}

/** As it will be once what the cloud has is merged with what is here. */
function markOf(
  ctx: ZoneContext,
  generation: number,
  { id, rev, epoch, ct, tombstone }: CloudRecord,
  here: Uint8Array | null,
): Place | null {
  const zoneKey = zoneKeyOf(currentKeys(ctx), 'messages', epoch);
  if (tombstone || zoneKey === undefined) return null;
  try {
    const bytes = openRecord({ zoneKey, zone: ZONE_NUMBER.messages, generation, id, rev, epoch, ct });
    const theirs = decodePayload(bytes, ctx.store.schema);
    const ours = here === null ? null : decodePayload(here, ctx.store.schema);
    const merged = ours === null || isNewerSchema(theirs) ? theirs : mergePayloads(ours, theirs);
    if (merged.kind !== KIND.conversation) return null;
    const upTo = readConversationRegisters(merged).clearedUpTo?.upTo;
    return upTo === undefined ? null : { ms: upTo.acceptedMs, guid: upTo.guid };
  } catch (error) {
    if (error instanceof SealError || error instanceof PayloadError) return null;
    throw error;
  }
}
