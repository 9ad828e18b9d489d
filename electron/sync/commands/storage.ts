/** What the cloud holds, and what switching on would do: numbers for Settings. */

import { DAY_MS, isKnown } from '../../../shared/model/keep-messages.ts';
import { countBefore, getKeep } from '../../store/keep-messages.ts';
import { messageCount } from '../../store/messages.ts';
import type { StepContext } from '../context.ts';
import { numberOf } from '../network/answers.ts';
import type { StorageInfo, SwitchPreview } from '../status-types.ts';
import { compareZone } from '../zones/compare.ts';
import { messagesAmong } from '../zones/walk.ts';
import { askZone, type ZoneContext } from '../zones/zone-call.ts';

/** What sealing adds to a message's content, roughly: nonce, tag and padding, and what travels beside it. */
const SEALED_BYTES = 96;

export async function storageInfo(ctx: StepContext): Promise<StorageInfo> {
  const state = await askZone(ctx, 'messages');
  return {
    bytesUsed: numberOf(state.bytesUsed),
    quotaBytes: numberOf(state.quotaBytes),
    messagesInCloud: messagesAmong(state),
    messagesHere: messageCount(ctx.store),
    asOf: ctx.clock.now(),
  };
}

/** Asked each time the question is shown: reads in slices, and changes nothing. */
export async function switchPreview(ctx: ZoneContext): Promise<SwitchPreview> {
  const state = await askZone(ctx, 'messages');
  const { upload, download, deletedElsewhere, deletedWithConversation, deletedHere } = await compareZone(
    ctx,
    state,
  );
  const records = numberOf(state.records);
  const toCome =
    records === 0 ? 0 : (numberOf(state.bytesUsed) * Math.min(download.records, records)) / records;
  return {
    toUpload: upload.messages,
    toDownload: download.messages,
    bytes: upload.bytes + upload.messages * SEALED_BYTES + Math.round(toCome),
    deletedHere,
    deletedElsewhere,
    deletedWithConversation,
    expiring: expiringCount(ctx),
  };
}

/** By what the account keeps, or will keep when a shortening takes effect. */
function expiringCount(ctx: StepContext): number {
  const { days, effectiveMs } = getKeep(ctx.store, 'account');
  if (days === 0 || !isKnown(days)) {
    return 0;
  }
  return countBefore(ctx.store, Math.max(ctx.writeClock.now(), effectiveMs) - days * DAY_MS);
}
