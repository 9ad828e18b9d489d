/**
 * What a record is called follows from its content and the zone's generation. After a purge or a key reset everything here gets its
 * new id before it is offered (SPEC SYN-32).
 */
import { recordId } from '../../../shared/crypto/records.ts';
import { readConversation } from '../../../shared/model/conversation.ts';
import { readDevice } from '../../../shared/model/device.ts';
import { messageName, readMessage } from '../../../shared/model/message.ts';
import { isNewerSchema, type Payload, PayloadError } from '../../../shared/model/payload.ts';
import { readReading } from '../../../shared/model/reading.ts';
import { SETTINGS_NAME } from '../../../shared/model/settings.ts';
import { clearDirty } from '../../store/dirty.ts';
import type { Store } from '../../store/open.ts';
import { deleteForGood, getPayload, recordRow } from '../../store/records.ts';
import { renameLate, renameSlice, type ShownRow, shownAs } from '../../store/rename.ts';
import { readMissed, rereadNewer } from '../../store/reread.ts';
import { KIND, sameBytes, type ZoneName } from '../../store/values.ts';
import { forgetBases, getZoneState, offerSlice, setZoneState } from '../../store/zone-state.ts';
import type { StepContext } from '../context.ts';
import {
  currentKeys,
  FIRST_GENERATION,
  generationOf,
  highestGeneration,
  idKeyOf,
  isGoneForAll,
} from './names.ts';
import { inSlices, type ZoneContext } from './zone-call.ts';

/** Null for what this version cannot name: a record without core, an unknown kind, a newer schema. */
export function nameOf(payload: Payload): Uint8Array[] | null {
  if (isNewerSchema(payload)) {
    return null;
  }
  try {
    switch (payload.kind) {
      case KIND.message: {
        const message = readMessage(payload);
        return message === null ? null : messageName(message.sender, message.guid);
      }
      case KIND.conversation: {
        const guid = readConversation(payload)?.guid;
        return guid === undefined ? null : [guid];
      }
      case KIND.reading: {
        const guid = readReading(payload)?.conversation;
        return guid === undefined ? null : [guid];
      }
      case KIND.device: {
        const id = readDevice(payload)?.deviceId;
        return id === undefined ? null : [id];
      }
      case KIND.settings:
        return [SETTINGS_NAME];
      default:
        return null;
    }
  } catch (error) {
    if (error instanceof PayloadError) {
      return null;
    }
    throw error;
  }
}

/** Of what a newer app has written since, the name under which it is shown (SPEC SYN-110). */
export function nameHere(store: Store, row: ShownRow, payload: Payload): Uint8Array[] | null {
  return isNewerSchema(payload) ? shownAs(store, row) : nameOf(payload);
}

/** To the generation that the zone is in now. A restart in the middle begins again: renaming twice is renaming once. */
export async function renameForGeneration(
  ctx: ZoneContext,
  zone: ZoneName,
  generation: number,
): Promise<void> {
  const { store } = ctx;
  const key = idKeyOf(currentKeys(ctx), zone, generation);
  store.write(() => {
    forgetBases(store, zone);
    // What waited to be pushed is offered with everything else; a machine's deletes were for the very revs that are over.
    clearDirty(store, zone);
    const { extra } = getZoneState(store, zone);
    setZoneState(store, zone, {
      phase: 'forgetting',
      // From here on what a person writes goes under its new name.
      generation,
      incarnation: 0n,
      token: null,
      backfillCursor: null,
      head: 0,
      extra: { ...extra, heads: [], renaming: generation, highest: highestGeneration(store, zone) },
    });
  });
  const idOf = (payload: Payload, row: ShownRow) => {
    const name = nameHere(store, row, payload);
    return name === null ? null : recordId(key, payload.kind, ...name);
  };
  const { offer, rename } = ctx.sizes.slice;
  // Before anything is renamed: it goes up first, and a device that comes meanwhile knows of it before it is brought anything.
  await inSlices(ctx, (after) => offerSlice(store, zone, 'tombstones', after, offer));
  await inSlices(ctx, (after) => renameSlice(store, zone, after, rename, idOf));
  const { renaming: _, leftFor: __, ...extra } = getZoneState(store, zone).extra;
  setZoneState(store, zone, { phase: 'new', extra });
}

/**
 * After an update, what was kept of newer schemas is read (REC-30). What had come under such a one and was never shown had no name when a later
 * generation began, and was left under its old id: it gets the one that it should have (SPEC SYN-110), and meets there what another device has
 * brought back meanwhile, or goes where it was deleted for good. Its name needs the account's keys: where nobody is signed in, nothing is read until
 * somebody is.
 */
export function readAnew(ctx: StepContext): void {
  if (ctx.keys.get() === null) return;
  ctx.store.write(() => {
    for (const { zone, id } of rereadNewer(ctx.store)) nameLate(ctx, zone, id);
    readMissed(ctx.store);
  });
}

function nameLate(ctx: StepContext, zone: ZoneName, id: Uint8Array): void {
  const { store } = ctx;
  const keys = ctx.keys.get();
  const current = generationOf(store, zone);
  const highest = highestGeneration(store, zone);
  if (keys?.epochKey(1) === undefined || highest === FIRST_GENERATION) return;
  const payload = getPayload(store, zone, id);
  const name = payload === undefined ? null : nameOf(payload);
  if (payload === undefined || name === null) return;
  // Under an id of another generation it is not at the cloud.
  const push = (recordRow(store, zone, id)?.rev ?? 0) > 0;
  if (isGoneForAll(ctx, zone, payload.kind, name)) {
    deleteForGood(store, zone, id, { push, byPerson: true, nowMs: ctx.clock.now() });
    return;
  }
  const now = recordId(idKeyOf(keys, zone, current), payload.kind, ...name);
  if (!sameBytes(now, id)) renameLate(store, zone, id, now);
}

/** The generation to rename for: one that a person has accepted, or a renaming that a restart cut short. Null: none. */
export function generationToTake(ctx: ZoneContext, zone: ZoneName): number | null {
  const { extra, generation } = getZoneState(ctx.store, zone);
  const { renaming, leftFor } = extra;
  if (typeof renaming === 'number') {
    return renaming;
  }
  return typeof leftFor === 'number' && leftFor !== generation ? leftFor : null;
}
