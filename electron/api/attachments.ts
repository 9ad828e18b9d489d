/** `attachments.*`: files beside the text, and files that a person wants here. Their bytes go by `/attachments/*`. */
import { z } from 'zod';
import { id } from './inputs.ts';
import { procedure, router } from './trpc.ts';
import type { AttachmentDraft, AttachmentLimits } from './types.ts';

export const attachmentsRouter = router({
  limits: procedure.query(async ({ ctx }): Promise<AttachmentLimits> => ctx.calls.attachments.limits()),
  /** What is beside the text of a conversation and has not been sent. */
  drafts: procedure
    .input(z.object({ conversationId: id }))
    .query(
      async ({ ctx, input }): Promise<AttachmentDraft[]> =>
        ctx.calls.attachments.drafts(input.conversationId),
    ),
  /** Takes one out again. */
  drop: procedure
    .input(z.object({ id }))
    .mutation(async ({ ctx, input }): Promise<void> => ctx.calls.attachments.drop(input.id)),
  /** Download, or Try Again. */
  fetch: procedure
    .input(z.object({ messageId: id, place: z.number().int().min(0).max(99) }))
    .mutation(async ({ ctx, input }): Promise<void> => ctx.calls.attachments.fetch(input)),
});
