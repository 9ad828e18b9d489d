/** The one error that commands throw on purpose: `reason` is in every `Failure` that leaves the worker. */
import { PayloadError } from '../../shared/model/payload.ts';
import { type Trouble, troubleOf } from '../store/damage/signs.ts';
import type { Failure } from './protocol.ts';

export class SyncFailure extends Error {
  readonly reason: string;
  readonly retryAfterMs: number | null;
  /** Which of the things given it is about: the one handle of several, the one word of 24. */
  readonly about: string | null;

  constructor(
    reason: string,
    message: string,
    retryAfterMs: number | null = null,
    options?: ErrorOptions & { about?: string | undefined },
  ) {
    super(message, options);
    this.name = 'SyncFailure';
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
    this.about = options?.about ?? null;
  }
}

/** What keeps this computer from writing, and is no fault of the app's: said by its name. */
const TROUBLE: Record<Trouble, string> = {
  diskFull: 'There is no room left on the disk.',
  noAccess: 'The folder of this device may not be written to.',
  busy: 'Another program holds a file of this device.',
};

/** Any thrown thing as plain data for `postMessage`. */
export function toFailure(error: unknown): Failure {
  if (error instanceof SyncFailure) {
    const { reason, retryAfterMs, about } = error;
    return { reason, retryAfterMs, detail: error.message, ...(about === null ? {} : { about }) };
  }
  if (error instanceof PayloadError && error.code === 'newer_schema')
    return { reason: 'newerApp', retryAfterMs: null, detail: error.message };
  const trouble = troubleOf(error);
  if (trouble !== null) return { reason: trouble, retryAfterMs: null, detail: TROUBLE[trouble] };
  return {
    reason: 'internal',
    retryAfterMs: null,
    detail: error instanceof Error ? error.message : String(error),
  };
}
