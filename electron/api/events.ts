/**
 * `events.subscribe`: one server-sent stream of what to ask for again. Every stream begins with everything, so that a
 * stream that comes back after a gap needs no history. A stream ends with the request's signal or with its body's
 * cancel, and leaves nothing waiting behind.
 */
import { procedure, router } from './trpc.ts';
import type { ApiEvent } from './types.ts';

export const eventsRouter = router({
  subscribe: procedure.subscription(async function* ({ ctx, signal }): AsyncGenerator<ApiEvent, void, void> {
    const ended = signal ?? new AbortController().signal;
    yield* ctx.calls.events.subscribe(ended);
  }),
});
