/** `deletes.*` and `recentlyDeleted.*`: how far a delete reaches, and what can still be brought back. */
import { z } from 'zod';
import { id, ids } from './inputs.ts';
import { procedure, router } from './trpc.ts';
import type { Deleted, DeleteScope, Done, Id, RecentlyDeletedGroup, RecentlyDeletedItem } from './types.ts';

const target = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('messages'), ids }),
  z.object({ kind: z.literal('conversation'), id }),
  z.object({ kind: z.literal('attachments'), id }),
  z.object({ kind: z.literal('forGood'), ids: z.union([ids, z.literal('all')]) }),
]);
const idsOrAll = z.object({ ids: z.union([ids, z.literal('all')]) });
const page = z
  .object({
    limit: z.number().int().min(1).max(5000).default(1000),
    offset: z.number().int().min(0).default(0),
  })
  .default({ limit: 1000, offset: 0 });

export const deletesRouter = router({
  /** For the warning, before anything is deleted. */
  scope: procedure
    .input(z.object({ target }))
    .query(async ({ ctx, input }): Promise<DeleteScope> => ctx.calls.deletes.scope(input.target)),
  /** Every message of a conversation that has files, to Recently Deleted. */
  attachments: procedure
    .input(z.object({ conversationId: id }))
    .mutation(
      async ({ ctx, input }): Promise<Deleted> => ctx.calls.deletes.attachments(input.conversationId),
    ),
  /** By the id that the delete gave. Brings back exactly what that took; how many messages came back. */
  undo: procedure
    .input(z.object({ undo: id }))
    .mutation(
      async ({ ctx, input }): Promise<Pick<Done, 'messages' | 'newer'>> => ctx.calls.deletes.undo(input.undo),
    ),
});

export const recentlyDeletedRouter = router({
  /** In the order of `groups`, and within one the latest deleted first. */
  list: procedure
    .input(page)
    .query(
      async ({ ctx, input }): Promise<RecentlyDeletedItem[]> =>
        ctx.calls.recentlyDeleted.list(input.limit, input.offset),
    ),
  /** Everything that is there, counted by conversation. */
  groups: procedure.query(
    async ({ ctx }): Promise<RecentlyDeletedGroup[]> => ctx.calls.recentlyDeleted.groups(),
  ),
  /** All of a conversation, or (null) all: what can be selected without being on screen. */
  ids: procedure
    .input(z.object({ conversationId: id.nullable() }))
    .query(async ({ ctx, input }): Promise<Id[]> => ctx.calls.recentlyDeleted.ids(input.conversationId)),
  recover: procedure
    .input(idsOrAll)
    .mutation(async ({ ctx, input }): Promise<Done> => ctx.calls.recentlyDeleted.recover(input.ids)),
  /** For good, on every device that takes part. */
  deleteNow: procedure
    .input(idsOrAll)
    .mutation(async ({ ctx, input }): Promise<Done> => ctx.calls.recentlyDeleted.deleteNow(input.ids)),
});
