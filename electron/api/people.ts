/** `people.*`: whom one writes with. */
import { z } from 'zod';
import { id } from './inputs.ts';
import { procedure, router } from './trpc.ts';

export const peopleRouter = router({
  /** The person has looked at somebody's changed identity and takes it. Reason `identityChanged` when it changed once more. */
  acceptIdentity: procedure
    .input(z.object({ id }))
    .mutation(async ({ ctx, input }): Promise<void> => ctx.calls.people.acceptIdentity(input.id)),
});
