/** `notices.*`: what a person must be told, until they put it away. */
import { z } from 'zod';
import { procedure, router } from './trpc.ts';
import type { Notice } from './types.ts';

export const noticesRouter = router({
  list: procedure.query(async ({ ctx }): Promise<Notice[]> => ctx.calls.notices.list()),
  dismiss: procedure
    .input(z.object({ id: z.string().min(1).max(200) }))
    .mutation(async ({ ctx, input }): Promise<void> => ctx.calls.notices.dismiss(input.id)),
});
