/** Handles: `anna@example.org` or a telephone number in E.164 form. One spelling of each is kept (SPEC ACC-1). */
import { ErrorCode } from '../../shared/proto/gen/lockstep/cloud/v1/errors_pb.js';
import { CloudError } from '../http/errors.ts';

const address =
  /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._%+'-]{0,63}@[\p{L}\p{N}][\p{L}\p{M}\p{N}-]{0,62}(\.[\p{L}\p{N}][\p{L}\p{M}\p{N}-]{0,62})*$/u;
const telephone = /^\+[1-9]\d{6,14}$/;

export const normaliseHandle = (given: string): string => {
  const refuse = () =>
    new CloudError(
      ErrorCode.HANDLE_INVALID,
      'A handle is an address like anna@example.org or a number like +31612345678.',
    );
  if (given.length > 320) throw refuse();
  const text = given.normalize('NFKC').trim().toLowerCase().normalize('NFKC');
  if (text.startsWith('+')) {
    const digits = text.replace(/[\s().-]/g, '');
    if (!telephone.test(digits)) throw refuse();
    return digits;
  }
  if (text.length > 254 || !address.test(text)) throw refuse();
  return text;
};
