/** `sync.*`: the status line's state, the switch "Messages in iCloud", and what the cloud holds. */
import { z } from 'zod';
import { procedure, router } from './trpc.ts';
import type { StorageInfo, SwitchOffPreview, SwitchPreview, SyncStatus } from './types.ts';

export const syncRouter = router({
  status: procedure.query(async ({ ctx }): Promise<SyncStatus> => ctx.calls.sync.status()),
  /** Sync Now; also what "Try Now" does while paused. */
  now: procedure.mutation(async ({ ctx }): Promise<void> => ctx.calls.sync.now()),
  /** Stop a switching on or off that is under way. */
  cancel: procedure.mutation(async ({ ctx }): Promise<void> => ctx.calls.sync.cancel()),
  /** What switching on will do, in numbers, for the sheet that asks. */
  preview: procedure.query(async ({ ctx }): Promise<SwitchPreview> => ctx.calls.sync.preview()),
  /** What switching off downloads first, and whether it fits on this disk. */
  offPreview: procedure.query(async ({ ctx }): Promise<SwitchOffPreview> => ctx.calls.sync.offPreview()),
  /** The switch of this device; off also for all devices at once. */
  setSwitch: procedure
    .input(
      z.discriminatedUnion('on', [
        z.object({ on: z.literal(true), deletedHere: z.enum(['everywhere', 'bringBack']).optional() }),
        z.object({ on: z.literal(false), everywhere: z.boolean().default(false) }),
      ]),
    )
    .mutation(
      async ({ ctx, input }): Promise<void> =>
        ctx.calls.sync.setSwitch(
          input.on
            ? { on: true, ...(input.deletedHere === undefined ? {} : { deletedHere: input.deletedHere }) }
            : input,
        ),
    ),
  /** Pauses the transfer under way, until `resume`. */
  hold: procedure.mutation(async ({ ctx }): Promise<void> => ctx.calls.sync.hold()),
  resume: procedure.mutation(async ({ ctx }): Promise<void> => ctx.calls.sync.resume()),
  /** Although on battery, or on a metered connection. */
  continueAnyway: procedure.mutation(async ({ ctx }): Promise<void> => ctx.calls.sync.continueAnyway()),
  /** Disable & Delete: off everywhere, and in 30 days the cloud's copy goes for good. */
  disableAndDelete: procedure
    .input(z.object({ confirmed: z.literal(true, 'Ask the person first, then confirm.') }))
    .mutation(async ({ ctx }): Promise<void> => ctx.calls.sync.disableAndDelete()),
  undoPurge: procedure.mutation(async ({ ctx }): Promise<void> => ctx.calls.sync.undoPurge()),
  storage: procedure.query(async ({ ctx }): Promise<StorageInfo> => ctx.calls.sync.storage()),
  repair: procedure.mutation(async ({ ctx }): Promise<void> => ctx.calls.sync.repair()),
});
