/**
 * The one kind of error the local API gives: a `reason` that the renderer has words for, how long to wait where that
 * is known, and a sentence in plain English for logs and scripts. Whatever else is thrown becomes `unexpected`
 * without its text, so that no stack, path or key ever reaches a window.
 */
import type { TRPC_ERROR_CODE_KEY } from '@trpc/server/rpc';
import type { ApiFailure } from './types.ts';

export class Failure extends Error {
  readonly reason: string;
  readonly retryAfterMs: number | null;
  readonly about: string | null;

  constructor(
    reason: string,
    message: string,
    options: { retryAfterMs?: number | null; about?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'Failure';
    this.reason = reason;
    this.retryAfterMs = options.retryAfterMs ?? null;
    this.about = options.about ?? null;
  }
}

/** Reads `{reason, retryAfterMs, about}` off anything thrown that has them: our own, the worker's, the cloud's. */
export function failureOf(error: unknown): (ApiFailure & { message: string }) | null {
  if (typeof error !== 'object' || error === null || !('reason' in error)) return null;
  if (typeof error.reason !== 'string' || error.reason === '') return null;
  const wait = 'retryAfterMs' in error ? error.retryAfterMs : null;
  return {
    reason: error.reason,
    retryAfterMs: typeof wait === 'number' && Number.isFinite(wait) && wait >= 0 ? wait : null,
    about: 'about' in error && typeof error.about === 'string' ? error.about : null,
    message: error instanceof Error ? error.message : error.reason,
  };
}

const CODES: Record<string, TRPC_ERROR_CODE_KEY> = {
  invalidInput: 'BAD_REQUEST',
  notFound: 'NOT_FOUND',
  noAccount: 'NOT_FOUND',
  signedOut: 'UNAUTHORIZED',
  wrongPassword: 'UNAUTHORIZED',
  wrongWords: 'BAD_REQUEST',
  rateLimited: 'TOO_MANY_REQUESTS',
  locked: 'PRECONDITION_FAILED',
  stopping: 'SERVICE_UNAVAILABLE',
  workerCrashed: 'SERVICE_UNAVAILABLE',
  cloudUnreachable: 'SERVICE_UNAVAILABLE',
  offline: 'SERVICE_UNAVAILABLE',
};

/** The HTTP side of a reason; the renderer reads the reason, never the status. */
export function codeOf(reason: string): TRPC_ERROR_CODE_KEY {
  return CODES[reason] ?? 'UNPROCESSABLE_CONTENT';
}

export const notFound = (what: string): Failure =>
  new Failure('notFound', `There is no such ${what} on this device (any more).`);
