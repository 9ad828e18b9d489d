/** `people.*`: whom one writes with. */
import { z } from 'zod';
import { id } from './inputs.ts';
import { procedure, router } from './trpc.ts';
import type { Person } from './types.ts';

export const peopleRouter = router({
  /** The person has looked at somebody's changed identity and takes it. Reason `identityChanged` when it changed once more. */
  acceptIdentity: procedure
    .input(z.object({ id }))
    .mutation(async ({ ctx, input }): Promise<void> => ctx.calls.people.acceptIdentity(input.id)),
  /** For the whole account. What a blocked person writes does not arrive and cannot be had later; they are not told. */
  setBlocked: procedure
    .input(z.object({ id, blocked: z.boolean() }))
    .mutation(async ({ ctx, input }): Promise<void> => ctx.calls.people.setBlocked(input.id, input.blocked)),
  /** By name. */
  blocked: procedure.query(async ({ ctx }): Promise<Person[]> => ctx.calls.people.blocked()),
});
