/**
 * What the cloud says of the messages zone beside its records: whether it is to be purged, and how much room is used. A pending purge
 * counts as asked for only when the account's own settings, sealed and in the account zone, name it: the cloud's word alone turns nothing off
 * (SPEC SWI-12).
 */

import { equalBytes, fromHex, toHex } from '../../../shared/crypto/bytes.ts';
import { readSettings } from '../../../shared/model/settings.ts';
import type { ZoneState as CloudZoneState } from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import type { Store } from '../../store/open.ts';
import { getPayload } from '../../store/records.ts';
import { getAccountSettings } from '../../store/settings.ts';
import { getZoneState, patchExtra } from '../../store/zone-state.ts';
import type { Purge, ZoneHeard } from '../engine/state.ts';
import { numberOf } from '../network/answers.ts';

type KnownPurge = { id: string; by: string | null };

/** Remembers which purge it is (times and room are stored with the page, `heard`), and gives it all to the engine. */
export function noteHeard(store: Store, cloud: CloudZoneState): ZoneHeard {
  const pending = cloud.purgeAtMs > 0n && cloud.purgeId.length === 16;
  const by = cloud.purgeDeviceId.length === 16 ? toHex(cloud.purgeDeviceId) : null;
  const known: KnownPurge | undefined = pending ? { id: toHex(cloud.purgeId), by } : undefined;
  const before = getZoneState(store, 'messages').extra['purge'] as KnownPurge | undefined;
  if (known?.id !== before?.id) {
    patchExtra(store, 'messages', { purge: known });
  }
  const largestBlob = numberOf(cloud.largestBlobBytes) || undefined;
  if (largestBlob !== getZoneState(store, 'messages').extra['largestBlob']) {
    patchExtra(store, 'messages', { largestBlob });
  }
  return storedHeard(store);
}

/** As the database remembers it, with what the settings say by now. */
export function storedHeard(store: Store): ZoneHeard {
  const { purgeAtMs, extra, bytesUsed, quotaBytes } = getZoneState(store, 'messages');
  const known = extra['purge'] as KnownPurge | undefined;
  const purge = purgeAtMs === null || known === undefined ? null : withSettings(store, known, purgeAtMs);
  return { purge, bytesUsed, quotaBytes };
}

function withSettings(store: Store, known: KnownPurge, atMs: number): Purge {
  const asked = accountRequests(store).purge;
  return asked !== null && equalBytes(asked.id, fromHex(known.id))
    ? { id: known.id, atMs, by: toHex(asked.deviceId), asked: true }
    : { ...known, atMs, asked: false };
}

/** What was asked of all devices, as the settings record has it. */
export function accountRequests(
  store: Store,
): Pick<ReturnType<typeof readSettings>, 'purge' | 'offEverywhere'> {
  const { recordId } = getAccountSettings(store);
  const payload = recordId === null ? undefined : getPayload(store, 'account', recordId);
  return payload === undefined ? { purge: null, offEverywhere: null } : readSettings(payload);
}
