/**
 * An account's device log, epoch chain and key wraps in the database. The cloud checks what it stores (and devices check it
 * again): a statement that does not verify never becomes part of an account.
 */
import { create, fromBinary } from '@bufbuild/protobuf';
import { type DeviceLogState, verifyDeviceLog } from '../../shared/crypto/device-log.ts';
import { verifyEpochChain } from '../../shared/crypto/epochs.ts';
import { TrustError } from '../../shared/crypto/errors.ts';
import { ErrorCode } from '../../shared/proto/gen/lockstep/cloud/v1/errors_pb.js';
import {
  type DeviceLogEntry,
  DeviceLogEntrySchema,
  type EpochStatement,
  EpochStatementSchema,
  type KeyWrap,
  type PublicKeyring,
  PublicKeyringSchema,
  type Signed,
} from '../../shared/proto/gen/lockstep/cloud/v1/keys_pb.js';
import { bytesWithin } from '../http/check.ts';
import { CloudError, malformed } from '../http/errors.ts';
import { type Database, queries, type Reader, type Writer } from '../storage/database.ts';
import { fixed } from '../storage/fixed.ts';

export const LONGEST_LOG = 2_000;
export const LONGEST_CHAIN = 2_000;
const LARGEST_STATEMENT = 32 * 1024;

export type StoredSigned = { body: Uint8Array; signature: Uint8Array };

export const keyringInvalid = (message: string): CloudError =>
  new CloudError(ErrorCode.KEYRING_INVALID, message);

export const checkSigned = (signed: Signed, what: string): StoredSigned => ({
  body: bytesWithin(signed.body, 1, LARGEST_STATEMENT, `${what}: body`),
  signature: bytesWithin(signed.signature, 64, 64, `${what}: signature`),
});

export const readEntry = (signed: StoredSigned): DeviceLogEntry => {
  try {
    return fromBinary(DeviceLogEntrySchema, signed.body);
  } catch {
    throw keyringInvalid('A device-log entry does not decode.');
  }
};

export const readStatement = (signed: StoredSigned): EpochStatement => {
  try {
    return fromBinary(EpochStatementSchema, signed.body);
  } catch {
    throw keyringInvalid('An epoch statement does not decode.');
  }
};

/** Both chains from their beginning. Throws keyring_invalid. */
export const verifyKeyring = (
  accountId: Uint8Array,
  log: StoredSigned[],
  epochs: StoredSigned[],
): DeviceLogState => {
  if (log.length > LONGEST_LOG) throw keyringInvalid(`A device log has at most ${LONGEST_LOG} entries.`);
  if (epochs.length > LONGEST_CHAIN) throw keyringInvalid(`An account has at most ${LONGEST_CHAIN} epochs.`);
  try {
    const state = verifyDeviceLog(log, { accountId });
    verifyEpochChain(epochs, state);
    return state;
  } catch (thrown) {
    if (!(thrown instanceof TrustError)) throw thrown;
    throw keyringInvalid(`The keyring does not verify: ${thrown.code}.`);
  }
};

export const checkWraps = (wraps: KeyWrap[]): KeyWrap[] => {
  if (wraps.length > LONGEST_LOG) throw malformed('Too many key wraps.');
  for (const wrap of wraps) {
    if (wrap.recipient.length !== 0 && wrap.recipient.length !== 16)
      throw malformed('A wrap goes to a device id or the root.');
    bytesWithin(wrap.sealed, 1, 4096, 'wrap.sealed');
  }
  return wraps;
};

const logQuery = fixed((given: { account: number }) =>
  queries
    .selectFrom('log_entry')
    .select(['body', 'signature'])
    .where('account', '=', given.account)
    .orderBy('position'),
);
const epochsQuery = fixed((given: { account: number }) =>
  queries
    .selectFrom('epoch')
    .select(['body', 'signature'])
    .where('account', '=', given.account)
    .orderBy('epoch'),
);
const wrapsQuery = fixed((given: { account: number; recipient: Uint8Array }) =>
  queries
    .selectFrom('key_wrap')
    .select(['epoch', 'recipient', 'suite', 'sealed'])
    .where('account', '=', given.account)
    .where('recipient', '=', given.recipient)
    .orderBy('epoch'),
);

export const readLog = (reader: Reader, account: number): StoredSigned[] => reader.all(logQuery({ account }));

export const readEpochs = (reader: Reader, account: number): StoredSigned[] =>
  reader.all(epochsQuery({ account }));

export const readWraps = (reader: Reader, account: number, recipient: Uint8Array) =>
  reader.all(wrapsQuery({ account, recipient }));

export const appendLog = (
  write: Writer,
  db: Database,
  account: number,
  from: number,
  entries: StoredSigned[],
): void => {
  entries.forEach((entry, i) => {
    write.run(
      db.sql
        .insertInto('log_entry')
        .values({ account, position: from + i, body: entry.body, signature: entry.signature }),
    );
  });
};

export const appendEpoch = (
  write: Writer,
  db: Database,
  account: number,
  epoch: number,
  signed: StoredSigned,
): void => {
  write.run(
    db.sql.insertInto('epoch').values({ account, epoch, body: signed.body, signature: signed.signature }),
  );
};

/** A wrap that is there is replaced: whoever may write it could as well have written it so at first. */
export const storeWraps = (write: Writer, db: Database, account: number, wraps: KeyWrap[]): void => {
  for (const { epoch, recipient, suite, sealed } of wraps) {
    write.run(
      db.sql
        .insertInto('key_wrap')
        .values({ account, epoch, recipient, suite, sealed })
        .onConflict((conflict) =>
          conflict.columns(['account', 'recipient', 'epoch']).doUpdateSet({ suite, sealed }),
        ),
    );
  }
};

export const publicKeyring = (
  reader: Reader,
  account: { no: number; id: Uint8Array; handle: string },
): PublicKeyring =>
  create(PublicKeyringSchema, {
    accountId: account.id,
    handle: account.handle,
    log: readLog(reader, account.no),
    epochs: readEpochs(reader, account.no),
  });
