/**
 * Record ids and zone keys of this account. An id is `HMAC(K_id, kind | name)`, K_id comes from K_1 and the zone's generation, so two
 * devices that hold the same thing make the same record.
 */
import { idKey, zoneKey } from '../../../shared/crypto/epoch-keys.ts';
import { recordId } from '../../../shared/crypto/records.ts';
import { SETTINGS_NAME } from '../../../shared/model/settings.ts';
import type { Store } from '../../store/open.ts';
import { isGone, isTombstone } from '../../store/records.ts';
import { KIND, ZONE_NUMBER, type ZoneName } from '../../store/values.ts';
import { getZoneState } from '../../store/zone-state.ts';
import type { EpochKeys, StepContext } from '../context.ts';
import { SyncFailure } from '../failure.ts';

/** Before the first open nothing has been named otherwise: a new zone's generation. */
export const FIRST_GENERATION = 1;

export function currentKeys(ctx: StepContext): EpochKeys {
  const keys = ctx.keys.get();
  if (keys === null) {
    throw new SyncFailure('signedOut', 'Nobody is signed in on this device.');
  }
  return keys;
}

export function generationOf(store: Store, zone: ZoneName): number {
  return getZoneState(store, zone).generation || FIRST_GENERATION;
}

/** The generation in which the cloud's copy of the messages was last seen: a device that has stayed behind names its records by an older one. */
export function generationAtCloud(store: Store): number {
  const { leftFor } = getZoneState(store, 'messages').extra;
  return typeof leftFor === 'number' ? leftFor : generationOf(store, 'messages');
}

const zoneKeys = new WeakMap<EpochKeys, Map<number, Uint8Array>>();
const idKeys = new WeakMap<EpochKeys, Map<number, Uint8Array>>();

/** The zone's key of one epoch, or undefined where this device does not hold the epoch. */
export function zoneKeyOf(keys: EpochKeys, zone: ZoneName, epoch: number): Uint8Array | undefined {
  let known = zoneKeys.get(keys);
  if (known === undefined) {
    known = new Map();
    zoneKeys.set(keys, known);
  }
  const at = epoch * 2 + (zone === 'account' ? 0 : 1);
  let key = known.get(at);
  if (key === undefined) {
    const epochKey = keys.epochKey(epoch);
    if (epochKey === undefined) {
      return undefined;
    }
    key = zoneKey(epochKey, ZONE_NUMBER[zone]);
    known.set(at, key);
  }
  return key;
}

export function idKeyOf(keys: EpochKeys, zone: ZoneName, generation: number): Uint8Array {
  let known = idKeys.get(keys);
  if (known === undefined) {
    known = new Map();
    idKeys.set(keys, known);
  }
  const at = generation * 2 + (zone === 'account' ? 0 : 1);
  let key = known.get(at);
  if (key === undefined) {
    const first = keys.epochKey(1);
    if (first === undefined) {
      throw new SyncFailure('keyringStale', "This device does not hold the account's first key yet.");
    }
    key = idKey(first, ZONE_NUMBER[zone], generation);
    known.set(at, key);
  }
  return key;
}

function named(ctx: StepContext, zone: ZoneName, kind: number, ...name: Uint8Array[]): Uint8Array {
  return recordId(idKeyOf(currentKeys(ctx), zone, generationOf(ctx.store, zone)), kind, ...name);
}

export function messageRecordId(ctx: StepContext, sender: Uint8Array, guid: Uint8Array): Uint8Array {
  return named(ctx, 'messages', KIND.message, sender, guid);
}
/**
 * Of all that records here were ever named by: a cloud that is put back to before a purge has the zone in a lower one, and what was deleted
 * since then is deleted (SPEC SYN-151).
 */
export function highestGeneration(store: Store, zone: ZoneName): number {
  const { highest } = getZoneState(store, zone).extra;
  return Math.max(generationOf(store, zone), typeof highest === 'number' ? highest : 0);
}

/** Deleted for good on this device, for all or for it alone, under its id of whichever generation. */
export function isMessageGone(ctx: StepContext, sender: Uint8Array, guid: Uint8Array): boolean {
  for (const id of everNamed(ctx, 'messages', KIND.message, [sender, guid]))
    if (isGone(ctx.store, 'messages', id)) return true;
  return false;
}
/** Deleted for good for all devices of the account, as far as this one knows, under its id of whichever generation. */
export function isGoneForAll(
  ctx: StepContext,
  zone: ZoneName,
  kind: number,
  name: readonly Uint8Array[],
): boolean {
  for (const id of everNamed(ctx, zone, kind, name)) if (isTombstone(ctx.store, zone, id)) return true;
  return false;
}
/** What a record is called or ever was, the latest generation first: of those known here, or up to `highest`. */
export function* everNamed(
  ctx: StepContext,
  zone: ZoneName,
  kind: number,
  name: readonly Uint8Array[],
  highest = highestGeneration(ctx.store, zone),
): Generator<Uint8Array> {
  const keys = currentKeys(ctx);
  for (let generation = highest; generation >= FIRST_GENERATION; generation -= 1)
    yield recordId(idKeyOf(keys, zone, generation), kind, ...name);
}
export function conversationRecordId(ctx: StepContext, guid: Uint8Array): Uint8Array {
  return named(ctx, 'messages', KIND.conversation, guid);
}
export function readingRecordId(ctx: StepContext, conversation: Uint8Array): Uint8Array {
  return named(ctx, 'messages', KIND.reading, conversation);
}
export function deviceRecordId(ctx: StepContext, deviceId: Uint8Array): Uint8Array {
  return named(ctx, 'account', KIND.device, deviceId);
}
export function settingsRecordId(ctx: StepContext): Uint8Array {
  return named(ctx, 'account', KIND.settings, SETTINGS_NAME);
}
