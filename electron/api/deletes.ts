/** `deletes.*` and `recentlyDeleted.*`: how far a delete reaches, and what can still be brought back. */
import { z } from 'zod';
import { id, ids } from './inputs.ts';
import { procedure, router } from './trpc.ts';
import type { DeleteScope, RecentlyDeletedItem } from './types.ts';

const target = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('messages'), ids }),
  z.object({ kind: z.literal('conversation'), id }),
  z.object({ kind: z.literal('forGood'), ids }),
]);
const idsOrAll = z.object({ ids: z.union([ids, z.literal('all')]) });

export const deletesRouter = router({
  /** For the warning, before anything is deleted. */
  scope: procedure
    .input(z.object({ target }))
    .query(async ({ ctx, input }): Promise<DeleteScope> => ctx.calls.deletes.scope(input.target)),
});

export const recentlyDeletedRouter = router({
  list: procedure
    .input(z.object({ limit: z.number().int().min(1).max(5000).default(1000) }).default({ limit: 1000 }))
    .query(
      async ({ ctx, input }): Promise<RecentlyDeletedItem[]> => ctx.calls.recentlyDeleted.list(input.limit),
    ),
  recover: procedure
    .input(idsOrAll)
    .mutation(async ({ ctx, input }): Promise<void> => ctx.calls.recentlyDeleted.recover(input.ids)),
  /** For good, on every device that takes part. */
  deleteNow: procedure
    .input(idsOrAll)
    .mutation(async ({ ctx, input }): Promise<void> => ctx.calls.recentlyDeleted.deleteNow(input.ids)),
});
