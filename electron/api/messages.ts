/** `messages.*`: pages of a conversation, and what can be done to a message. */
import { z } from 'zod';
import { cursor, id, ids, messageText, sentText } from './inputs.ts';
import { procedure, router } from './trpc.ts';
import type { Deleted, Id, Message, MessagePage } from './types.ts';

const one = z.object({ id });

export const messagesRouter = router({
  /**
   * Without an anchor: the newest. `older`: those before the anchor; `newer`: those after it; `around`: the anchor
   * in the middle. The anchor itself is only in `around`.
   */
  page: procedure
    .input(
      z.object({
        conversationId: id,
        anchor: cursor.nullish().transform((anchor) => anchor ?? null),
        direction: z.enum(['older', 'newer', 'around']).default('older'),
        limit: z.number().int().min(1).max(500).default(60),
      }),
    )
    .query(async ({ ctx, input }): Promise<MessagePage> => ctx.calls.messages.page(input)),
  /** Answers when the message is safe in the outbox of this device, whether or not there is a connection. */
  send: procedure
    .input(
      z
        .object({
          conversationId: id,
          text: sentText,
          replyTo: id.nullish().transform((reply) => reply ?? null),
          /** Drafts, in their order: POST /attachments gives their ids. */
          attachments: z.array(id).max(20, 'Send at most 20 files at once.').default([]),
        })
        .refine(
          ({ text, attachments }) => text.trim() !== '' || attachments.length > 0,
          'Write something first.',
        ),
    )
    .mutation(async ({ ctx, input }): Promise<Message | null> => ctx.calls.messages.send(input)),
  /** Try Again, of a failed one. */
  retry: procedure
    .input(one)
    .mutation(async ({ ctx, input }): Promise<void> => ctx.calls.messages.retry(input.id)),
  /** Take a failed or waiting one out of the outbox. `undo` null: nothing to bring back, it was accepted. */
  discard: procedure
    .input(one)
    .mutation(async ({ ctx, input }): Promise<{ undo: Id | null }> => ctx.calls.messages.discard(input.id)),
  edit: procedure
    .input(one.extend({ text: messageText }))
    .mutation(async ({ ctx, input }): Promise<void> => ctx.calls.messages.edit(input.id, input.text)),
  unsend: procedure
    .input(one)
    .mutation(async ({ ctx, input }): Promise<void> => ctx.calls.messages.unsend(input.id)),
  /** One reaction a person and message; null takes it away. */
  react: procedure
    .input(one.extend({ emoji: z.string().min(1, 'Choose an emoji.').max(32, 'One emoji only.').nullable() }))
    .mutation(async ({ ctx, input }): Promise<void> => ctx.calls.messages.react(input.id, input.emoji)),
  /** Every message's id, newest first: what Select All means, also of what was never scrolled to. */
  ids: procedure
    .input(z.object({ conversationId: id, limit: z.number().int().min(1).max(10_000).default(10_000) }))
    .query(
      async ({ ctx, input }): Promise<Id[]> => ctx.calls.messages.ids(input.conversationId, input.limit),
    ),
  /** To Recently Deleted. `undo`: for `deletes.undo`. */
  delete: procedure
    .input(z.object({ ids }))
    .mutation(async ({ ctx, input }): Promise<Deleted> => ctx.calls.messages.delete(input.ids)),
});
