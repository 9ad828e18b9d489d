/**
 * Why a call got no answer from a cloud, as near to the cause as this computer can know it, by names out of closed sets and never by
 * sentences: what a server or a library writes could quote what a person wrote, and these names go into the diagnostic report (SPEC API-22).
 */
import { Code, ConnectError } from '@connectrpc/connect';

/**
 * nameNotFound: nothing is known under the address's name. refused: the machine is there, and nothing listens. certificate: TLS did not come
 * about. timedOut: no answer in time. notACloud: something answers that is no cloud (a proxy, a network's sign-in page).
 */
export type NoAnswer = 'nameNotFound' | 'refused' | 'certificate' | 'timedOut' | 'notACloud' | 'noAnswer';

const KNOWN: Record<string, NoAnswer> = {
  ENOTFOUND: 'nameNotFound',
  EAI_AGAIN: 'nameNotFound',
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'timedOut',
  UND_ERR_CONNECT_TIMEOUT: 'timedOut',
  UND_ERR_HEADERS_TIMEOUT: 'timedOut',
  UND_ERR_BODY_TIMEOUT: 'timedOut',
  EPROTO: 'certificate',
  HOSTNAME_MISMATCH: 'certificate',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate',
  ANSWER_TOO_LONG: 'notACloud',
};
const CERTIFICATE = /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|SELF_SIGNED_)|_CERT(IFICATE)?(_|$)/;
const SYSTEM_CODE = /^[A-Z][A-Z0-9_]{1,59}$/;
/** Causes of causes: no library goes deeper. */
const DEEPEST = 6;

/** The system's own name for what went wrong (`ECONNREFUSED`), from wherever in the chain of causes it stands; null where there is none. */
export function systemCode(error: unknown): string | null {
  let at: unknown = error;
  for (let depth = 0; depth < DEEPEST && typeof at === 'object' && at !== null; depth += 1) {
    if ('code' in at && typeof at.code === 'string' && SYSTEM_CODE.test(at.code)) {
      return at.code;
    }
    at = 'cause' in at ? at.cause : null;
  }
  return null;
}

/** For an error without a `LockstepError`: with one, the cloud did answer. */
export function whyNoAnswer(error: unknown): NoAnswer {
  const code = systemCode(error);
  if (code !== null) {
    return KNOWN[code] ?? (CERTIFICATE.test(code) ? 'certificate' : 'noAnswer');
  }
  if (!(error instanceof ConnectError)) {
    return 'noAnswer';
  }
  if (error.code === Code.DeadlineExceeded) {
    return 'timedOut';
  }
  // Connect was given an answer and could not read it as one of its own; whatever failed before that has a cause.
  return error.cause === undefined && error.code !== Code.Canceled ? 'notACloud' : 'noAnswer';
}

/** For records of failures: `ECONNREFUSED`, else Connect's name for it. */
export function noAnswerCode(error: unknown): string | null {
  return systemCode(error) ?? (error instanceof ConnectError ? (Code[error.code] ?? null) : null);
}
