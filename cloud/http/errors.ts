/**
 * The errors that the cloud answers with. Every refusal is a CloudError with one of LockstepError's codes (SPEC ERR-1);
 * anything else that is thrown is a fault of the cloud's own and tells the outside nothing (ERR-5).
 */
import { create, toBinary } from '@bufbuild/protobuf';
import { ErrorCode, LockstepErrorSchema } from '../../shared/proto/gen/lockstep/cloud/v1/errors_pb.js';

export class CloudError extends Error {
  override name = 'CloudError';
  readonly code: ErrorCode;
  readonly retryAfterMs: number;
  constructor(code: ErrorCode, message: string, retryAfterMs = 0) {
    super(message);
    this.code = code;
    this.retryAfterMs = Math.min(Math.max(0, Math.ceil(retryAfterMs)), 0xffff_ffff);
  }
}

export const malformed = (message: string): CloudError => new CloudError(ErrorCode.MALFORMED, message);
export const tooLarge = (message: string): CloudError => new CloudError(ErrorCode.TOO_LARGE, message);
export const unavailable = (message: string, retryAfterMs: number): CloudError =>
  new CloudError(ErrorCode.UNAVAILABLE, message, retryAfterMs);

/** What the outer layers make of each code. A device reads LockstepError.code alone. */
const outside: Record<ErrorCode, { connect: string; status: number }> = {
  [ErrorCode.UNSPECIFIED]: { connect: 'internal', status: 500 },
  [ErrorCode.MALFORMED]: { connect: 'invalid_argument', status: 400 },
  [ErrorCode.TOO_LARGE]: { connect: 'resource_exhausted', status: 413 },
  [ErrorCode.UNAUTHENTICATED]: { connect: 'unauthenticated', status: 401 },
  [ErrorCode.SESSION_REVOKED]: { connect: 'unauthenticated', status: 401 },
  [ErrorCode.TICKET_EXPIRED]: { connect: 'unauthenticated', status: 401 },
  [ErrorCode.WRONG_CREDENTIALS]: { connect: 'unauthenticated', status: 401 },
  [ErrorCode.SIGN_IN_LOCKED]: { connect: 'resource_exhausted', status: 429 },
  [ErrorCode.RATE_LIMITED]: { connect: 'resource_exhausted', status: 429 },
  [ErrorCode.HANDLE_TAKEN]: { connect: 'already_exists', status: 409 },
  [ErrorCode.HANDLE_INVALID]: { connect: 'invalid_argument', status: 400 },
  [ErrorCode.INVITATION_REQUIRED]: { connect: 'permission_denied', status: 403 },
  [ErrorCode.INVITATION_INVALID]: { connect: 'permission_denied', status: 403 },
  [ErrorCode.NOT_FOUND]: { connect: 'not_found', status: 404 },
  [ErrorCode.KEYRING_CONFLICT]: { connect: 'aborted', status: 409 },
  [ErrorCode.KEYRING_INVALID]: { connect: 'invalid_argument', status: 400 },
  [ErrorCode.ZONE_FORBIDDEN]: { connect: 'permission_denied', status: 403 },
  [ErrorCode.TOKEN_INVALID]: { connect: 'invalid_argument', status: 400 },
  [ErrorCode.GENERATION_CHANGED]: { connect: 'failed_precondition', status: 412 },
  [ErrorCode.INCARNATION_CHANGED]: { connect: 'failed_precondition', status: 412 },
  [ErrorCode.ZONE_PENDING_PURGE]: { connect: 'failed_precondition', status: 412 },
  [ErrorCode.SEND_ID_REUSED]: { connect: 'already_exists', status: 409 },
  [ErrorCode.UNAVAILABLE]: { connect: 'unavailable', status: 503 },
  [ErrorCode.VERSION_UNSUPPORTED]: { connect: 'failed_precondition', status: 426 },
  [ErrorCode.FORBIDDEN]: { connect: 'permission_denied', status: 403 },
  [ErrorCode.INTERNAL]: { connect: 'internal', status: 500 },
  [ErrorCode.STORAGE_FULL]: { connect: 'resource_exhausted', status: 507 },
};

export const httpStatus = (code: ErrorCode): number => outside[code].status;

type Circumstances = { requestId: string; nowMs: number };

const detailOf = (error: CloudError, { requestId, nowMs }: Circumstances) =>
  create(LockstepErrorSchema, {
    code: error.code,
    message: error.message,
    retryAfterMs: error.retryAfterMs,
    requestId,
    cloudTimeMs: BigInt(nowMs),
  });

const retryAfterSeconds = (error: CloudError): string =>
  String(Math.max(1, Math.ceil(error.retryAfterMs / 1000)));

export const errorHeaders = (error: CloudError): Record<string, string> =>
  error.retryAfterMs > 0 ? { 'retry-after': retryAfterSeconds(error) } : {};

/** What a refusal's body says, in Connect's words. */
export const errorBody = (error: CloudError, circumstances: Circumstances) => {
  const value = Buffer.from(toBinary(LockstepErrorSchema, detailOf(error, circumstances))).toString('base64');
  return {
    code: outside[error.code].connect,
    message: error.message,
    details: [{ type: LockstepErrorSchema.typeName, value: value.replace(/=+$/, '') }],
  };
};

export const toErrorResponse = (error: CloudError, circumstances: Circumstances): Response =>
  Response.json(errorBody(error, circumstances), {
    status: httpStatus(error.code),
    headers: errorHeaders(error),
  });

/** SQLite's way of saying that it cannot write now: a full or read-only disk, a lock that was not given up. */
const cannotWrite = (code: string): boolean =>
  /^SQLITE_(BUSY|FULL|READONLY|IOERR|LOCKED|CANTOPEN)/.test(code);

export const asCloudError = (thrown: unknown): CloudError => {
  if (thrown instanceof CloudError) return thrown;
  const code = (thrown as { code?: unknown } | null)?.code;
  if (typeof code === 'string' && cannotWrite(code)) return unavailable('The cloud cannot write now.', 5_000);
  return new CloudError(
    ErrorCode.INTERNAL,
    'A fault of the cloud. Its log has the particulars under this request id.',
  );
};
