/**
 * The tRPC instance of the local API: no stack traces, every error with its `reason`, `retryAfterMs` and `about`
 * (`ApiFailure`), event streams that beat every 15 seconds.
 */
import { initTRPC, TRPCError } from '@trpc/server';
import { z } from 'zod';
import type { ApiCalls } from './calls.ts';
import { codeOf, failureOf } from './failure.ts';
import type { ApiFailure } from './types.ts';

export type ApiContext = {
  calls: ApiCalls;
  /** Called with what was not expected: a programming error, never content. */
  report: (path: string, error: unknown) => void;
};

const UNEXPECTED = 'Something went wrong in Lockstep. Try again; if it happens again, restart the app.';

const t = initTRPC.context<ApiContext>().create({
  isDev: false,
  sse: {
    ping: { enabled: true, intervalMs: 15_000 },
    client: { reconnectAfterInactivityMs: 40_000 },
  },
  errorFormatter({ shape, error }) {
    const failure = explain(error);
    const data: typeof shape.data & ApiFailure = {
      code: shape.data.code,
      httpStatus: shape.data.httpStatus,
      ...(shape.data.path === undefined ? {} : { path: shape.data.path }),
      reason: failure.reason,
      retryAfterMs: failure.retryAfterMs,
      about: failure.about,
    };
    return { code: shape.code, message: failure.message, data };
  },
});

function explain(error: TRPCError): ApiFailure & { message: string } {
  if (error.cause instanceof z.core.$ZodError) {
    const message = error.cause.issues.map((issue) => issue.message).join(' ');
    return { reason: reasonOfInput(error.cause.issues), retryAfterMs: null, about: null, message };
  }
  const known = failureOf(error.cause);
  if (known !== null) return known;
  switch (error.code) {
    case 'NOT_FOUND':
      return {
        reason: 'noSuchProcedure',
        retryAfterMs: null,
        about: null,
        message: 'Lockstep has no such call. Reload the window.',
      };
    case 'PARSE_ERROR':
    case 'BAD_REQUEST':
    case 'UNSUPPORTED_MEDIA_TYPE':
    case 'METHOD_NOT_SUPPORTED':
      return {
        reason: 'invalidInput',
        retryAfterMs: null,
        about: null,
        message: 'The request could not be read. Send JSON as the local API describes.',
      };
    case 'PAYLOAD_TOO_LARGE':
      return {
        reason: 'tooLarge',
        retryAfterMs: null,
        about: null,
        message: 'That is too much at once. Send it in parts.',
      };
    default:
      return { reason: 'unexpected', retryAfterMs: null, about: null, message: UNEXPECTED };
  }
}

/** What a person typed and can put right has a reason of its own. */
function reasonOfInput(issues: readonly { path: PropertyKey[] }[]): string {
  const wrong = issues.map(({ path: [top, inner] }) =>
    top === 'handles' && inner !== undefined ? 'handle' : (inner ?? top),
  );
  if (wrong.includes('handle')) return 'handleInvalid';
  return wrong.includes('url') ? 'addressInvalid' : 'invalidInput';
}

/** Gives a thrown reason its HTTP code; reports what nobody foresaw. */
const failures = t.middleware(async ({ next, ctx, path }) => {
  const result = await next();
  if (result.ok) return result;
  const known = failureOf(result.error.cause);
  if (known !== null)
    throw new TRPCError({ code: codeOf(known.reason), message: known.message, cause: result.error.cause });
  if (result.error.code === 'INTERNAL_SERVER_ERROR') ctx.report(path, result.error.cause ?? result.error);
  return result;
});

export const router = t.router;
export const procedure = t.procedure.use(failures);
