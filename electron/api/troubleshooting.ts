/** `troubleshooting.*`: the checks that a person would be told to do, and the report for whoever helps. */

import type { DatabaseCheck, DiagnosticReport, TroubleshootingRun } from './troubleshooting-types.ts';
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
});
