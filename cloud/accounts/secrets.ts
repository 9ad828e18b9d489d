/** What a device needs to join an account, given after a sign-in or a recovery. */
import { create, fromBinary } from '@bufbuild/protobuf';
import {
  type AccountSecrets,
  AccountSecretsSchema,
} from '../../shared/proto/gen/lockstep/cloud/v1/accounts_pb.js';
import { RootWrapSchema } from '../../shared/proto/gen/lockstep/cloud/v1/keys_pb.js';
import type { CloudContext } from '../context.ts';
import { readEpochs, readLog, readWraps } from '../devices/keyring-store.ts';

const ROOT = new Uint8Array();

export const accountSecrets = (
  { db }: CloudContext,
  account: number,
  by: 'password' | 'recovery',
): AccountSecrets => {
  const row = db.read.first(
    db.sql
      .selectFrom('account')
      .select(['id', 'handle', 'password_wrap', 'recovery_wrap'])
      .where('no', '=', account),
  );
  if (row === undefined) throw new Error('an account without its row');
  return create(AccountSecretsSchema, {
    accountId: row.id,
    handle: row.handle,
    ...(by === 'password'
      ? { passwordWrap: fromBinary(RootWrapSchema, row.password_wrap) }
      : { recoveryWrap: fromBinary(RootWrapSchema, row.recovery_wrap) }),
    log: readLog(db.read, account),
    epochs: readEpochs(db.read, account),
    rootWraps: readWraps(db.read, account, ROOT),
  });
};
