/**
 * Recovery: the recovery key's signature over a challenge is a sign-in without the password. An unknown handle gets a
 * challenge too, and then the answer of a wrong key (SPEC ACC-6).
 */
import { create } from '@bufbuild/protobuf';
import { equalBytes } from '../../shared/crypto/bytes.ts';
import { Domain, verify } from '../../shared/crypto/signing.ts';
import {
  type RecoverFinishRequest,
  type RecoverFinishResponse,
  RecoverFinishResponseSchema,
  type RecoverStartRequest,
  type RecoverStartResponse,
  RecoverStartResponseSchema,
} from '../../shared/proto/gen/lockstep/cloud/v1/accounts_pb.js';
import { ErrorCode } from '../../shared/proto/gen/lockstep/cloud/v1/errors_pb.js';
import type { CloudContext } from '../context.ts';
import { issueTicket } from '../devices/tickets.ts';
import { bytesOf } from '../http/check.ts';
import { CloudError } from '../http/errors.ts';
import { normaliseHandle } from './handle.ts';
import { createPending } from './pending.ts';
import type { RateLimiter } from './rate-limits.ts';
import { accountSecrets } from './secrets.ts';
import { wrongCredentials } from './sign-in.ts';

type Challenge = { challenge: Uint8Array; account: number | undefined; key: Uint8Array };

/** Ed25519's base point: a key for handles that have no account, so that their answer costs the same verification. */
const NOBODYS_KEY = new Uint8Array([0x58, ...new Array<number>(31).fill(0x66)]);

export const createRecovery = (ctx: CloudContext, limiter: RateLimiter) => {
  const { db } = ctx;
  const challenges = createPending<Challenge>(ctx.now, ctx.random);
  return {
    start(request: RecoverStartRequest, address: string | undefined): RecoverStartResponse {
      const handle = normaliseHandle(request.handle);
      limiter.take('signInPerAddress', address);
      limiter.take('recoverPerHandle', handle);
      const account = db.read.first(
        db.sql.selectFrom('account').select(['no', 'recovery_key']).where('handle', '=', handle),
      );
      const challenge = ctx.random(32);
      const challengeId = challenges.put({
        challenge,
        account: account?.no,
        key: account?.recovery_key ?? NOBODYS_KEY,
      });
      return create(RecoverStartResponseSchema, { challengeId, challenge });
    },

    finish(request: RecoverFinishRequest): RecoverFinishResponse {
      bytesOf(request.signature, 64, 'signature');
      const found = challenges.take(request.challengeId);
      if (found === undefined)
        throw new CloudError(ErrorCode.TICKET_EXPIRED, 'This challenge is over its time: start again.');
      const right = verify(Domain.recovery, found.challenge, request.signature, found.key);
      if (!right || found.account === undefined) throw wrongCredentials();
      // A key that was replaced since the challenge was given opens nothing any more.
      const now = db.read.first(
        db.sql.selectFrom('account').select('recovery_key').where('no', '=', found.account),
      );
      if (now === undefined || !equalBytes(now.recovery_key, found.key)) throw wrongCredentials();
      return create(RecoverFinishResponseSchema, {
        ticket: issueTicket(ctx, found.account, true),
        account: accountSecrets(ctx, found.account, 'recovery'),
      });
    },
  };
};
