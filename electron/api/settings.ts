/** `settings.*`: appearance, language and notifications (of this device); receipts and name (of the account); Keep Messages. */
import { z } from 'zod';
import { personName } from './inputs.ts';
import { procedure, router } from './trpc.ts';
import type { KeepPreview, Settings, SettingsChange } from './types.ts';

const keepDays = z.object({
  days: z.union([z.literal(0), z.literal(30), z.literal(365)], {
    error: 'Choose 0 (forever), 30 or 365 days.',
  }),
});

export const settingsRouter = router({
  get: procedure.query(async ({ ctx }): Promise<Settings> => ctx.calls.settings.get()),
  /** Only what is given changes. */
  set: procedure
    .input(
      z
        .object({
          appearance: z.enum(['system', 'light', 'dark']),
          language: z.enum(['system', 'en', 'nl']),
          notifications: z.enum(['text', 'name', 'hidden', 'off']),
          readReceipts: z.boolean(),
          name: personName,
        })
        .partial(),
    )
    .mutation(async ({ ctx, input }): Promise<Settings> => {
      const change: SettingsChange = {};
      if (input.appearance !== undefined) change.appearance = input.appearance;
      if (input.language !== undefined) change.language = input.language;
      if (input.notifications !== undefined) change.notifications = input.notifications;
      if (input.readReceipts !== undefined) change.readReceipts = input.readReceipts;
      if (input.name !== undefined) change.name = input.name;
      return ctx.calls.settings.set(change);
    }),
  /** What choosing this would delete, where and when: for the warning. */
  keepPreview: procedure
    .input(keepDays)
    .query(async ({ ctx, input }): Promise<KeepPreview> => ctx.calls.settings.keepPreview(input.days)),
  setKeepMessages: procedure
    .input(keepDays)
    .mutation(async ({ ctx, input }): Promise<Settings> => ctx.calls.settings.setKeepMessages(input.days)),
});
