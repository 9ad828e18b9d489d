/**
 * What a failed call means. Acts on `LockstepError.code` and never on the HTTP status alone; a failure without that detail is
 * the network (or something in between) speaking, and counts as "no answer".
 */
import { ConnectError } from '@connectrpc/connect';
import {
  ErrorCode,
  type LockstepError,
  LockstepErrorSchema,
} from '../../../shared/proto/gen/lockstep/cloud/v1/errors_pb.js';

export { ErrorCode };

/** The cloud's own words, or null when it did not answer (offline, proxy, timeout, cut). */
export function lockstepError(error: unknown): LockstepError | null {
  if (!(error instanceof ConnectError)) {
    return null;
  }
  return error.findDetails(LockstepErrorSchema)[0] ?? null;
}

export function errorCode(error: unknown): ErrorCode | null {
  return lockstepError(error)?.code ?? null;
}
