/** A new device joins: its log entry, its wraps, its session and its mailbox cursor, in one transaction (SPEC ACC-8). */
import { createHash } from 'node:crypto';
import { create, toBinary } from '@bufbuild/protobuf';
import { equalBytes } from '../../shared/crypto/bytes.ts';
import {
  type JoinDeviceRequest,
  JoinDeviceRequestSchema,
  type JoinDeviceResponse,
  JoinDeviceResponseSchema,
} from '../../shared/proto/gen/lockstep/cloud/v1/accounts_pb.js';
import { ErrorCode } from '../../shared/proto/gen/lockstep/cloud/v1/errors_pb.js';
import type { CloudContext } from '../context.ts';
import { present } from '../http/check.ts';
import { CloudError } from '../http/errors.ts';
import { hasCursor, startCursor } from '../mailboxes/mailbox.ts';
import {
  appendLog,
  checkSigned,
  checkWraps,
  keyringInvalid,
  readEntry,
  readEpochs,
  readLog,
  storeWraps,
  verifyKeyring,
} from './keyring-store.ts';
import { openSession } from './sessions.ts';
import { spendTicket, type Ticket, usedAlready } from './tickets.ts';

export const keyringConflict = (): CloudError =>
  new CloudError(ErrorCode.KEYRING_CONFLICT, 'The keyring has moved on: read it again.');

export const joinDevice = (
  ctx: CloudContext,
  ticket: Ticket,
  request: JoinDeviceRequest,
): JoinDeviceResponse => {
  const { db } = ctx;
  const entry = checkSigned(present(request.entry, 'entry'), 'entry');
  const wraps = checkWraps(request.wraps);
  const { change, signer } = readEntry(entry);
  if (change.case !== 'add' || signer.length !== 0)
    throw keyringInvalid('A join is an added device, signed by the identity.');
  const device = change.value.deviceId;
  if (wraps.some((wrap) => !equalBytes(wrap.recipient, device)))
    throw keyringInvalid('A join wraps keys to the new device alone.');

  const usedFor = new Uint8Array(
    createHash('sha256').update(toBinary(JoinDeviceRequestSchema, request)).digest(),
  );
  const now = ctx.now();
  const { token, position } = db.transaction((write) => {
    if (ticket.usedFor !== null && equalBytes(ticket.usedFor, usedFor)) {
      // The first answer was lost on its way: the same join again gets a session again. A removed device gets none by it.
      if (!hasCursor(write, ticket.account, device)) throw usedAlready();
      return { token: openSession(write, ctx, ticket.account, device), position: undefined };
    }
    spendTicket(write, ctx, ticket, usedFor);
    const account = write.first(
      db.sql.selectFrom('account').select(['id', 'log_length', 'epoch']).where('no', '=', ticket.account),
    );
    if (account === undefined) throw new Error('a ticket without its account');
    if (account.log_length !== request.expectedLogLength) throw keyringConflict();
    if (
      !wraps.some((wrap) => wrap.epoch === account.epoch) ||
      wraps.some((wrap) => wrap.epoch > account.epoch || wrap.epoch < 1)
    ) {
      throw keyringInvalid("A join brings the current epoch's key, wrapped to the new device.");
    }
    verifyKeyring(account.id, [...readLog(write, ticket.account), entry], readEpochs(write, ticket.account));
    appendLog(write, db, ticket.account, account.log_length, [entry]);
    storeWraps(write, db, ticket.account, wraps);
    write.run(
      db.sql
        .updateTable('account')
        .set({ log_length: account.log_length + 1 })
        .where('no', '=', ticket.account),
    );
    startCursor(write, db, ticket.account, device);
    return {
      token: openSession(write, ctx, ticket.account, device),
      position: { logLength: account.log_length + 1, epoch: account.epoch },
    };
  });
  if (position !== undefined) ctx.hub.keyring(ticket.account, position);
  return create(JoinDeviceResponseSchema, { sessionToken: token, timeMs: BigInt(now) });
};
