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
import { renameSlice } from '../../store/rename.ts';
import { KIND, type ZoneName } from '../../store/values.ts';
import { forgetBases, getZoneState, setZoneState } from '../../store/zone-state.ts';
import { currentKeys, idKeyOf } from './names.ts';
import type { ZoneContext } from './zone-call.ts';

const SLICE = 300;

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
    // What waited to be pushed is offered with everything else; deletes were of the generation that is over.
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
      extra: { ...extra, heads: [], renaming: generation },
    });
  });
  const idOf = (payload: Payload) => {
    const name = nameOf(payload);
    return name === null ? null : recordId(key, payload.kind, ...name);
  };
  for (let at: number | null = 0; at !== null; ) {
    at = renameSlice(store, zone, at, SLICE, idOf);
    await ctx.timers.breathe();
  }
  const { renaming: _, leftFor: __, ...extra } = getZoneState(store, zone).extra;
  setZoneState(store, zone, { phase: 'new', extra });
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
