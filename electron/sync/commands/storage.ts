/** What the cloud holds, and what switching on would do: numbers for Settings. */

import {
  type ZoneState as CloudZoneState,
  Zone,
} from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { basesNotMessages, messagesToUpload } from '../../store/bases.ts';
import { localDeleteCount } from '../../store/local-deletes.ts';
import { messageCount } from '../../store/messages.ts';
import { getZoneState } from '../../store/zone-state.ts';
import type { StepContext } from '../context.ts';
import type { StorageInfo, SwitchPreview } from '../status-types.ts';

async function ask(ctx: StepContext): Promise<CloudZoneState> {
  const { state } = await ctx.cloud.zones.openZone({ zone: Zone.MESSAGES }, { signal: ctx.abort });
  if (state === undefined) {
    throw new Error('The cloud did not say where the zone stands.');
  }
  return state;
}

export async function storageInfo(ctx: StepContext): Promise<StorageInfo> {
  const state = await ask(ctx);
  return {
    bytesUsed: Number(state.bytesUsed),
    quotaBytes: Number(state.quotaBytes),
    // The cloud counts records and cannot tell their kinds apart; what is no message, this device was given first.
    messagesInCloud: Math.max(0, Number(state.records) - basesNotMessages(ctx.store, 'messages')),
    messagesHere: messageCount(ctx.store),
    asOf: ctx.clock.now(),
  };
}

/**
 * Of what is counted without opening records: messages here that the cloud never had; records that the cloud has and this device was
 * never given (on a new device a few of them are conversations and read marks, which nobody can tell before they are opened).
 */
export async function switchPreview(ctx: StepContext): Promise<SwitchPreview> {
  const state = await ask(ctx);
  const { store } = ctx;
  const known = store.get<{ live: number; gone: number }>(
    `SELECT count(CASE WHEN gone = 0 AND rev > 0 THEN 1 END) AS live, count(CASE WHEN gone = 1 AND rev > 0 THEN 1 END) AS gone
     FROM record WHERE zone = 2`,
  ) ?? { live: 0, gone: 0 };
  const { head } = getZoneState(store, 'messages');
  return {
    toUpload: messagesToUpload(store),
    bytes: 0,
    toDownload: head === Number(state.head) ? 0 : Math.max(0, Number(state.records) - known.live),
    deletedHere: localDeleteCount(store),
    deletedElsewhere: Math.max(0, Number(state.tombstones) - known.gone),
  };
}
