/** The folder of attachments agrees with the database: what nothing names any more goes, what is missing is known to be (SPEC ATT-4, ATT-5). */
import { fromHex, toHex } from '../../../shared/crypto/bytes.ts';
import {
  cameHere,
  forgetFailures,
  getBlob,
  isNamed,
  looseBlobs,
  settleLoose,
  updateBlob,
} from '../../store/blobs.ts';
import type { StepContext } from '../context.ts';
import { blobMemory } from './memory.ts';
import { lookAtRefused, offerTakenNow } from './too-large.ts';

/** Files of messages that are gone for good, and of what was taken out of the field again. Before that, what the cloud takes again is offered to it. */
export async function sweepStep(ctx: StepContext): Promise<null> {
  const { store, files } = ctx;
  offerTakenNow(ctx);
  for (const id of looseBlobs(store, ctx.sizes.swept)) {
    if (isNamed(store, id)) {
      settleLoose(store, id, false);
      continue;
    }
    const blob = getBlob(store, id);
    if (blob !== undefined && blob.sent > 0) {
      // What was put and never sent is given back at once; otherwise the cloud drops it within a day.
      await ctx.cloud.blobs.dropUpload({ blobId: id }, { signal: ctx.abort }).catch(() => undefined);
      if (isNamed(store, id)) continue;
    }
    files.remove(id);
    blobMemory(store).hashes.delete(toHex(id));
    settleLoose(store, id, true);
  }
  return null;
}

/** At the worker's start: the app may have ended between a file and its row, and people clear folders. */
export function lookThroughFolder(ctx: Pick<StepContext, 'store' | 'files' | 'clock'>): void {
  const { store, files } = ctx;
  const whole = new Set<string>();
  for (const { id, whole: isWhole } of files.list(ctx.clock.now())) {
    if (getBlob(store, fromHex(id)) === undefined) files.remove(fromHex(id));
    else if (isWhole) whole.add(id);
  }
  for (const row of store.all<{ id: Uint8Array; here: number; sealed: number }>(
    'SELECT id, here, sealed FROM blob',
  )) {
    const isHere = whole.has(toHex(row.id));
    if (isHere && row.here === 0) store.write(() => cameHere(store, row.id, row.sealed));
    else if (!isHere && row.here === 1) updateBlob(store, row.id, { here: false, got: 0 });
  }
  forgetFailures(store);
  lookAtRefused(store);
}
