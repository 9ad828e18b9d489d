/**
 * Sign-in with OPAQUE. An unknown handle is answered with a made-up record by the library, so that its answer and its time
 * are those of a wrong password (SPEC ACC-3).
 */
import { createHmac } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import * as opaque from '@serenity-kit/opaque';
import {
  type SignInFinishRequest,
  type SignInFinishResponse,
  SignInFinishResponseSchema,
  type SignInStartRequest,
  type SignInStartResponse,
  SignInStartResponseSchema,
} from '../../shared/proto/gen/lockstep/cloud/v1/accounts_pb.js';
import { ErrorCode } from '../../shared/proto/gen/lockstep/cloud/v1/errors_pb.js';
import type { CloudContext } from '../context.ts';
import { issueTicket } from '../devices/tickets.ts';
import { textWithin } from '../http/check.ts';
import { CloudError, malformed } from '../http/errors.ts';
import { normaliseHandle } from './handle.ts';
import { createPending } from './pending.ts';
import type { RateLimiter } from './rate-limits.ts';
import { accountSecrets } from './secrets.ts';
import { clearAttempts, countAttempt } from './sign-in-locks.ts';

const LARGEST_OPAQUE = 2_048;

export const wrongCredentials = (): CloudError =>
  new CloudError(ErrorCode.WRONG_CREDENTIALS, 'The handle or the password is wrong.');

export const handleHash = (ctx: CloudContext, handle: string): Uint8Array =>
  new Uint8Array(createHmac('sha256', ctx.secret.tokenKey).update(`handle ${handle}`).digest());

type Login = {
  serverLoginState: string;
  account: number | undefined;
  /** The OPAQUE record it was begun with. */
  record: string | undefined;
  handleHash: Uint8Array;
};

export const createSignIn = (ctx: CloudContext, limiter: RateLimiter) => {
  const { db } = ctx;
  const logins = createPending<Login>(ctx.now, ctx.random);
  return {
    start(request: SignInStartRequest, address: string | undefined): SignInStartResponse {
      const handle = normaliseHandle(request.handle);
      textWithin(request.startLoginRequest, 1, LARGEST_OPAQUE, 'start_login_request');
      limiter.take('signInPerAddress', address);
      limiter.take('signInPerHandle', handle);
      const hash = handleHash(ctx, handle);
      const account = db.read.first(
        db.sql.selectFrom('account').select(['no', 'opaque_record']).where('handle', '=', handle),
      );
      let started: ReturnType<typeof opaque.server.startLogin>;
      try {
        started = opaque.server.startLogin({
          serverSetup: ctx.secret.opaqueSetup,
          registrationRecord: account?.opaque_record,
          startLoginRequest: request.startLoginRequest,
          userIdentifier: handle,
        });
      } catch {
        throw malformed('start_login_request is no OPAQUE login request.');
      }
      countAttempt(db, hash, ctx.now());
      const loginId = logins.put({
        serverLoginState: started.serverLoginState,
        account: account?.no,
        record: account?.opaque_record,
        handleHash: hash,
      });
      return create(SignInStartResponseSchema, { loginResponse: started.loginResponse, loginId });
    },

    finish(request: SignInFinishRequest): SignInFinishResponse {
      textWithin(request.finishLoginRequest, 1, LARGEST_OPAQUE, 'finish_login_request');
      const login = logins.take(request.loginId);
      if (login === undefined)
        throw new CloudError(ErrorCode.TICKET_EXPIRED, 'This sign-in is over its time: start again.');
      try {
        opaque.server.finishLogin({
          serverLoginState: login.serverLoginState,
          finishLoginRequest: request.finishLoginRequest,
        });
      } catch {
        throw wrongCredentials();
      }
      if (login.account === undefined) throw wrongCredentials();
      // A password that was replaced since the sign-in began is worth nothing any more.
      const now = db.read.first(
        db.sql.selectFrom('account').select('opaque_record').where('no', '=', login.account),
      );
      if (now?.opaque_record !== login.record) throw wrongCredentials();
      clearAttempts(db, login.handleHash);
      return create(SignInFinishResponseSchema, {
        ticket: issueTicket(ctx, login.account, false),
        account: accountSecrets(ctx, login.account, 'password'),
      });
    },
  };
};
