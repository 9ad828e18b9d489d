/** Merges what an envelope writes into the records of this device, under their ids. In the caller's transaction. */
import { toHex } from '../../../shared/crypto/bytes.ts';
import { addNotice } from '../../store/notices.ts';
import { putMerged } from '../../store/records.ts';
import { KIND } from '../../store/values.ts';
import { staysDeleted } from '../commands/delete-one.ts';
import type { StepContext } from '../context.ts';
import { conversationRecordId, messageRecordId, readingRecordId } from '../zones/names.ts';
import type { Write } from './apply.ts';

export function recordIdFor(ctx: StepContext, write: Write): Uint8Array {
  const [first, second] = write.name;
  if (write.kind === KIND.message) return messageRecordId(ctx, first!, second!);
  if (write.kind === KIND.conversation) return conversationRecordId(ctx, first!);
  return readingRecordId(ctx, first!);
}

/** True when anything is different from before. */
export function putWrites(ctx: StepContext, writes: readonly Write[], notBeforeMs = 0): boolean {
  let changed = false;
  for (const write of writes) {
    const id = recordIdFor(ctx, write);
    const result = putMerged(ctx.store, 'messages', id, write.payload, { dirty: true, notBeforeMs });
    changed ||= result.changed;
    if (result.coreConflict) {
      const hex = toHex(id);
      addNotice(ctx.store, `coreConflict:${hex}`, 'coreConflict', ctx.clock.now(), {
        zone: 'messages',
        id: hex,
      });
    }
    if (result.uncovered !== null) staysDeleted(ctx, id, result.uncovered);
  }
  return changed;
}
