/**
 * What the cloud and this device have of the messages zone, compared by record without changing any: what turning the switch on will bring, take
 * and delete (SPEC SYN-64). Of what others have written only conversations are opened, for how far they are deleted (compare-marks.ts).
 *
 * When the digests are equal, the bases here are the cloud's list. Otherwise the list is asked for, and what is here is looked up in it, under
 * the ids of the generation that the zone is in now. A device with nothing to compare goes by the cloud's counts.
 */

import { recordId } from '../../../shared/crypto/records.ts';
import { tombstoneHash } from '../../../shared/crypto/zone-digest.ts';
import { decodePayload } from '../../../shared/model/payload-codec.ts';
import type { ZoneState as CloudZoneState } from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import {
  anythingHere,
  contentOf,
  goesWithConversation,
  heldMessages,
  type LocalRow,
  localSlice,
  newMessages,
} from '../../store/compare.ts';
import {
  expiredInCloud,
  listLocalClears,
  listLocalDeletes,
  locallyCleared,
  locallyClearedMs,
  undecidedDeletes,
} from '../../store/local-deletes.ts';
import { hiddenHere } from '../../store/outbox-hidden.ts';
import { messageName } from '../../store/rename.ts';
import { KIND, mapKey, sameBytes } from '../../store/values.ts';
import { getZoneState, zoneDigest } from '../../store/zone-state.ts';
import { garbled, numberOf } from '../network/answers.ts';
import { CloudIds } from './cloud-ids.ts';
import { marksAtCloud } from './compare-marks.ts';
import { currentKeys, everNamed, FIRST_GENERATION, highestGeneration, idKeyOf } from './names.ts';
import { nameHere } from './rename.ts';
import { messagesAmong } from './walk.ts';
import { ZONE, type ZoneContext } from './zone-call.ts';

export type Comparison = {
  /** Messages that the cloud has neither live nor as a tombstone. `bytes`: of their content. */
  upload: { messages: number; bytes: number };
  /** What the cloud has live and this device has no content of; `records`: with conversations and reading states. */
  download: { messages: number; records: number };
  /** Messages that are here and were deleted for good elsewhere. */
  deletedElsewhere: number;
  /** Of `upload`: shown here, and deleted with their conversation by another device, which this one has not heard of. */
  deletedWithConversation: number;
  /** Messages deleted on this device alone, about which there is still something to decide. */
  deletedHere: number;
};

export async function compareZone(ctx: ZoneContext, state: CloudZoneState): Promise<Comparison> {
  const { store } = ctx;
  if (!anythingHere(store)) {
    return {
      upload: { messages: 0, bytes: 0 },
      download: { messages: messagesAmong(state), records: numberOf(state.records) },
      deletedElsewhere: 0,
      deletedWithConversation: 0,
      deletedHere: hiddenHere(store),
    };
  }
  const { generation, extra } = getZoneState(store, 'messages');
  const renamed =
    (generation !== 0 && generation !== state.generation) || typeof extra['renaming'] === 'number';
  if (!renamed && sameBytes(zoneDigest(store, 'messages'), state.digest)) {
    return byBases(ctx);
  }
  return byList(ctx, state, await listCloud(ctx, state), renamed ? state.generation : null);
}

/** What is known of the cloud here is what it has. */
function byBases({ store }: ZoneContext): Comparison {
  const held = heldMessages(store, tombstoneHash());
  const cleared = held.filter((rid) => locallyClearedMs(store, rid) !== null).length;
  const comesBack = expiredInCloud(store);
  return {
    upload: newMessages(store),
    download: { messages: comesBack, records: comesBack },
    deletedElsewhere: held.length,
    // What others have deleted is known, and shows.
    deletedWithConversation: 0,
    deletedHere:
      undecidedDeletes(store, tombstoneHash()) + locallyCleared(store) - cleared + hiddenHere(store),
  };
}

async function listCloud(ctx: ZoneContext, state: CloudZoneState): Promise<CloudIds> {
  const cloud = new CloudIds();
  // Others may write meanwhile, but not without end.
  const most = 2 * numberOf(state.records + state.tombstones) + ctx.sizes.list;
  let after: Uint8Array = new Uint8Array();
  for (let more = true; more; ) {
    const page = await ctx.cloud.zones.inventory(
      { zone: ZONE.messages, after, limit: ctx.sizes.list },
      { signal: ctx.abort },
    );
    for (const { id, rev, hash } of page.items) {
      cloud.add(id, rev, sameBytes(hash, tombstoneHash()));
    }
    const last = page.items.at(-1);
    if (cloud.count > most) {
      throw garbled('The cloud lists more records than it has.');
    }
    more = page.more && last !== undefined;
    after = last?.id ?? after;
    await ctx.timers.breathe();
  }
  return cloud;
}

/** `generation`: records here go by other names in it; null: by the names they have. */
async function byList(
  ctx: ZoneContext,
  state: CloudZoneState,
  cloud: CloudIds,
  generation: number | null,
): Promise<Comparison> {
  const { store } = ctx;
  const idOf = generation === null ? (row: LocalRow) => row.id : renaming(ctx, generation);
  const deletes = new Set(listLocalDeletes(store).map(({ id }) => mapKey(id)));
  // By Keep Messages of this device alone: they come back.
  const expired = new Set(listLocalDeletes(store, true).map(({ id }) => mapKey(id)));
  const anyCleared = listLocalClears(store).length > 0;
  const goneEarlier = earlierDeletes(ctx, cloud, state.generation);
  const marks = await marksAtCloud(ctx, cloud, state.generation, generation !== null);
  const upload = { messages: 0, bytes: 0 };
  let deletedElsewhere = 0;
  let deletedWithConversation = 0;
  let deletedHere = locallyCleared(store) + hiddenHere(store);
  // Of what the cloud has live: what is here, and what of that is no message.
  let here = 0;
  let others = 0;

  const look = (row: LocalRow) => {
    const id = idOf(row);
    const at = id === null ? -1 : cloud.find(id);
    const content = row.size !== null;
    const message = content && row.kind === KIND.message;
    const deleted = deletes.size > 0 && deletes.has(mapKey(row.id));
    const comesBack = expired.size > 0 && expired.has(mapKey(row.id));
    const gone = at >= 0 && cloud.isTombstone(at);
    if (gone || (message && goneEarlier(row.rid))) {
      if (!gone && at >= 0 && cloud.meet(at)) here += 1;
      if (message) {
        deletedElsewhere += 1;
        if (anyCleared && locallyClearedMs(store, row.rid) !== null) deletedHere -= 1;
      }
      return;
    }
    if (deleted && (content || at >= 0)) deletedHere += 1;
    if (at < 0) {
      if (message && id !== null) {
        upload.messages += 1;
        upload.bytes += row.size ?? 0;
        if (marks.size > 0 && goesWithConversation(store, row.rid, marks)) deletedWithConversation += 1;
      }
      return;
    }
    // Without content nothing comes either where it was deleted here, or where this very version does not open.
    const known = content || row.gone || deleted || (row.rev === cloud.revOf(at) && !comesBack);
    if (known && cloud.meet(at)) {
      here += 1;
      if (content && !message) others += 1;
    }
  };

  for (let at = 0, more = true; more; ) {
    const rows = localSlice(store, at, ctx.sizes.slice.compare);
    rows.forEach(look);
    more = rows.length === ctx.sizes.slice.compare;
    at = rows.at(-1)?.rid ?? at;
    await ctx.timers.breathe();
  }
  const records = cloud.live - here;
  const otherRecords = Math.max(0, numberOf(state.conversations + state.readings) - others);
  return {
    upload,
    download: { messages: Math.max(0, records - otherRecords), records },
    deletedElsewhere,
    deletedWithConversation,
    deletedHere,
  };
}

/** Whether a message here was deleted for good in another generation, as the cloud has it from those that have gone on since. */
function earlierDeletes(ctx: ZoneContext, cloud: CloudIds, generation: number): (rid: number) => boolean {
  const highest = Math.max(generation, highestGeneration(ctx.store, 'messages'));
  if (highest === FIRST_GENERATION || cloud.firstTombstones === 0) return () => false;
  return (rid) => {
    const name = messageName(ctx.store, rid);
    if (name === null) return false;
    for (const id of everNamed(ctx, 'messages', KIND.message, name, highest)) {
      const at = cloud.find(id);
      if (at >= 0 && cloud.isTombstone(at)) return true;
    }
    return false;
  };
}

/** The id that a record here will have; null where it has no content, or none that this version can name. */
function renaming(ctx: ZoneContext, generation: number): (row: LocalRow) => Uint8Array | null {
  const key = idKeyOf(currentKeys(ctx), 'messages', generation);
  return (row) => {
    const bytes = row.size === null ? null : contentOf(ctx.store, row.rid);
    const payload = bytes === null ? null : decodePayload(bytes, ctx.store.schema);
    const name = payload === null ? null : nameHere(ctx.store, row, payload);
    return payload === null || name === null ? null : recordId(key, payload.kind, ...name);
  };
}
