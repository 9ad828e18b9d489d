/** The folder of attachments agrees with the database: what nothing names any more goes, what is missing is known to be (SPEC ATT-4, ATT-5). */
import { fromHex, toHex } from '../../../shared/crypto/bytes.ts';
import { type BlobFiles, isFileError } from '../../store/blob-files.ts';
import {
  cameHere,
  forgetFailures,
  getBlob,
  hurryFiles,
  isNamed,
  looseBlobs,
  settleLoose,
  updateBlob,
} from '../../store/blobs.ts';
import type { Store } from '../../store/open.ts';
import type { StepContext } from '../context.ts';
import { blobMemory } from './memory.ts';
import { lookAtRefused, offerTakenNow } from './too-large.ts';

/**
 * Files of messages that are gone for good, and of what was taken out of the field again. Before that, what the cloud takes again is offered to it.
 * One that the system does not let go comes later, behind the others (SPEC ATT-25); then it throws what that said, when all others are done.
 */
export async function sweepStep(ctx: StepContext): Promise<null> {
  const { store, files } = ctx;
  offerTakenNow(ctx);
  const { hashes, stuck } = blobMemory(store);
  const before = new Set(stuck);
  const loose = looseBlobs(store, ctx.sizes.swept + before.size);
  const later = (id: Uint8Array) => Number(before.has(toHex(id)));
  let failed: unknown = null;
  for (const id of loose.sort((a, b) => later(a) - later(b))) {
    if (isNamed(store, id)) {
      stuck.delete(toHex(id));
      settleLoose(store, id, false);
      continue;
    }
    const blob = getBlob(store, id);
    if (blob !== undefined && blob.sent > 0) {
      // What was put and never sent is given back at once; otherwise the cloud drops it within a day.
      await ctx.cloud.blobs.dropUpload({ blobId: id }, { signal: ctx.abort }).catch(() => undefined);
      if (isNamed(store, id)) continue;
    }
    try {
      files.remove(id);
    } catch (error) {
      if (!isFileError(error)) throw error;
      stuck.add(toHex(id));
      failed ??= error;
      continue;
    }
    stuck.delete(toHex(id));
    hashes.delete(toHex(id));
    settleLoose(store, id, true);
  }
  if (failed !== null) throw failed;
  return null;
}

/**
 * At the worker's start: the app may have ended between a file and its row, and people clear folders. Of a folder that cannot be read nothing is
 * known, and nothing is taken for gone: whoever needs a file of it says so.
 */
export function lookThroughFolder(ctx: Pick<StepContext, 'store' | 'files' | 'clock'>): void {
  const { store, files } = ctx;
  blobMemory(store).stuck.clear();
  const found = unlessUnusable(() => files.list(ctx.clock.now()));
  if (found !== null) compare(store, files, found);
  forgetFailures(store);
  lookAtRefused(store);
}

function compare(store: Store, files: BlobFiles, found: ReturnType<BlobFiles['list']>): void {
  const whole = new Set<string>();
  for (const { id, whole: isWhole } of found) {
    if (getBlob(store, fromHex(id)) === undefined) unlessUnusable(() => files.remove(fromHex(id)));
    else if (isWhole) whole.add(id);
  }
  for (const row of store.all<{ id: Uint8Array; here: number; sealed: number }>(
    'SELECT id, here, sealed FROM blob',
  )) {
    const isHere = whole.has(toHex(row.id));
    if (isHere && row.here === 0) store.write(() => cameHere(store, row.id, row.sealed));
    else if (!isHere && row.here === 1) updateBlob(store, row.id, { here: false, got: 0 });
  }
}

/** Null where the system does not let it be done. */
function unlessUnusable<T>(act: () => T): T | null {
  try {
    return act();
  } catch (error) {
    if (isFileError(error)) return null;
    throw error;
  }
}

/** Sync Now: what the system did not let be done with files is tried at once. `failed`: reading or writing some was among that. */
export function tryFilesAgain({ store }: Pick<StepContext, 'store'>, failed: boolean): void {
  blobMemory(store).stuck.clear();
  if (failed) hurryFiles(store);
}
