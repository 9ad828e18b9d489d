/** Answers `attachments.*`, and puts files into the words of the API. */
import { MOST_ATTACHMENTS } from '../../../shared/model/attachment.ts';
import type { AttachmentCalls } from '../../api/calls.ts';
import type { Attachment, AttachmentName } from '../../api/types.ts';
import { type AttachmentItem, listDrafts } from '../../store/attachments.ts';
import { hex, unhex } from '../../store/values.ts';
import { largestAttachment } from '../attachments/limits.ts';
import { type CallContext, read, run } from './context.ts';

export function attachmentCalls(context: CallContext): AttachmentCalls {
  return {
    limits: () => ({
      largestBytes: read(context, largestAttachment),
      most: MOST_ATTACHMENTS,
    }),
    drafts: (conversationId) =>
      read(context, (store) => listDrafts(store, unhex(conversationId))).map(
        ({ id, name, mediaType, size, thumbnail }) => ({
          id: hex(id),
          name,
          mediaType,
          size,
          thumbnail: dataUrl(thumbnail),
        }),
      ),
    async drop(id) {
      await run(context, 'dropAttachment', { id });
    },
    async fetch({ messageId, place }) {
      await run(context, 'fetchAttachment', { id: messageId, place });
    },
  };
}

/** `waiting`: of a message that has not been sent: what shows is how far it is up. */
export function attachmentsFor(
  messageId: string,
  items: readonly AttachmentItem[],
  waiting: boolean,
): Attachment[] {
  return items.map((item, place) => ({
    name: item.name,
    mediaType: item.mediaType,
    url: `/attachments/${messageId}/${place}`,
    size: item.size,
    width: item.width,
    height: item.height,
    durationMs: item.durationMs,
    thumbnail: dataUrl(item.thumbnail),
    state: stateOf(item),
    progress: progressOf(item, waiting),
  }));
}

export const namesOf = (items: readonly AttachmentName[]): AttachmentName[] =>
  items.map(({ name, mediaType }) => ({ name, mediaType }));

function stateOf({ here, wanted, failure }: AttachmentItem): Attachment['state'] {
  if (failure === 'newer') return 'newer';
  if (here) return 'here';
  if (failure !== null) return failure === 'damaged' ? 'damaged' : 'gone';
  return wanted ? 'coming' : 'remote';
}

function progressOf(
  { here, wanted, failure, sealed, got, sent }: AttachmentItem,
  waiting: boolean,
): number | null {
  if (sealed === 0) return null;
  if (waiting) return Math.min(1, sent / sealed);
  return here || failure !== null || !wanted ? null : Math.min(1, got / sealed);
}

/** Its first bytes say what it is: it was checked when it was read. */
function dataUrl(thumbnail: Uint8Array): string | null {
  if (thumbnail.length === 0) return null;
  const type = thumbnail[0] === 0xff ? 'jpeg' : thumbnail[0] === 0x89 ? 'png' : 'webp';
  return `data:image/${type};base64,${Buffer.from(thumbnail).toString('base64')}`;
}
