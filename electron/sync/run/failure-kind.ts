/** What a thrown error means to the engine (SPEC SYN-11): by `LockstepError.code`, never by the HTTP status alone. */

import { ConnectError } from '@connectrpc/connect';
import { TrustError } from '../../../shared/crypto/errors.ts';
import { isFileError } from '../../store/blob-files.ts';
import { troubleOf } from '../../store/damage/signs.ts';
import type { FailureKind } from '../engine/steps.ts';
import { SyncFailure } from '../failure.ts';
import { numberOf } from '../network/answers.ts';
import { ErrorCode, lockstepError } from '../network/errors.ts';
import { noAnswerCode } from '../network/no-answer.ts';

/** `detail` is a sentence of whoever failed; `code` is a name out of closed sets, and all that is ever written down (failure-log.ts). */
export type StepFailure = {
  kind: FailureKind;
  retryAfterMs: number;
  detail: string;
  code: string | null;
  cloudMs: number | null;
};

const KINDS: Partial<Record<ErrorCode, FailureKind>> = {
  [ErrorCode.TOO_LARGE]: 'tooLarge',
  [ErrorCode.UNAUTHENTICATED]: 'sessionEnded',
  [ErrorCode.SESSION_REVOKED]: 'removed',
  [ErrorCode.RATE_LIMITED]: 'busy',
  [ErrorCode.UNAVAILABLE]: 'busy',
  [ErrorCode.INTERNAL]: 'busy',
  [ErrorCode.TOKEN_INVALID]: 'tokenInvalid',
  [ErrorCode.GENERATION_CHANGED]: 'generationChanged',
  [ErrorCode.INCARNATION_CHANGED]: 'incarnationChanged',
  [ErrorCode.ZONE_PENDING_PURGE]: 'purgePending',
  [ErrorCode.VERSION_UNSUPPORTED]: 'appTooOld',
  [ErrorCode.KEYRING_INVALID]: 'staleKeyring',
  [ErrorCode.KEYRING_CONFLICT]: 'staleKeyring',
};

/** Reasons of `SyncFailure` that mean something to the engine; what throws them is in account/, keyring/, mail/ and zones/. */
const REASONS: Record<string, FailureKind> = {
  signedOut: 'sessionEnded',
  removed: 'removed',
  keyringForged: 'keyringForged',
  keyringRolledBack: 'keyringForged',
  keyringStale: 'staleKeyring',
  zoneMoved: 'incarnationChanged',
  cloudUnreachable: 'network',
};

/** Nobody in between makes a device wait longer than this. */
const LONGEST_WAIT_S = 600;

export function failureOf(error: unknown): StepFailure {
  const detail = error instanceof Error ? error.message : String(error);
  const said = lockstepError(error);
  if (said !== null) {
    return {
      kind: KINDS[said.code] ?? 'refused',
      retryAfterMs: said.retryAfterMs,
      detail,
      code: codeOf(error),
      cloudMs: said.cloudTimeMs > 0n ? numberOf(said.cloudTimeMs) : null,
    };
  }
  const plain = (kind: FailureKind, retryAfterMs = 0): StepFailure => ({
    kind,
    retryAfterMs,
    detail,
    code: codeOf(error),
    cloudMs: null,
  });
  if (error instanceof ConnectError) {
    // Something in between (a proxy, say) may know how long.
    const seconds = Number(error.metadata.get('retry-after'));
    return plain('network', seconds > 0 ? Math.min(seconds, LONGEST_WAIT_S) * 1000 : 0);
  }
  if (error instanceof TrustError) {
    return plain('keyringForged');
  }
  if (error instanceof SyncFailure) {
    return plain(REASONS[error.reason] ?? 'refused', error.retryAfterMs ?? 0);
  }
  if (troubleOf(error) === 'diskFull') {
    return plain('diskFull');
  }
  if (isFileError(error)) {
    return plain('file');
  }
  return plain('internal');
}

/** The name of what went wrong, as the program, the cloud's protocol, SQLite or the system gives it. */
export function codeOf(error: unknown): string | null {
  const said = lockstepError(error);
  if (said !== null) {
    return ErrorCode[said.code] ?? null;
  }
  if (error instanceof SyncFailure) {
    return error.reason;
  }
  const code = error instanceof ConnectError ? null : (error as { code?: unknown } | null)?.code;
  if (typeof code === 'string') {
    return code;
  }
  return noAnswerCode(error) ?? (error instanceof Error ? error.name : null);
}
