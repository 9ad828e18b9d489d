/**
 * The errors that the cloud answers with. Every refusal is a CloudError with one of LockstepError's codes (SPEC ERR-1);
 * anything else that is thrown is a fault of the cloud's own and tells the outside nothing (ERR-5).
 */
import { create, toBinary } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
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
const outside: Record<ErrorCode, { connect: Code; status: number }> = {
  [ErrorCode.UNSPECIFIED]: { connect: Code.Internal, status: 500 },
  [ErrorCode.MALFORMED]: { connect: Code.InvalidArgument, status: 400 },
  [ErrorCode.TOO_LARGE]: { connect: Code.ResourceExhausted, status: 413 },
  [ErrorCode.UNAUTHENTICATED]: { connect: Code.Unauthenticated, status: 401 },
  [ErrorCode.SESSION_REVOKED]: { connect: Code.Unauthenticated, status: 401 },
  [ErrorCode.TICKET_EXPIRED]: { connect: Code.Unauthenticated, status: 401 },
  [ErrorCode.WRONG_CREDENTIALS]: { connect: Code.Unauthenticated, status: 401 },
  [ErrorCode.SIGN_IN_LOCKED]: { connect: Code.ResourceExhausted, status: 429 },
  [ErrorCode.RATE_LIMITED]: { connect: Code.ResourceExhausted, status: 429 },
  [ErrorCode.HANDLE_TAKEN]: { connect: Code.AlreadyExists, status: 409 },
  [ErrorCode.HANDLE_INVALID]: { connect: Code.InvalidArgument, status: 400 },
  [ErrorCode.INVITATION_REQUIRED]: { connect: Code.PermissionDenied, status: 403 },
  [ErrorCode.INVITATION_INVALID]: { connect: Code.PermissionDenied, status: 403 },
  [ErrorCode.NOT_FOUND]: { connect: Code.NotFound, status: 404 },
  [ErrorCode.KEYRING_CONFLICT]: { connect: Code.Aborted, status: 409 },
  [ErrorCode.KEYRING_INVALID]: { connect: Code.InvalidArgument, status: 400 },
  [ErrorCode.ZONE_FORBIDDEN]: { connect: Code.PermissionDenied, status: 403 },
  [ErrorCode.TOKEN_INVALID]: { connect: Code.InvalidArgument, status: 400 },
  [ErrorCode.GENERATION_CHANGED]: { connect: Code.FailedPrecondition, status: 412 },
  [ErrorCode.INCARNATION_CHANGED]: { connect: Code.FailedPrecondition, status: 412 },
  [ErrorCode.ZONE_PENDING_PURGE]: { connect: Code.FailedPrecondition, status: 412 },
  [ErrorCode.SEND_ID_REUSED]: { connect: Code.AlreadyExists, status: 409 },
  [ErrorCode.UNAVAILABLE]: { connect: Code.Unavailable, status: 503 },
  [ErrorCode.VERSION_UNSUPPORTED]: { connect: Code.FailedPrecondition, status: 426 },
  [ErrorCode.FORBIDDEN]: { connect: Code.PermissionDenied, status: 403 },
  [ErrorCode.INTERNAL]: { connect: Code.Internal, status: 500 },
  [ErrorCode.STORAGE_FULL]: { connect: Code.ResourceExhausted, status: 507 },
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

const errorHeaders = (error: CloudError): Record<string, string> =>
  error.retryAfterMs > 0 ? { 'retry-after': retryAfterSeconds(error) } : {};

/** For errors inside Connect: thrown on, so that Connect writes them in the protocol of the call. */
export const toConnectError = (error: CloudError, circumstances: Circumstances): ConnectError =>
  new ConnectError(error.message, outside[error.code].connect, errorHeaders(error), [
    { desc: LockstepErrorSchema, value: detailOf(error, circumstances) },
  ]);

/** The same error as a response of its own, for what is refused before or after Connect. */
export const toErrorResponse = (error: CloudError, circumstances: Circumstances): Response => {
  const value = Buffer.from(toBinary(LockstepErrorSchema, detailOf(error, circumstances))).toString('base64');
  const body = {
    code: Code[outside[error.code].connect].replace(
      /[A-Z]/g,
      (c, at: number) => (at > 0 ? '_' : '') + c.toLowerCase(),
    ),
    message: error.message,
    details: [{ type: LockstepErrorSchema.typeName, value: value.replace(/=+$/, '') }],
  };
  return Response.json(body, { status: httpStatus(error.code), headers: errorHeaders(error) });
};

/** SQLite's way of saying that it cannot write now: a full or read-only disk, a lock that was not given up. */
const cannotWrite = (code: string): boolean =>
  /^SQLITE_(BUSY|FULL|READONLY|IOERR|LOCKED|CANTOPEN)/.test(code);

/** What Connect itself refuses: a header it cannot read, an encoding it does not know, a time limit that is over. */
const fromConnect = ({ code }: ConnectError): CloudError | undefined => {
  if (code === Code.Canceled || code === Code.DeadlineExceeded)
    return unavailable('The call ran out of the time it was given.', 1_000);
  if (code === Code.Internal || code === Code.Unknown) return undefined;
  return malformed('The call does not follow the protocol.');
};

export const asCloudError = (thrown: unknown): CloudError => {
  if (thrown instanceof CloudError) return thrown;
  const refused = thrown instanceof ConnectError ? fromConnect(thrown) : undefined;
  if (refused !== undefined) return refused;
  const code = (thrown as { code?: unknown } | null)?.code;
  if (typeof code === 'string' && cannotWrite(code)) return unavailable('The cloud cannot write now.', 5_000);
  return new CloudError(
    ErrorCode.INTERNAL,
    'A fault of the cloud. Its log has the particulars under this request id.',
  );
};
