/**
 * A new password: OPAQUE record, root wraps and what happens to other sessions, in one transaction (SPEC ACC-9). The account's
 * identity has to have signed it (SPEC ACC-18): who merely holds a session, a stolen device say, replaces nothing.
 */
import { create } from '@bufbuild/protobuf';
import { verifyPasswordChange } from '../../shared/crypto/root.ts';
import {
  type ChangePasswordFinishRequest,
  type ChangePasswordFinishResponse,
  ChangePasswordFinishResponseSchema,
  type ChangePasswordStartRequest,
  type ChangePasswordStartResponse,
  ChangePasswordStartResponseSchema,
} from '../../shared/proto/gen/lockstep/cloud/v1/accounts_pb.js';
import { ErrorCode } from '../../shared/proto/gen/lockstep/cloud/v1/errors_pb.js';
import type { CloudContext } from '../context.ts';
import { keyringConflict } from '../devices/join.ts';
import { keyringInvalid, readEpochs, readLog, verifyKeyring } from '../devices/keyring-store.ts';
import { endSession, findSession } from '../devices/sessions.ts';
import { findTicket } from '../devices/tickets.ts';
import { bytesOf } from '../http/check.ts';
import { CloudError, malformed } from '../http/errors.ts';
import type { Writer } from '../storage/database.ts';
import { checkRootWrap } from './root-wrap.ts';
import { handleHash } from './sign-in.ts';
import { clearAttempts } from './sign-in-locks.ts';
import { checkRegistrationRecord, opaqueRegistration } from './sign-up.ts';

type Who = { account: number; device: Uint8Array | undefined; tokenHash: Uint8Array };

/** A session, or the ticket of a recovery: with a password's ticket one could change a password knowing only that. */
const whoMayChange = (ctx: CloudContext, bearer: string | undefined): Who => {
  try {
    return findSession(ctx, bearer);
  } catch (thrown) {
    if (!(thrown instanceof CloudError) || thrown.code !== ErrorCode.UNAUTHENTICATED || bearer === undefined)
      throw thrown;
    const ticket = findTicketOr(ctx, bearer, thrown);
    if (!ticket.byRecovery)
      throw new CloudError(ErrorCode.FORBIDDEN, 'Only a recovery ticket may set a password.');
    return { account: ticket.account, device: undefined, tokenHash: ticket.hash };
  }
};

const findTicketOr = (ctx: CloudContext, bearer: string, otherwise: CloudError) => {
  try {
    return findTicket(ctx, bearer);
  } catch {
    throw otherwise;
  }
};

const handleOf = ({ db }: CloudContext, account: number): string => {
  const row = db.read.first(db.sql.selectFrom('account').select('handle').where('no', '=', account));
  if (row === undefined) throw new Error('an account without its row');
  return row.handle;
};

export const changePasswordStart = (
  ctx: CloudContext,
  bearer: string | undefined,
  request: ChangePasswordStartRequest,
): ChangePasswordStartResponse => {
  const { account } = whoMayChange(ctx, bearer);
  return create(ChangePasswordStartResponseSchema, {
    registrationResponse: opaqueRegistration(ctx, handleOf(ctx, account), request.registrationRequest),
  });
};

/** An identity that has been rotated away since is told apart: the device reads the keyring again. */
const checkIdentitySigned = (
  write: Writer,
  { db }: CloudContext,
  account: number,
  request: ChangePasswordFinishRequest,
  signature: Uint8Array,
): void => {
  const row = write.first(db.sql.selectFrom('account').select('id').where('no', '=', account));
  if (row === undefined) throw new Error('an account without its row');
  const state = verifyKeyring(row.id, readLog(write, account), readEpochs(write, account));
  const signedBy = state.identities.findLastIndex(({ identityKey }) =>
    verifyPasswordChange(identityKey, row.id, request, signature),
  );
  if (signedBy < 0) throw keyringInvalid("A new password is signed by the account's identity.");
  if (signedBy < state.identities.length - 1) throw keyringConflict();
};

export const changePasswordFinish = (
  ctx: CloudContext,
  bearer: string | undefined,
  request: ChangePasswordFinishRequest,
): ChangePasswordFinishResponse => {
  const { db } = ctx;
  const { account, device, tokenHash } = whoMayChange(ctx, bearer);
  const handle = handleOf(ctx, account);
  const record = checkRegistrationRecord(ctx, handle, request.registrationRecord);
  const passwordWrap = checkRootWrap(request.passwordWrap, 'password_wrap');
  const newRecovery = request.recoveryWrap !== undefined;
  if (newRecovery !== request.recoveryKey.length > 0)
    throw malformed('recovery_wrap and recovery_key come together.');
  const recovery = newRecovery
    ? {
        recovery_wrap: checkRootWrap(request.recoveryWrap, 'recovery_wrap'),
        recovery_key: bytesOf(request.recoveryKey, 32, 'recovery_key'),
      }
    : {};
  const signature = bytesOf(request.identitySignature, 64, 'identity_signature');
  const ended = db.transaction((write) => {
    checkIdentitySigned(write, ctx, account, request, signature);
    write.run(
      db.sql
        .updateTable('account')
        .set({ opaque_record: record, password_wrap: passwordWrap, ...recovery })
        .where('no', '=', account),
    );
    // Tickets given for the old password are worth nothing any more, nor those for the old words. The one at hand joins afterwards.
    const tickets = db.sql.deleteFrom('ticket').where('account', '=', account);
    write.run(newRecovery ? tickets.where('hash', '!=', tokenHash) : tickets.where('by_recovery', '=', 0));
    if (!request.revokeOtherSessions) return [];
    const others = write
      .all(
        db.sql
          .selectFrom('session')
          .select('device')
          .where('account', '=', account)
          .where('revoked_ms', 'is', null),
      )
      .filter((row) => device === undefined || Buffer.compare(row.device, device) !== 0);
    for (const other of others) endSession(write, ctx, account, other.device);
    return others.map((other) => other.device);
  });
  clearAttempts(db, handleHash(ctx, handle));
  for (const other of ended) ctx.hub.revoke(account, other);
  return create(ChangePasswordFinishResponseSchema, {});
};
