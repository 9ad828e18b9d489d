/** What a person does with files: puts one beside the text, takes it out again, wants one here. Each writes in one transaction. */
import { BLOB_SUITE, sealedBlobLength } from '../../../shared/crypto/blobs.ts';
import { fromHex } from '../../../shared/crypto/bytes.ts';
import { addDraft, attachmentsOf, dropDraft } from '../../store/attachments.ts';
import { getBlob, updateBlob } from '../../store/blobs.ts';
import { messageRow } from '../../store/messages.ts';
import { blobMemory } from '../blobs/memory.ts';
import { isWholeFile } from '../blobs/whole-file.ts';
import type { StepContext } from '../context.ts';
import { SyncFailure } from '../failure.ts';
import type { CommandInput } from '../protocol.ts';

/**
 * The file first, then its row: a crash in between leaves a file that nothing names, and the next start removes it. (The other way
 * round a draft would be there without its bytes.)
 */
export function addAttachment(ctx: StepContext, input: CommandInput<'addAttachment'>): { id: string } {
  const { store, files } = ctx;
  const { id, conversationId, staged, ...attachment } = input;
  files.adopt(staged, attachment.blobId);
  store.write(() => {
    addDraft(store, {
      ...attachment,
      suite: BLOB_SUITE,
      id: fromHex(id),
      conversation: fromHex(conversationId),
      sendId: null,
    });
    const sealed = sealedBlobLength(attachment.size);
    updateBlob(store, attachment.blobId, { here: true, got: sealed });
  });
  return { id };
}

export function dropAttachment(ctx: StepContext, { id }: CommandInput<'dropAttachment'>): void {
  dropDraft(ctx.store, fromHex(id));
}

export function fetchAttachment(ctx: StepContext, { id, place }: CommandInput<'fetchAttachment'>): void {
  const { store } = ctx;
  const row = messageRow(store, store.memory.nowCalled(fromHex(id)));
  const attachment = row === undefined ? undefined : attachmentsOf(store, row.rid)[place];
  if (attachment === undefined)
    throw new SyncFailure('notFound', 'This file is not on this device, or not any more.');
  if (attachment.here) return;
  if (attachment.failure === 'newer')
    throw new SyncFailure('newer', 'A newer version of Lockstep sent this file. Update Lockstep to open it.');
  updateBlob(store, attachment.blobId, { want: 2, failure: null, attempts: 0, notBeforeMs: 0 });
}

/**
 * A file did not open as a message says that it does. Another message may name the same blob, rightly: what is the file that its id says
 * stays, and nothing is fetched. Several who ask of one file at once are answered by one look at it.
 */
export function attachmentBroken(
  ctx: StepContext,
  { blobId }: CommandInput<'attachmentBroken'>,
): Promise<{ good: boolean }> {
  const { looking } = blobMemory(ctx.store);
  const known = looking.get(blobId);
  if (known !== undefined) return known;
  const look = keepOrFetch(ctx, fromHex(blobId)).finally(() => looking.delete(blobId));
  looking.set(blobId, look);
  return look;
}

async function keepOrFetch(ctx: StepContext, id: Uint8Array): Promise<{ good: boolean }> {
  const { store, files } = ctx;
  if (await isWholeFile(ctx, id)) return { good: true };
  store.write(() => {
    if (getBlob(store, id)?.here !== true) return;
    files.remove(id);
    updateBlob(store, id, { here: false, got: 0, want: 2, failure: null, attempts: 0, notBeforeMs: 0 });
  });
  return { good: false };
}
