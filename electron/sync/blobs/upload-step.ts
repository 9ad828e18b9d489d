/**
 * Attachments go up, one piece after the other, in the order their messages were written (SPEC ATT-10 to ATT-14). What goes is the sealed
 * file as it lies in the folder, so an upload goes on after a restart where the cloud says it is. A message is sent only when the cloud
 * has all of its blobs whole; what cannot go is said at the message and holds up nothing else.
 */

import { toHex } from '../../../shared/crypto/bytes.ts';
import {
  type BlobRow,
  nextToSend,
  recordsWith,
  recountUploads,
  updateBlob,
  waitingFor,
} from '../../store/blobs.ts';
import { hurry } from '../../store/dirty.ts';
import { getOutbox, updateOutbox } from '../../store/outbox.ts';
import type { StepContext } from '../context.ts';
import type { StepResult } from '../engine/steps.ts';
import { numberOf } from '../network/answers.ts';
import { ErrorCode, errorCode } from '../network/errors.ts';
import type { FailureReason } from '../status-types.ts';
import type { ZoneContext } from '../zones/zone-call.ts';
import { blobMemory } from './memory.ts';
import { wasTooLarge } from './too-large.ts';
import { MOST_ATTEMPTS, PIECE, STEP_MS, waitAfterFileError } from './transfer.ts';

/** `only`: larger ones wait (a metered connection). `records`: also what nothing but a record lacks. */
export async function uploadStep(
  ctx: ZoneContext,
  only: number,
  records: boolean,
): Promise<StepResult['upload']> {
  const began = performance.now();
  do {
    const blob = nextToSend(ctx.store, ctx.clock.now(), only, records);
    if (blob === undefined) return { full: false };
    try {
      await uploadOn(ctx, blob);
    } catch (error) {
      if (errorCode(error) === ErrorCode.STORAGE_FULL) {
        sayWaiting(ctx, blob, 'storageFull');
        return { full: true };
      }
      if (!settleRefusal(ctx, blob, error)) {
        waitAfterFileError(ctx, blob, error);
        throw error;
      }
    }
    // The zone may have been paused or left meanwhile: what is the zone's goes on only when it is asked for again (SPEC ATT-19).
    if (!blob.toBeSent) break;
    await ctx.timers.breathe();
  } while (performance.now() - began < STEP_MS);
  return { full: false };
}

/** One piece of one blob. */
async function uploadOn(ctx: StepContext, blob: BlobRow): Promise<void> {
  const { store, files } = ctx;
  const key = toHex(blob.id);
  const { asked } = blobMemory(store);
  const length = blob.here ? files.length(blob.id) : null;
  if (length === null || length !== blob.sealed) {
    giveUp(ctx, blob, 'fileMissing');
    return;
  }
  let { sent } = blob;
  if (!asked.has(key) || sent >= blob.sealed) {
    const { states } = await ctx.cloud.blobs.statBlobs({ blobIds: [blob.id] }, { signal: ctx.abort });
    asked.add(key);
    sent = numberOf(states[0]?.received ?? 0n);
    noteSent(ctx, blob, sent);
    if (sent >= blob.sealed) return;
  }
  // What was there before the cloud was asked may have been taken away since: by a cleaner, a scanner, a hand.
  const bytes = files.read(blob.id, sent, PIECE);
  if (bytes?.length !== Math.min(PIECE, blob.sealed - sent)) {
    giveUp(ctx, blob, 'fileMissing');
    return;
  }
  const { state } = await ctx.cloud.blobs.putBlob(
    { blobId: blob.id, size: BigInt(blob.sealed), offset: BigInt(sent), bytes },
    { signal: ctx.abort },
  );
  noteSent(ctx, blob, numberOf(state?.received ?? 0n));
}

function noteSent(ctx: StepContext, blob: BlobRow, sent: number): void {
  const { store } = ctx;
  const whole = sent >= blob.sealed;
  store.write(() => {
    updateBlob(store, blob.id, {
      sent,
      ...(whole ? { sending: false, nowhere: false, attempts: 0, notBeforeMs: 0 } : {}),
    });
    for (const sendId of waitingFor(store, blob.id))
      if (getOutbox(store, sendId)?.state === 'queued') updateOutbox(store, sendId, { failure: null });
    if (!whole) return;
    recountUploads(store, blob.id);
    for (const id of recordsWith(store, blob.id)) hurry(store, 'messages', id);
  });
  if (whole) {
    blobMemory(store).whole.add(toHex(blob.id));
    ctx.signal({ type: 'outbox' });
    ctx.signal({ type: 'dirty', zone: 'messages' });
  }
}

/** Refused for good, or to be begun again; false for what only time can mend. */
function settleRefusal(ctx: StepContext, blob: BlobRow, error: unknown): boolean {
  switch (errorCode(error)) {
    case ErrorCode.NOT_FOUND:
      // The cloud has less than we thought: it says how far it is, and it goes on from there.
      blobMemory(ctx.store).asked.delete(toHex(blob.id));
      again(ctx, blob, 'refused');
      return true;
    case ErrorCode.TOO_LARGE:
      giveUp(ctx, blob, 'tooLarge');
      return true;
    case ErrorCode.MALFORMED:
      // The bytes are not those of this id: the file is not what it was. What the cloud had of it is gone.
      blobMemory(ctx.store).asked.delete(toHex(blob.id));
      again(ctx, blob, 'fileMissing');
      return true;
    case ErrorCode.FORBIDDEN:
      giveUp(ctx, blob, 'refused');
      return true;
    default:
      return false;
  }
}

function again(ctx: StepContext, blob: BlobRow, failure: FailureReason): void {
  if (blob.attempts + 1 >= MOST_ATTEMPTS) giveUp(ctx, blob, failure);
  else updateBlob(ctx.store, blob.id, { sent: 0, attempts: blob.attempts + 1 });
}

/**
 * The messages that need it say why and stay; a record that needs it is put without naming it, whatever the reason: named, the cloud would miss it, and
 * it would go up and be refused again, without an end (SPEC ATT-18).
 */
function giveUp(ctx: StepContext, blob: BlobRow, failure: FailureReason): void {
  const { store } = ctx;
  store.write(() => {
    updateBlob(store, blob.id, { sending: false, sent: 0, nowhere: true });
    for (const sendId of waitingFor(store, blob.id))
      updateOutbox(store, sendId, { state: 'failed', failure });
    for (const id of recordsWith(store, blob.id)) hurry(store, 'messages', id);
  });
  if (failure === 'tooLarge') wasTooLarge(store, blob);
  ctx.signal({ type: 'dirty', zone: 'messages' });
}

function sayWaiting(ctx: StepContext, blob: BlobRow, failure: FailureReason): void {
  ctx.store.write(() => {
    for (const sendId of waitingFor(ctx.store, blob.id)) updateOutbox(ctx.store, sendId, { failure });
  });
}
