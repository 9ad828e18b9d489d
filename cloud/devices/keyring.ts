/**
 * The keyring of the asking account: reading it, and adding to it by compare-and-set (SPEC ACC-11, ACC-12, ACC-16). An identity is
 * rotated only with what opens the new root: the signature of the old identity is what allows to replace the wraps.
 */
import { create } from '@bufbuild/protobuf';
import { equalBytes, toHex } from '../../shared/crypto/bytes.ts';
import {
  type GetKeyringResponse,
  GetKeyringResponseSchema,
  type ListSessionsResponse,
  ListSessionsResponseSchema,
  type SignOutResponse,
  SignOutResponseSchema,
  type UpdateKeyringRequest,
  type UpdateKeyringResponse,
  UpdateKeyringResponseSchema,
} from '../../shared/proto/gen/lockstep/cloud/v1/accounts_pb.js';
import { checkRootWrap } from '../accounts/root-wrap.ts';
import type { CloudContext } from '../context.ts';
import { bytesOf, noMoreThan } from '../http/check.ts';
import { malformed } from '../http/errors.ts';
import { type Database, queries, type Writer } from '../storage/database.ts';
import { fixed } from '../storage/fixed.ts';
import { keyringConflict } from './join.ts';
import {
  appendEpoch,
  appendLog,
  checkSigned,
  checkWraps,
  keyringInvalid,
  publicKeyring,
  readEntry,
  readEpochs,
  readLog,
  readStatement,
  readWraps,
  type StoredSigned,
  storeWraps,
  verifyKeyring,
} from './keyring-store.ts';
import { endSession, type Session } from './sessions.ts';

const LARGEST_UPDATE = 64;

const accountQuery = fixed((given: { no: number }) =>
  queries.selectFrom('account').select(['no', 'id', 'handle']).where('no', '=', given.no),
);

export const getKeyring = ({ db }: CloudContext, session: Session): GetKeyringResponse => {
  const account = db.read.first(accountQuery({ no: session.account }));
  if (account === undefined) throw new Error('a session without its account');
  return create(GetKeyringResponseSchema, {
    keyring: publicKeyring(db.read, account),
    wraps: readWraps(db.read, session.account, session.device),
  });
};

/** The devices that these entries remove. Each entry's signer is one that this session may speak for. */
const readChanges = (
  session: Session,
  entries: StoredSigned[],
): { removed: Uint8Array[]; rotated: boolean } => {
  const removed: Uint8Array[] = [];
  let rotated = false;
  for (const entry of entries) {
    const { change, signer } = readEntry(entry);
    if (signer.length !== 0 && !equalBytes(signer, session.device))
      throw keyringInvalid('An entry is signed by another device.');
    if (change.case === 'remove') removed.push(change.value.deviceId);
    else if (change.case === 'rotate') rotated = true;
    else if (change.case === 'add') throw keyringInvalid('A device is added by JoinDevice.');
  }
  return { removed, rotated };
};

/** What opens the new root, as columns of the account. */
const readRootChange = ({ root }: UpdateKeyringRequest, rotated: boolean) => {
  if (rotated !== (root !== undefined))
    throw keyringInvalid('A rotated identity and what opens its root come together.');
  if (root === undefined) return {};
  return {
    password_wrap: checkRootWrap(root.passwordWrap, 'root.password_wrap'),
    recovery_wrap: checkRootWrap(root.recoveryWrap, 'root.recovery_wrap'),
    recovery_key: bytesOf(root.recoveryKey, 32, 'root.recovery_key'),
  };
};

/** What the old root still opened, and whatever was begun with what opened it, is worth nothing from here on. */
const forgetOldRoot = (write: Writer, db: Database, account: number): void => {
  write.run(
    db.sql.deleteFrom('key_wrap').where('account', '=', account).where('recipient', '=', new Uint8Array()),
  );
  write.run(db.sql.deleteFrom('ticket').where('account', '=', account));
};

export const updateKeyring = (
  ctx: CloudContext,
  session: Session,
  request: UpdateKeyringRequest,
): UpdateKeyringResponse => {
  const { db } = ctx;
  const entries = noMoreThan(request.entries, LARGEST_UPDATE, 'entries').map((entry) =>
    checkSigned(entry, 'entries'),
  );
  const epoch = request.epoch === undefined ? undefined : checkSigned(request.epoch, 'epoch');
  const wraps = checkWraps(request.wraps);
  if (entries.length === 0 && epoch === undefined && wraps.length === 0)
    throw malformed('There is nothing to change.');
  const { removed, rotated } = readChanges(session, entries);
  if ((removed.length > 0 || rotated) && epoch === undefined)
    throw keyringInvalid('Removing a device and rotating the identity need a new epoch.');
  const rootChange = readRootChange(request, rotated);

  const done = db.transaction((write) => {
    const account = write.first(
      db.sql.selectFrom('account').select(['id', 'log_length', 'epoch']).where('no', '=', session.account),
    );
    if (account === undefined) throw new Error('a session without its account');
    if (account.log_length !== request.expectedLogLength || account.epoch !== request.expectedEpoch)
      throw keyringConflict();

    const logLength = account.log_length + entries.length;
    const current = account.epoch + (epoch === undefined ? 0 : 1);
    const state = verifyKeyring(
      account.id,
      [...readLog(write, session.account), ...entries],
      [...readEpochs(write, session.account), ...(epoch === undefined ? [] : [epoch])],
    );
    const active = new Set<string>(['']);
    for (const device of state.activeAt(logLength)) active.add(toHex(device.deviceId));
    const wrapped = new Set<string>();
    for (const wrap of wraps) {
      const recipient = toHex(wrap.recipient);
      if (!active.has(recipient)) throw keyringInvalid('A key is wrapped to a device that is not active.');
      if (wrap.epoch < 1 || wrap.epoch > current)
        throw keyringInvalid('A wrap is of an epoch that is not there.');
      if (wrap.epoch === current) wrapped.add(recipient);
    }
    if (epoch !== undefined) {
      const statement = readStatement(epoch);
      if (statement.epoch !== current) throw keyringInvalid(`The next epoch is ${current}.`);
      if (statement.logLength !== logLength)
        throw keyringInvalid(`The epoch has to be made for ${logLength} entries.`);
      for (const recipient of active) {
        if (!wrapped.has(recipient))
          throw keyringInvalid('The new epoch is wrapped to the root and to every active device.');
      }
      appendEpoch(write, db, session.account, current, epoch);
    }
    appendLog(write, db, session.account, account.log_length, entries);
    if (rotated) forgetOldRoot(write, db, session.account);
    storeWraps(write, db, session.account, wraps);
    write.run(
      db.sql
        .updateTable('account')
        .set({ log_length: logLength, epoch: current, ...rootChange })
        .where('no', '=', session.account),
    );
    for (const device of removed) {
      endSession(write, ctx, session.account, device);
      write.run(
        db.sql.deleteFrom('key_wrap').where('account', '=', session.account).where('recipient', '=', device),
      );
    }
    return { logLength, epoch: current };
  });
  ctx.hub.keyring(session.account, done);
  for (const device of removed) ctx.hub.revoke(session.account, device);
  return create(UpdateKeyringResponseSchema, done);
};

export const listSessions = ({ db }: CloudContext, session: Session): ListSessionsResponse => {
  const rows = db.read.all(
    db.sql
      .selectFrom('session')
      .select(['device', 'created_ms', 'last_seen_ms'])
      .where('account', '=', session.account)
      .where('revoked_ms', 'is', null)
      .orderBy('created_ms'),
  );
  return create(ListSessionsResponseSchema, {
    sessions: rows.map((row) => ({
      deviceId: row.device,
      createdMs: BigInt(row.created_ms),
      lastSeenMs: BigInt(row.last_seen_ms),
    })),
  });
};

export const signOut = (ctx: CloudContext, session: Session): SignOutResponse => {
  ctx.db.transaction((write) => endSession(write, ctx, session.account, session.device));
  ctx.hub.revoke(session.account, session.device);
  return create(SignOutResponseSchema, {});
};
