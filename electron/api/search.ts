/** `search.query`: conversations by name and messages by their text. */
import { z } from 'zod';
import { procedure, router } from './trpc.ts';
import type { SearchResult } from './types.ts';

export const searchRouter = router({
  query: procedure
    .input(
      z.object({
        text: z.string().max(1000, 'Search for at most 1,000 characters.'),
        limit: z.number().int().min(1).max(500).default(100),
      }),
    )
    .query(async ({ ctx, input }): Promise<SearchResult> => ctx.calls.search.query(input.text, input.limit)),
});
