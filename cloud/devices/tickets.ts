/**
 * Tickets: what a sign-in or a recovery gives, good for ten minutes and one JoinDevice (SPEC ACC-8). The same JoinDevice
 * again within its time is the same join, not a second one: its first answer may have been lost on the way.
 */
import { ErrorCode } from '../../shared/proto/gen/lockstep/cloud/v1/errors_pb.js';
import type { CloudContext } from '../context.ts';
import { CloudError } from '../http/errors.ts';
import type { Writer } from '../storage/database.ts';
import { createToken, tokenHash } from './sessions.ts';

export const TICKET_MS = 10 * 60_000;

export type Ticket = { hash: Uint8Array; account: number; byRecovery: boolean; usedFor: Uint8Array | null };

export const issueTicket = (ctx: CloudContext, account: number, byRecovery: boolean): string => {
  const { token, hash } = createToken(ctx.random);
  const now = ctx.now();
  ctx.db.transaction((write) => {
    write.run(ctx.db.sql.deleteFrom('ticket').where('expires_ms', '<=', now));
    write.run(
      ctx.db.sql.insertInto('ticket').values({
        hash,
        account,
        by_recovery: byRecovery ? 1 : 0,
        expires_ms: now + TICKET_MS,
        used_for: null,
      }),
    );
  });
  return token;
};

export const findTicket = (ctx: CloudContext, bearer: string | undefined): Ticket => {
  if (bearer === undefined) throw new CloudError(ErrorCode.UNAUTHENTICATED, 'A ticket is needed.');
  const hash = tokenHash(bearer);
  const { db } = ctx;
  const row = db.read.first(
    db.sql
      .selectFrom('ticket')
      .select(['account', 'by_recovery', 'expires_ms', 'used_for'])
      .where('hash', '=', hash),
  );
  if (row === undefined || row.expires_ms <= ctx.now()) {
    throw new CloudError(ErrorCode.TICKET_EXPIRED, 'This ticket is over its time: sign in again.');
  }
  return { hash, account: row.account, byRecovery: row.by_recovery === 1, usedFor: row.used_for };
};

export const usedAlready = (): CloudError =>
  new CloudError(ErrorCode.TICKET_EXPIRED, 'This ticket was used already: sign in again.');

export const spendTicket = (write: Writer, ctx: CloudContext, ticket: Ticket, usedFor: Uint8Array): void => {
  const changed = write.run(
    ctx.db.sql
      .updateTable('ticket')
      .set({ used_for: usedFor })
      .where('hash', '=', ticket.hash)
      .where('used_for', 'is', null),
  );
  if (changed !== 1) throw usedAlready();
};
