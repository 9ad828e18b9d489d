/** `troubleshooting.*`: the checks that a person would be told to do, and the report for whoever helps. */

import { z } from 'zod';
import type {
  DamagedDatabase,
  DatabaseCheck,
  DiagnosticReport,
  TroubleshootingRun,
} from './troubleshooting-types.ts';
import { procedure, router } from './trpc.ts';

export const troubleshootingRouter = router({
  /** Asks the cloud now; answers also when it cannot be reached. */
  run: procedure.query(async ({ ctx }): Promise<TroubleshootingRun> => ctx.calls.troubleshooting.run()),
  /** Looks the whole database over. A mutation: it takes a while, and the next `run` tells of it. */
  checkDatabase: procedure.mutation(
    async ({ ctx }): Promise<DatabaseCheck> => ctx.calls.troubleshooting.checkDatabase(),
  ),
  /** Runs the checks anew. */
  report: procedure.query(async ({ ctx }): Promise<DiagnosticReport> => ctx.calls.troubleshooting.report()),
  /** Damaged databases of this profile, newest first. */
  damaged: procedure.query(
    async ({ ctx }): Promise<DamagedDatabase[]> => ctx.calls.troubleshooting.damaged(),
  ),
  /** Deletes the damaged files for good: a person's own word. */
  removeDamaged: procedure
    .input(z.object({ name: z.string().min(1).max(100), confirmed: z.literal(true) }))
    .mutation(async ({ ctx, input }): Promise<void> => ctx.calls.troubleshooting.removeDamaged(input.name)),
});
