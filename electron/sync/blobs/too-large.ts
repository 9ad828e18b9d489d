/**
 * Files that the cloud would not take: their messages' records went without naming them. They are named again when it says that it takes files as large
 * as that, and each start of the app tries once what may go by its word (SPEC ATT-18).
 */
import { fromHex, toHex } from '../../../shared/crypto/bytes.ts';
import { type BlobRow, getBlob, recordsWith, updateBlob } from '../../store/blobs.ts';
import { getDirty, markDirty } from '../../store/dirty.ts';
import type { Store } from '../../store/open.ts';
import { isTombstone } from '../../store/records.ts';
import { getZoneState } from '../../store/zone-state.ts';
import type { StepContext } from '../context.ts';
import { blobMemory } from './memory.ts';

/** In sealed bytes; a cloud that says nothing of it keeps none. */
function largestSaid(store: Store): number {
  return (getZoneState(store, 'messages').extra['largestBlob'] as number | undefined) ?? 0;
}

export function wasTooLarge(store: Store, { id, sealed }: Pick<BlobRow, 'id' | 'sealed'>): void {
  blobMemory(store).tooLarge.set(toHex(id), { sealed, said: sealed > largestSaid(store) });
}

/**
 * Those of them that the cloud takes by now, by its own word. It must have said before that they were too large: what it refuses against its word
 * would be offered and refused without an end.
 */
export function takenNow(store: Store): string[] {
  const { tooLarge } = blobMemory(store);
  if (tooLarge.size === 0) return [];
  const largest = largestSaid(store);
  const taken: string[] = [];
  for (const [key, one] of tooLarge) {
    if (one.sealed > largest) one.said = true;
    else if (one.said) taken.push(key);
  }
  return taken;
}

export function offerTakenNow(ctx: Pick<StepContext, 'store' | 'signal'>): void {
  const { store } = ctx;
  const taken = takenNow(store);
  if (taken.length === 0) return;
  for (const key of taken) {
    blobMemory(store).tooLarge.delete(key);
    if (getBlob(store, fromHex(key))?.here === true) nameAnew(store, fromHex(key));
  }
  ctx.signal({ type: 'dirty', zone: 'messages' });
}

/** At the worker's start, of all that are here and that no put names: what the cloud refused may be taken now. */
export function lookAtRefused(store: Store): void {
  const largest = largestSaid(store);
  for (const one of store.all<{ id: Uint8Array; sealed: number }>(
    'SELECT id, sealed FROM blob WHERE nowhere = 1 AND here = 1',
  )) {
    if (one.sealed > largest) wasTooLarge(store, one);
    else nameAnew(store, one.id);
  }
}

function nameAnew(store: Store, id: Uint8Array): void {
  store.write(() => {
    updateBlob(store, id, { nowhere: false, attempts: 0, notBeforeMs: 0 });
    for (const record of recordsWith(store, id)) {
      // Of what was deleted for good the delete is to be pushed, and a put would take its place.
      if (isTombstone(store, 'messages', record) || getDirty(store, 'messages', record)?.op === 'delete')
        continue;
      markDirty(store, 'messages', record, 'put');
    }
  });
}
