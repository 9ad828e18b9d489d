/**
 * Send: one sealed content into many mailboxes, once (SPEC MBX-1 to MBX-4). The first answer to a send_id is stored with the
 * request's hash in the transaction that delivers, and given again to whoever asks again.
 */
import { createHash } from 'node:crypto';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { equalBytes, toHex } from '../../shared/crypto/bytes.ts';
import { ErrorCode } from '../../shared/proto/gen/lockstep/cloud/v1/errors_pb.js';
import {
  NotDeliveredReason,
  type SendRequest,
  SendRequestSchema,
  type SendResponse,
  SendResponseSchema,
} from '../../shared/proto/gen/lockstep/cloud/v1/mailboxes_pb.js';
import { checkNames, joinNames } from '../blobs/names.ts';
import type { Reached } from '../blobs/uses.ts';
import type { CloudContext } from '../context.ts';
import type { Session } from '../devices/sessions.ts';
import { bytesOf, bytesWithin } from '../http/check.ts';
import { CloudError, malformed, tooLarge } from '../http/errors.ts';
import type { Writer } from '../storage/database.ts';
import { bytesUsed } from '../zones/zone-row.ts';
import {
  fillQuery,
  newEntriesQuery,
  newEnvelopeQuery,
  recipientsQuery,
  rememberQuery,
  sentBeforeQuery,
} from './mailbox-queries.ts';

export const LARGEST_CONTENT = 256 * 1024;
export const MOST_RECIPIENTS = 256;
/** What a remembered send takes beside its answer, with its entry in the index, roughly. */
const REMEMBERED_BYTES = 160;

const check = (request: SendRequest): void => {
  bytesOf(request.sendId, 16, 'send_id');
  if (request.content.length > LARGEST_CONTENT)
    throw tooLarge(`content may have at most ${LARGEST_CONTENT} bytes.`);
  if (request.content.length === 0) throw malformed('content is missing.');
  if (request.recipients.length === 0 || request.recipients.length > MOST_RECIPIENTS) {
    throw malformed(`A message goes to 1 to ${MOST_RECIPIENTS} accounts.`);
  }
  checkNames(request.blobs);
  const seen = new Set<string>();
  for (const recipient of request.recipients) {
    const id = toHex(bytesOf(recipient.accountId, 16, 'recipient.account_id'));
    bytesWithin(recipient.sealedKey, 1, 1_024, 'recipient.sealed_key');
    if (seen.has(id)) throw malformed('A recipient is named twice.');
    seen.add(id);
  }
};

/** What the sender only received himself and sends on is his to pay from now on. */
const chargeAndShare = (
  write: Writer,
  ctx: CloudContext,
  { account }: Session,
  blobs: Reached[],
  deliveries: { row: { no: number } }[],
): void => {
  if (blobs.length === 0) return;
  const growth = blobs
    .filter(({ own, records }) => !own && records === 0)
    .reduce((sum, { size }) => sum + size, 0);
  if (growth > 0 && bytesUsed(write, account) + growth > ctx.quotaBytes)
    throw new CloudError(
      ErrorCode.STORAGE_FULL,
      'What is to be sent on does not fit into what the account may keep.',
    );
  ctx.blobs.sent(
    write,
    account,
    deliveries.map(({ row }) => row.no),
    blobs,
  );
};

/**
 * `takeRoom`: asked for the bytes that will be remembered of it for 30 days, also when it reaches nobody; it throws when the account has
 * had too many. An answer is as long as whom it names as not reached.
 */
export const send = (
  ctx: CloudContext,
  session: Session,
  request: SendRequest,
  takeRoom: (bytes: number) => void,
): SendResponse => {
  check(request);
  const { db, limits } = ctx;
  const requestHash = new Uint8Array(
    createHash('sha256').update(toBinary(SendRequestSchema, request)).digest(),
  );
  const { response, delivered } = db.transaction((write) => {
    const first = write.first(sentBeforeQuery({ account: session.account, sendId: request.sendId }));
    if (first !== undefined) {
      if (!equalBytes(first.request_hash, requestHash)) {
        throw new CloudError(ErrorCode.SEND_ID_REUSED, 'This send_id came before with another content.');
      }
      return { response: fromBinary(SendResponseSchema, first.response), delivered: [] };
    }

    const rows = write.all(
      recipientsQuery(
        {},
        request.recipients.map(({ accountId }) => ({ id: accountId })),
      ),
    );
    const accounts = new Map(rows.map((row) => [toHex(row.id), row]));
    const stale = request.recipients.filter((recipient) => {
      const row = accounts.get(toHex(recipient.accountId));
      return row !== undefined && row.epoch !== recipient.epoch;
    });
    if (stale.length > 0) {
      // Nothing is delivered and nothing remembered: sealed anew, the send comes again under its own id.
      const accountIds = stale.map((recipient) => recipient.accountId);
      return {
        response: create(SendResponseSchema, { result: { case: 'epochStale', value: { accountIds } } }),
        delivered: [],
      };
    }

    const blobs = ctx.blobs.reached(write, session.account, request.blobs);
    const blobIds = request.blobs.filter((id) => !blobs.has(toHex(id)));
    if (blobIds.length > 0) {
      return {
        response: create(SendResponseSchema, { result: { case: 'blobsMissing', value: { blobIds } } }),
        delivered: [],
      };
    }

    const notDelivered: { accountId: Uint8Array; reason: NotDeliveredReason }[] = [];
    const deliveries = request.recipients.flatMap((recipient) => {
      const row = accounts.get(toHex(recipient.accountId));
      const refuse = (reason: NotDeliveredReason) => {
        notDelivered.push({ accountId: recipient.accountId, reason });
        return [];
      };
      if (row === undefined) return refuse(NotDeliveredReason.NO_ACCOUNT);
      const size = request.content.length + recipient.sealedKey.length;
      if (row.entries >= limits.mailboxEntries || row.bytes + size > limits.mailboxBytes) {
        return refuse(NotDeliveredReason.MAILBOX_FULL);
      }
      return [{ row, recipient, size }];
    });
    const acceptedMs = Math.max(ctx.now(), ...deliveries.map(({ row }) => row.last_accepted_ms + 1));

    if (deliveries.length > 0) {
      const inserted = write.first(
        newEnvelopeQuery({
          sender: session.accountId,
          send_id: request.sendId,
          accepted_ms: acceptedMs,
          content: request.content,
          holders: deliveries.length,
          blobs: joinNames(request.blobs),
        }),
      );
      if (inserted === undefined) throw new Error('the envelope just written is not there');
      write.run(
        newEntriesQuery(
          {},
          deliveries.map(({ row, recipient, size }) => ({
            account: row.no,
            position: row.head + 1,
            envelope: inserted.no,
            epoch: recipient.epoch,
            suite: recipient.suite,
            sealed_key: recipient.sealedKey,
            size,
          })),
        ),
      );
      for (const { row, size } of deliveries) {
        write.run(
          fillQuery({
            account: row.no,
            head: row.head + 1,
            last_accepted_ms: acceptedMs,
            entries: row.entries + 1,
            bytes: row.bytes + size,
          }),
        );
      }
    }
    if (deliveries.length > 0) chargeAndShare(write, ctx, session, [...blobs.values()], deliveries);
    const made = create(SendResponseSchema, {
      result: { case: 'accepted', value: { acceptedMs: BigInt(acceptedMs), notDelivered } },
    });
    const answer = toBinary(SendResponseSchema, made);
    takeRoom(REMEMBERED_BYTES + answer.length);
    const now = ctx.now();
    write.run(
      rememberQuery({
        account: session.account,
        send_id: request.sendId,
        request_hash: requestHash,
        response: answer,
        created_ms: now,
      }),
    );
    ctx.sendRemembered(now);
    return {
      response: made,
      delivered: deliveries.map(({ row }) => ({ account: row.no, head: row.head + 1 })),
    };
  });
  db.afterCommit(() => {
    for (const { account, head } of delivered) ctx.hub.mailbox(account, head);
  });
  return response;
};
