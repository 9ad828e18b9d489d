/** What was edited before somebody got it at all. In the sync worker, beside the send step. */
import { create } from '@bufbuild/protobuf';
import { uuidv7 } from '../../../shared/clock/ids.ts';
import { getRegister } from '../../../shared/model/payload.ts';
import {
  type Addressee,
  type Body,
  BodySchema,
  EditSchema,
  MessageRefSchema,
} from '../../../shared/proto/gen/lockstep/envelope/v1/envelope_pb.js';
import { MessageField } from '../../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import { messageRow } from '../../store/messages.ts';
import { enqueue } from '../../store/outbox.ts';
import { getPayload } from '../../store/records.ts';
import type { StepContext } from '../context.ts';
import { currentKeys, messageRecordId } from '../zones/names.ts';
import { encodeBody } from './body.ts';

/**
 * Says the newest edit of an own message (`body`) to those who got the message only now: the same edit, under its own stamp, so whoever has it
 * already sees no difference (SPEC OUT-34). Nothing where it was not edited, or is unsent. In the caller's transaction.
 */
export function sayEditTo(ctx: StepContext, body: Body, addressees: Addressee[]): void {
  const { store } = ctx;
  const own = currentKeys(ctx).accountId;
  const id = messageRecordId(ctx, own, body.guid);
  const row = messageRow(store, id);
  if (addressees.length === 0 || row === undefined || row.edited_ms === null || row.unsent_ms !== null)
    return;
  const payload = getPayload(store, 'messages', id);
  const edited = payload === undefined ? undefined : getRegister(payload, MessageField.EDIT);
  if (edited === undefined) return;
  const guid = uuidv7(ctx.random, ctx.writeClock.now());
  const edit = create(EditSchema, {
    message: create(MessageRefSchema, { senderAccountId: own, guid: body.guid }),
    text: row.text,
  });
  const again = create(BodySchema, {
    ...body,
    addressees,
    guid,
    stamp: edited.stamp,
    sentMs: BigInt(row.edited_ms),
    content: { case: 'edit', value: edit },
  });
  enqueue(store, {
    sendId: ctx.random(16),
    kind: 'edit',
    conversation: body.conversation,
    guid,
    body: encodeBody(again),
    createdMs: ctx.writeClock.now(),
  });
  ctx.signal({ type: 'outbox' });
}
