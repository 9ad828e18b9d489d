/**
 * Sessions: one 32-byte token for one device. Only the token's hash is stored, and a revoked session's row stays, so that
 * the device learns that it was revoked and not merely forgotten (SPEC ACC-7).
 */
import { hash } from 'node:crypto';
import { ErrorCode } from '../../shared/proto/gen/lockstep/cloud/v1/errors_pb.js';
import type { CloudContext } from '../context.ts';
import { asCloudError, CloudError } from '../http/errors.ts';
import { dropCursor } from '../mailboxes/mailbox.ts';
import { type Database, queries, type Writer } from '../storage/database.ts';
import { fixed } from '../storage/fixed.ts';

export type Session = { account: number; accountId: Uint8Array; device: Uint8Array; tokenHash: Uint8Array };

const SEEN_EVERY_MS = 10 * 60_000;

export const tokenHash = (token: string): Uint8Array => new Uint8Array(hash('sha256', token, 'buffer'));

export const createToken = (random: CloudContext['random']): { token: string; hash: Uint8Array } => {
  const token = Buffer.from(random(32)).toString('base64url');
  return { token, hash: tokenHash(token) };
};

/** Opens the device's session; an earlier one of the same device ends. */
export const openSession = (
  write: Writer,
  ctx: Pick<CloudContext, 'db' | 'random' | 'now'>,
  account: number,
  device: Uint8Array,
): string => {
  const { token, hash: digest } = createToken(ctx.random);
  const now = ctx.now();
  revokeDevice(write, ctx.db, account, device, now);
  write.run(
    ctx.db.sql
      .insertInto('session')
      .values({ token_hash: digest, account, device, created_ms: now, last_seen_ms: now, revoked_ms: null }),
  );
  return token;
};

export const revokeDevice = (
  write: Writer,
  db: Database,
  account: number,
  device: Uint8Array,
  now: number,
): void => {
  write.run(
    db.sql
      .updateTable('session')
      .set({ revoked_ms: now })
      .where('account', '=', account)
      .where('device', '=', device)
      .where('revoked_ms', 'is', null),
  );
};

const sessionQuery = fixed((given: { hash: Uint8Array }) =>
  queries
    .selectFrom('session')
    .innerJoin('account', 'account.no', 'session.account')
    .select(['session.account', 'session.device', 'session.revoked_ms', 'session.last_seen_ms', 'account.id'])
    .where('session.token_hash', '=', given.hash),
);

/** What is known of the session that is still open. */
const openRow = ({ db }: CloudContext, bearer: string | undefined) => {
  if (bearer === undefined) throw new CloudError(ErrorCode.UNAUTHENTICATED, 'A session token is needed.');
  const digest = tokenHash(bearer);
  const row = db.read.first(sessionQuery({ hash: digest }));
  if (row === undefined)
    throw new CloudError(ErrorCode.UNAUTHENTICATED, 'The cloud does not know this session token.');
  if (row.revoked_ms !== null) {
    throw new CloudError(
      ErrorCode.SESSION_REVOKED,
      'This session was revoked: the device was signed out or removed.',
    );
  }
  return { ...row, digest };
};

/** Throws for whoever has no open session; notes nothing. */
export const checkSession = (ctx: CloudContext, bearer: string | undefined): void => {
  openRow(ctx, bearer);
};

export const findSession = (ctx: CloudContext, bearer: string | undefined): Session => {
  const { db } = ctx;
  const { digest, ...row } = openRow(ctx, bearer);
  const now = ctx.now();
  if (now - row.last_seen_ms > SEEN_EVERY_MS) {
    const seen = db.sql.updateTable('session').set({ last_seen_ms: now }).where('token_hash', '=', digest);
    try {
      db.transaction((write) => write.run(seen));
    } catch (thrown) {
      // On a full disk a device may still read; when it was last seen can wait.
      if (asCloudError(thrown).code !== ErrorCode.UNAVAILABLE) throw thrown;
    }
  }
  return { account: row.account, accountId: row.id, device: row.device, tokenHash: digest };
};

/** Ends a device's session and its place in the mailbox. Its stream is ended by the hub, after the transaction. */
export const endSession = (
  write: Writer,
  ctx: Pick<CloudContext, 'db' | 'now' | 'blobs' | 'sizes'>,
  account: number,
  device: Uint8Array,
): void => {
  revokeDevice(write, ctx.db, account, device, ctx.now());
  dropCursor(write, ctx, account, device);
};
