/** `sync.*`: the status line's state, the switch "Messages in iCloud", and what the cloud holds. */
import { z } from 'zod';
import { procedure, router } from './trpc.ts';
import type { StorageInfo, SwitchPreview, SyncStatus } from './types.ts';

export const syncRouter = router({
  status: procedure.query(async ({ ctx }): Promise<SyncStatus> => ctx.calls.sync.status()),
  /** Sync Now; also what "Try Now" does while paused. */
  now: procedure.mutation(async ({ ctx }): Promise<void> => ctx.calls.sync.now()),
  /** Stop a switching on or off that is under way. */
  cancel: procedure.mutation(async ({ ctx }): Promise<void> => ctx.calls.sync.cancel()),
  /** What switching on will do, in numbers, for the sheet that asks. */
  preview: procedure.query(async ({ ctx }): Promise<SwitchPreview> => ctx.calls.sync.preview()),
  /** The switch of this device. */
  setSwitch: procedure
    .input(z.object({ on: z.boolean(), deletedHere: z.enum(['everywhere', 'bringBack']).optional() }))
    .mutation(async ({ ctx, input }): Promise<void> => ctx.calls.sync.setSwitch(input.on, input.deletedHere)),
  storage: procedure.query(async ({ ctx }): Promise<StorageInfo> => ctx.calls.sync.storage()),
  repair: procedure.mutation(async ({ ctx }): Promise<void> => ctx.calls.sync.repair()),
});
