/** `conversations.*`: the list, and what can be done to one conversation. */
import { z } from 'zod';
import { cursor, handle, id } from './inputs.ts';
import { procedure, router } from './trpc.ts';
import type { ConversationSummary, Deleted } from './types.ts';

const one = z.object({ id });

export const conversationsRouter = router({
  /** All of them, pinned first, then newest first. */
  list: procedure.query(async ({ ctx }): Promise<ConversationSummary[]> => ctx.calls.conversations.list()),
  get: procedure
    .input(one)
    .query(async ({ ctx, input }): Promise<ConversationSummary> => ctx.calls.conversations.get(input.id)),
  /** One handle: the conversation with that person (the one there is, or a new one). More: a new group. */
  start: procedure
    .input(
      z.object({
        handles: z.array(handle).min(1, 'Say to whom.').max(64, 'A group has at most 64 people.'),
        name: z
          .string()
          .trim()
          .max(100, 'A name has at most 100 characters.')
          .nullish()
          .transform((name) => name || null),
      }),
    )
    .mutation(async ({ ctx, input }): Promise<ConversationSummary> => ctx.calls.conversations.start(input)),
  /** Up to and including `upTo`; without it, up to the newest message here. */
  markRead: procedure
    .input(one.extend({ upTo: cursor.nullish() }))
    .mutation(
      async ({ ctx, input }): Promise<void> => ctx.calls.conversations.markRead(input.id, input.upTo ?? null),
    ),
  markUnread: procedure
    .input(one)
    .mutation(async ({ ctx, input }): Promise<void> => ctx.calls.conversations.markUnread(input.id)),
  setPinned: procedure
    .input(one.extend({ pinned: z.boolean() }))
    .mutation(
      async ({ ctx, input }): Promise<void> => ctx.calls.conversations.setPinned(input.id, input.pinned),
    ),
  setMuted: procedure
    .input(one.extend({ until: z.number().int().nonnegative().nullable() }))
    .mutation(
      async ({ ctx, input }): Promise<void> => ctx.calls.conversations.setMuted(input.id, input.until),
    ),
  setDraft: procedure
    .input(one.extend({ text: z.string().max(100_000, 'A draft has at most 100,000 characters.') }))
    .mutation(
      async ({ ctx, input }): Promise<void> => ctx.calls.conversations.setDraft(input.id, input.text),
    ),
  rename: procedure
    .input(one.extend({ name: z.string().trim().max(100, 'A name has at most 100 characters.').nullable() }))
    .mutation(
      async ({ ctx, input }): Promise<void> => ctx.calls.conversations.rename(input.id, input.name || null),
    ),
  /** To Recently Deleted, everything that is shown. `undo`: for `deletes.undo`. */
  delete: procedure
    .input(one)
    .mutation(async ({ ctx, input }): Promise<Deleted> => ctx.calls.conversations.delete(input.id)),
});
