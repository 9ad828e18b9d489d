/** Receive and Acknowledge: an account's envelopes in order, and each device's cursor in them (SPEC MBX-5 to MBX-7). */
import { create } from '@bufbuild/protobuf';
import {
  type AcknowledgeRequest,
  type AcknowledgeResponse,
  AcknowledgeResponseSchema,
  type ReceiveRequest,
  type ReceiveResponse,
  ReceiveResponseSchema,
} from '../../shared/proto/gen/lockstep/cloud/v1/mailboxes_pb.js';
import type { CloudContext } from '../context.ts';
import type { Session } from '../devices/sessions.ts';
import { wholeNumber } from '../http/check.ts';
import { malformed } from '../http/errors.ts';
import { dropAcknowledged } from './mailbox.ts';
import { cursorQuery, envelopesQuery, headQuery, moveCursorQuery } from './mailbox-queries.ts';

export const receive = (
  { db, sizes }: CloudContext,
  session: Session,
  request: ReceiveRequest,
): ReceiveResponse => {
  const after = wholeNumber(request.after, 'after');
  const limit = request.limit === 0 ? sizes.mail : Math.min(request.limit, sizes.mail);
  const mailbox = db.read.first(headQuery({ account: session.account }));
  const cursor = db.read.first(cursorQuery({ account: session.account, device: session.device }));
  if (mailbox === undefined) throw new Error('an account without its mailbox');
  const rows = db.read.each(envelopesQuery({ account: session.account, after, limit: limit + 1 }));
  const envelopes = [];
  let bytes = 0;
  let more = false;
  for (const row of rows) {
    bytes += row.content.length + row.sealed_key.length;
    if (envelopes.length === limit || (bytes > sizes.pageBytes && envelopes.length > 0)) {
      more = true;
      break;
    }
    envelopes.push({
      position: BigInt(row.position),
      acceptedMs: BigInt(row.accepted_ms),
      senderAccountId: row.sender,
      sendId: row.send_id,
      content: row.content,
      epoch: row.epoch,
      suite: row.suite,
      sealedKey: row.sealed_key,
    });
  }
  return create(ReceiveResponseSchema, {
    envelopes,
    more,
    head: BigInt(mailbox.head),
    cursor: BigInt(cursor?.position ?? 0),
  });
};

export const acknowledge = (
  ctx: CloudContext,
  session: Session,
  request: AcknowledgeRequest,
): AcknowledgeResponse => {
  const { db } = ctx;
  const position = wholeNumber(request.position, 'position');
  const dropped = db.transaction((write) => {
    const mailbox = write.first(headQuery({ account: session.account }));
    if (position > (mailbox?.head ?? 0)) throw malformed('position is beyond the head of the mailbox.');
    const moved = write.run(moveCursorQuery({ account: session.account, device: session.device, position }));
    return moved === 0 ? 0 : dropAcknowledged(write, ctx, session.account);
  }, 'frees');
  if (dropped > 0) ctx.sweepSoon();
  return create(AcknowledgeResponseSchema, {});
};
