/**
 * What the cloud says of the messages zone beside its records: whether it is to be purged, and how much room is used. A pending purge
 * counts as asked for only when the account's own settings, sealed and in the account zone, name it: the cloud's word alone turns nothing off
 * (SPEC SWI-12).
 */

import { equalBytes, fromHex, toHex } from '../../../shared/crypto/bytes.ts';
import { readSettings } from '../../../shared/model/settings.ts';
import type { ZoneState as CloudZoneState } from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { addNotice } from '../../store/notices.ts';
import type { Store } from '../../store/open.ts';
import { getPayload } from '../../store/records.ts';
import { getAccountSettings } from '../../store/settings.ts';
import { getZoneState, patchExtra } from '../../store/zone-state.ts';
import type { StepContext } from '../context.ts';
import type { Purge, ZoneHeard } from '../engine/state.ts';
import { numberOf } from '../network/answers.ts';

/** `incarnation`: in which it was pending when it was heard of last. `forgotten`: the cloud was put back to before it. */
type KnownPurge = { id: string; by: string | null; incarnation?: string; forgotten?: true };

/**
 * Remembers which purge it is (times and room are stored with the page, `heard`), and gives it all to the engine. In the transaction of `heard`:
 * else a device that dies in between would take a purge that was forgotten for one that was taken back.
 */
export function noteHeard(ctx: StepContext, cloud: CloudZoneState): ZoneHeard {
  const { store } = ctx;
  const pending = cloud.purgeAtMs > 0n && cloud.purgeId.length === 16;
  const by = cloud.purgeDeviceId.length === 16 ? toHex(cloud.purgeDeviceId) : null;
  const incarnation = cloud.incarnation.toString();
  const known: KnownPurge | undefined = pending
    ? { id: toHex(cloud.purgeId), by, incarnation }
    : forgotten(ctx, cloud);
  const before = knownPurge(store);
  if (
    known?.id !== before?.id ||
    known?.incarnation !== before?.incarnation ||
    known?.forgotten !== before?.forgotten
  ) {
    patchExtra(store, 'messages', { purge: known });
  }
  const largestBlob = numberOf(cloud.largestBlobBytes) || undefined;
  if (largestBlob !== getZoneState(store, 'messages').extra['largestBlob']) {
    patchExtra(store, 'messages', { largestBlob });
  }
  return storedHeard(store);
}

const knownPurge = (store: Store): KnownPurge | undefined =>
  getZoneState(store, 'messages').extra['purge'] as KnownPurge | undefined;

/**
 * Of a cloud that has no purge pending: the one that it had, if it was put back to a backup from before that and nobody has taken it back. That
 * is no Undo, which the settings would say: what it turned off stays off, and the person is told (SPEC SYN-130).
 */
function forgotten(ctx: StepContext, cloud: CloudZoneState): KnownPurge | undefined {
  const { store } = ctx;
  const { generation, extra } = getZoneState(store, 'messages');
  const before = knownPurge(store);
  if (before === undefined || before.forgotten === true) return before;
  const { purge: named } = accountRequests(store);
  const elsewhere = before.incarnation !== undefined && before.incarnation !== cloud.incarnation.toString();
  if (!elsewhere || cloud.generation !== generation || named === null) return undefined;
  if (extra['purgeOff'] === undefined && toHex(named.id) !== before.id) return undefined;
  addNotice(store, `purgeForgotten:${before.id}`, 'purgeForgotten', ctx.clock.now());
  return { ...before, forgotten: true };
}

/** As the database remembers it, with what the settings say by now. */
export function storedHeard(store: Store): ZoneHeard {
  const { purgeAtMs, extra, bytesUsed, quotaBytes } = getZoneState(store, 'messages');
  const known = extra['purge'] as KnownPurge | undefined;
  if (known?.forgotten === true) return { purge: null, forgotten: true, bytesUsed, quotaBytes };
  const purge = purgeAtMs === null || known === undefined ? null : withSettings(store, known, purgeAtMs);
  return { purge, bytesUsed, quotaBytes };
}

function withSettings(store: Store, { id, by }: KnownPurge, atMs: number): Purge {
  const asked = accountRequests(store).purge;
  return asked !== null && equalBytes(asked.id, fromHex(id))
    ? { id, atMs, by: toHex(asked.deviceId), asked: true }
    : { id, by, atMs, asked: false };
}

/** What was asked of all devices, as the settings record has it. */
export function accountRequests(
  store: Store,
): Pick<ReturnType<typeof readSettings>, 'purge' | 'offEverywhere'> {
  const { recordId } = getAccountSettings(store);
  const payload = recordId === null ? undefined : getPayload(store, 'account', recordId);
  return payload === undefined ? { purge: null, offEverywhere: null } : readSettings(payload);
}
