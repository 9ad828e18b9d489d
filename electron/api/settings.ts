/** `settings.*`: appearance and language (of this device); receipts and name (of the account). */
import { z } from 'zod';
import { personName } from './inputs.ts';
import { procedure, router } from './trpc.ts';
import type { Settings } from './types.ts';

export const settingsRouter = router({
  get: procedure.query(async ({ ctx }): Promise<Settings> => ctx.calls.settings.get()),
  /** Only what is given changes. */
  set: procedure
    .input(
      z
        .object({
          appearance: z.enum(['system', 'light', 'dark']),
          language: z.enum(['system', 'en', 'nl']),
          readReceipts: z.boolean(),
          name: personName,
        })
        .partial(),
    )
    .mutation(async ({ ctx, input }): Promise<Settings> => {
      const change: Partial<Settings> = {};
      if (input.appearance !== undefined) change.appearance = input.appearance;
      if (input.language !== undefined) change.language = input.language;
      if (input.readReceipts !== undefined) change.readReceipts = input.readReceipts;
      if (input.name !== undefined) change.name = input.name;
      return ctx.calls.settings.set(change);
    }),
});
