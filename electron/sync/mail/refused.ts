/** An envelope that this device does not take: said in a notice, then the mailbox goes on (SPEC OUT-9). */

export type RefusalCode =
  /** Does not open, or is not what it says it is. */
  | 'damaged'
  | 'badSignature'
  /** The signing device is not (or no longer) one of the sender's. */
  | 'unknownDevice'
  | 'unknownSender'
  /** The cloud named another sender than the one who signed. */
  | 'otherSender'
  | 'notAddressed'
  /** Sealed for another epoch than the one it was signed for: somebody sealed it anew. */
  | 'resealed'
  | 'notAMember'
  | 'wrongMembers'
  | 'notTheAuthor'
  /** A reaction from another conversation than the message's. */
  | 'otherConversation'
  | 'unknownKind'
  | 'noSuchEpoch';

export class Refused extends Error {
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string) {
    super(message);
    this.name = 'Refused';
    this.code = code;
  }
}
