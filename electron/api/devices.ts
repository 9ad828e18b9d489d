/** `devices.*`: the account's devices, this one first. */
import { z } from 'zod';
import { deviceName, id, password } from './inputs.ts';
import { procedure, router } from './trpc.ts';
import type { Device } from './types.ts';

export const devicesRouter = router({
  list: procedure.query(async ({ ctx }): Promise<Device[]> => ctx.calls.devices.list()),
  rename: procedure
    .input(z.object({ id, name: deviceName }))
    .mutation(async ({ ctx, input }): Promise<void> => ctx.calls.devices.rename(input.id, input.name)),
  /** Signs another device out for good; it gets none of the keys from here on. */
  remove: procedure
    .input(
      z.object({
        id,
        /** Stolen: the account's root is renewed too, which asks the password. */
        stolen: z.boolean().default(false),
        password: password.nullish().transform((given) => given ?? null),
      }),
    )
    .mutation(async ({ ctx, input }): Promise<void> => ctx.calls.devices.remove(input)),
});
