/** Directory look-up by handle or id: the public keyring, for accounts of this cloud (SPEC ACC-10). */
import { create } from '@bufbuild/protobuf';
import {
  type LookUpRequest,
  type LookUpResponse,
  LookUpResponseSchema,
} from '../../shared/proto/gen/lockstep/cloud/v1/accounts_pb.js';
import { ErrorCode } from '../../shared/proto/gen/lockstep/cloud/v1/errors_pb.js';
import type { CloudContext } from '../context.ts';
import { publicKeyring } from '../devices/keyring-store.ts';
import type { Session } from '../devices/sessions.ts';
import { bytesOf } from '../http/check.ts';
import { CloudError, malformed } from '../http/errors.ts';
import { normaliseHandle } from './handle.ts';
import type { RateLimiter } from './rate-limits.ts';

export const createDirectory = ({ db }: CloudContext, limiter: RateLimiter) => ({
  lookUp(session: Session, { by }: LookUpRequest): LookUpResponse {
    if (by.case === undefined) throw malformed('A handle or an account_id is needed.');
    const query = db.sql.selectFrom('account').select(['no', 'id', 'handle']);
    const wanted =
      by.case === 'handle'
        ? query.where('handle', '=', normaliseHandle(by.value))
        : query.where('id', '=', bytesOf(by.value, 16, 'account_id'));
    limiter.take('lookUpPerAccount', String(session.account));
    const account = db.read.first(wanted);
    if (account === undefined)
      throw new CloudError(ErrorCode.NOT_FOUND, 'No account of this cloud has this handle or id.');
    return create(LookUpResponseSchema, { keyring: publicKeyring(db.read, account) });
  },
});
