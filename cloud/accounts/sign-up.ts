/**
 * Sign-up: OPAQUE registration, then the whole account in one transaction (SPEC ACC-2): record, wraps, device log, first
 * epoch, zones, mailbox and the first device's session, or nothing.
 */
import { createHash } from 'node:crypto';
import { create, toBinary } from '@bufbuild/protobuf';
import * as opaque from '@serenity-kit/opaque';
import { equalBytes } from '../../shared/crypto/bytes.ts';
import {
  type SignUpFinishRequest,
  SignUpFinishRequestSchema,
  type SignUpFinishResponse,
  SignUpFinishResponseSchema,
  type SignUpStartRequest,
  type SignUpStartResponse,
  SignUpStartResponseSchema,
} from '../../shared/proto/gen/lockstep/cloud/v1/accounts_pb.js';
import { ErrorCode } from '../../shared/proto/gen/lockstep/cloud/v1/errors_pb.js';
import type { CloudContext } from '../context.ts';
import {
  appendEpoch,
  appendLog,
  checkSigned,
  checkWraps,
  keyringInvalid,
  readEntry,
  readStatement,
  storeWraps,
  verifyKeyring,
} from '../devices/keyring-store.ts';
import { openSession } from '../devices/sessions.ts';
import { bytesOf, noMoreThan, present, textWithin } from '../http/check.ts';
import { CloudError, malformed } from '../http/errors.ts';
import { createMailbox, hasCursor, startCursor } from '../mailboxes/mailbox.ts';
import { createZones } from '../zones/zone-row.ts';
import { normaliseHandle } from './handle.ts';
import { redeemInvitation } from './invitations.ts';
import { checkRootWrap } from './root-wrap.ts';

const LARGEST_OPAQUE = 2_048;
const REPEATABLE_MS = 10 * 60_000;

const handleTaken = () => new CloudError(ErrorCode.HANDLE_TAKEN, 'This handle has an account already.');

const checkRegistrationOpen = (ctx: CloudContext): void => {
  if (ctx.registration === 'closed')
    throw new CloudError(ErrorCode.FORBIDDEN, 'This cloud takes no new accounts.');
};

export const opaqueRegistration = (
  ctx: CloudContext,
  handle: string,
  registrationRequest: string,
): string => {
  textWithin(registrationRequest, 1, LARGEST_OPAQUE, 'registration_request');
  try {
    return opaque.server.createRegistrationResponse({
      serverSetup: ctx.secret.opaqueSetup,
      userIdentifier: handle,
      registrationRequest,
    }).registrationResponse;
  } catch {
    throw malformed('registration_request is no OPAQUE registration request.');
  }
};

/** A record that does not decode would lock its account out for good: it is tried before it is stored. */
export const checkRegistrationRecord = (
  ctx: CloudContext,
  handle: string,
  registrationRecord: string,
): string => {
  textWithin(registrationRecord, 1, LARGEST_OPAQUE, 'registration_record');
  try {
    const { startLoginRequest } = opaque.client.startLogin({ password: 'a trial of the record' });
    opaque.server.startLogin({
      serverSetup: ctx.secret.opaqueSetup,
      registrationRecord,
      startLoginRequest,
      userIdentifier: handle,
    });
  } catch {
    throw malformed('registration_record is no OPAQUE registration record.');
  }
  return registrationRecord;
};

export const signUpStart = (ctx: CloudContext, request: SignUpStartRequest): SignUpStartResponse => {
  checkRegistrationOpen(ctx);
  const handle = normaliseHandle(request.handle);
  const { db } = ctx;
  if (db.read.first(db.sql.selectFrom('account').select('no').where('handle', '=', handle)) !== undefined)
    throw handleTaken();
  return create(SignUpStartResponseSchema, {
    registrationResponse: opaqueRegistration(ctx, handle, request.registrationRequest),
  });
};

export const signUpFinish = (ctx: CloudContext, request: SignUpFinishRequest): SignUpFinishResponse => {
  checkRegistrationOpen(ctx);
  const { db } = ctx;
  const handle = normaliseHandle(request.handle);
  const accountId = bytesOf(request.accountId, 16, 'account_id');
  const recoveryKey = bytesOf(request.recoveryKey, 32, 'recovery_key');
  const passwordWrap = checkRootWrap(request.passwordWrap, 'password_wrap');
  const recoveryWrap = checkRootWrap(request.recoveryWrap, 'recovery_wrap');
  const record = checkRegistrationRecord(ctx, handle, request.registrationRecord);
  const log = noMoreThan(request.log, 2, 'log').map((entry) => checkSigned(entry, 'log'));
  const epoch = checkSigned(present(request.epoch, 'epoch'), 'epoch');
  const wraps = checkWraps(request.wraps);

  if (log.length !== 2)
    throw keyringInvalid('A new account has two entries: its genesis and its first device.');
  verifyKeyring(accountId, log, [epoch]);
  const change = readEntry(log[1] as (typeof log)[1] & object).change;
  if (change.case !== 'add') throw keyringInvalid('The second entry of a new account adds its first device.');
  const device = change.value.deviceId;
  if (readStatement(epoch).epoch !== 1) throw keyringInvalid('The first epoch is 1.');
  for (const recipient of [new Uint8Array(), device]) {
    if (!wraps.some((wrap) => wrap.epoch === 1 && equalBytes(wrap.recipient, recipient))) {
      throw keyringInvalid('Epoch 1 is wrapped to the root and to the first device.');
    }
  }
  if (wraps.length !== 2)
    throw keyringInvalid('Epoch 1 is wrapped to the root and to the first device alone.');

  const signUpHash = new Uint8Array(
    createHash('sha256').update(toBinary(SignUpFinishRequestSchema, request)).digest(),
  );
  const now = ctx.now();
  const sessionToken = db.transaction((write) => {
    const there = write.first(
      db.sql
        .selectFrom('account')
        .select(['no', 'id', 'sign_up_hash', 'created_ms'])
        .where('handle', '=', handle),
    );
    if (there !== undefined) {
      // The first answer was lost on its way: the same request again gets a session again (ACC-2). A removed device gets none by it.
      const same = equalBytes(there.sign_up_hash, signUpHash) && now - there.created_ms < REPEATABLE_MS;
      if (!same || !hasCursor(write, there.no, device)) throw handleTaken();
      return openSession(write, ctx, there.no, device);
    }
    if (write.first(db.sql.selectFrom('account').select('no').where('id', '=', accountId)) !== undefined) {
      throw malformed('account_id is in use: choose 16 random bytes.');
    }
    if (ctx.registration === 'invitation') redeemInvitation(write, db, request.invitation, now);
    write.run(
      db.sql.insertInto('account').values({
        id: accountId,
        handle,
        opaque_record: record,
        password_wrap: passwordWrap,
        recovery_wrap: recoveryWrap,
        recovery_key: recoveryKey,
        sign_up_hash: signUpHash,
        created_ms: now,
        log_length: log.length,
        epoch: 1,
        bytes_used: 0,
      }),
    );
    const account = write.first(db.sql.selectFrom('account').select('no').where('id', '=', accountId));
    if (account === undefined) throw new Error('the account just written is not there');
    appendLog(write, db, account.no, 0, log);
    appendEpoch(write, db, account.no, 1, epoch);
    storeWraps(write, db, account.no, wraps);
    createZones(write, ctx, account.no);
    createMailbox(write, db, account.no);
    startCursor(write, db, account.no, device);
    return openSession(write, ctx, account.no, device);
  });
  return create(SignUpFinishResponseSchema, { sessionToken, timeMs: BigInt(now) });
};
