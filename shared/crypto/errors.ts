/** What crypto refuses, as types with a code: callers decide by the code, people read the message. */

export type SealErrorCode =
  /** Not the length or the shape of a sealed thing. */
  | 'malformed'
  /** Sealed by a suite this version does not know: a newer app wrote it. */
  | 'unknown_suite'
  /** Wrong key, wrong associated data (another place, an old revision) or changed bytes. */
  | 'not_authentic'
  /** Authentic, but its padding is not ours. */
  | 'bad_padding';

/** Something sealed does not open. It never yields bytes instead. */
export class SealError extends Error {
  readonly code: SealErrorCode;
  constructor(code: SealErrorCode, message: string) {
    super(message);
    this.name = 'SealError';
    this.code = code;
  }
}

export type TrustErrorCode =
  | 'malformed'
  | 'empty'
  | 'too_long'
  | 'wrong_account'
  | 'broken_chain'
  | 'bad_signature'
  | 'unknown_signer'
  /** The log misuses a device: added twice, added again, removed without being active, keys used twice. */
  | 'bad_change'
  /** An entry of a kind this version does not know. */
  | 'unknown_change'
  /** Shorter than what was seen before. */
  | 'rolled_back'
  /** Not the continuation of what was seen before. */
  | 'forked'
  | 'identity_changed'
  /** An epoch whose recipients are not exactly the active devices. */
  | 'wrong_recipients'
  /** A device was removed, or the identity rotated, and no epoch was made after it. */
  | 'epoch_missing'
  /** A key that is not the one the statement commits to. */
  | 'wrong_key';

/** An account's own statements about its keys do not hold. Nothing of it may be used. */
export class TrustError extends Error {
  readonly code: TrustErrorCode;
  /** The entry or epoch at fault, where there is one. */
  readonly index: number | undefined;
  constructor(code: TrustErrorCode, message: string, index?: number) {
    super(message);
    this.name = 'TrustError';
    this.code = code;
    this.index = index;
  }
}
