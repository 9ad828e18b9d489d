/**
 * What a refused or unanswered call means to a person: the cloud's error code as the `reason` of a `SyncFailure`. For commands;
 * the engine's steps let the cloud's errors through and the runner reads their codes.
 */
import { SyncFailure } from '../failure.ts';
import { ErrorCode, lockstepError } from '../network/errors.ts';

const REASONS: Partial<Record<ErrorCode, string>> = {
  [ErrorCode.UNAUTHENTICATED]: 'signedOut',
  [ErrorCode.SESSION_REVOKED]: 'removed',
  [ErrorCode.TICKET_EXPIRED]: 'ticketExpired',
  [ErrorCode.WRONG_CREDENTIALS]: 'wrongPassword',
  [ErrorCode.SIGN_IN_LOCKED]: 'signInLocked',
  [ErrorCode.RATE_LIMITED]: 'rateLimited',
  [ErrorCode.HANDLE_TAKEN]: 'handleTaken',
  [ErrorCode.HANDLE_INVALID]: 'handleInvalid',
  [ErrorCode.INVITATION_REQUIRED]: 'invitationRequired',
  [ErrorCode.INVITATION_INVALID]: 'invitationInvalid',
  [ErrorCode.NOT_FOUND]: 'noAccount',
  [ErrorCode.UNAVAILABLE]: 'cloudUnavailable',
  [ErrorCode.VERSION_UNSUPPORTED]: 'appTooOld',
  [ErrorCode.KEYRING_CONFLICT]: 'keyringBusy',
};

export function cloudFailure(error: unknown): unknown {
  if (error instanceof SyncFailure) return error;
  const said = lockstepError(error);
  if (said !== null) {
    return new SyncFailure(
      REASONS[said.code] ?? 'cloudRefused',
      said.message,
      said.retryAfterMs > 0 ? said.retryAfterMs : null,
      { cause: error },
    );
  }
  return isConnectError(error)
    ? new SyncFailure(
        'cloudUnreachable',
        'The cloud did not answer. Check the connection and try again.',
        null,
        {
          cause: error,
        },
      )
    : error;
}

function isConnectError(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConnectError';
}

/** Runs a call of a command: whatever the cloud (or the network) says comes out as a `SyncFailure`. */
export async function asking<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw cloudFailure(error);
  }
}
