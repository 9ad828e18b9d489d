/**
 * What is going to be signed: an envelope's body as it waits in the outbox, before it is known to which epochs it will be sealed.
 * `addressees` is empty there (everybody), or names those to whom a retry goes.
 */
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { type Body, BodySchema } from '../../../shared/proto/gen/lockstep/envelope/v1/envelope_pb.js';

type BodyContent = NonNullable<MessageInitShape<typeof BodySchema>['content']>;

export type Speaker = { accountId: Uint8Array; deviceId: Uint8Array; handle: string; name: string };
export type Topic = { guid: Uint8Array; coreBytes: Uint8Array; name: string };

export function draftBody(
  speaker: Speaker,
  topic: Topic,
  guid: Uint8Array,
  sentMs: number,
  stamp: bigint,
  content: BodyContent,
): Uint8Array {
  return encodeBody(
    create(BodySchema, {
      senderAccountId: speaker.accountId,
      senderDeviceId: speaker.deviceId,
      conversation: topic.guid,
      guid,
      sentMs: BigInt(sentMs),
      stamp,
      senderHandle: speaker.handle,
      senderName: speaker.name,
      conversationCore: topic.coreBytes,
      conversationName: topic.name,
      content,
    }),
  );
}

export function readBody(bytes: Uint8Array): Body {
  return fromBinary(BodySchema, bytes);
}

export function encodeBody(body: Body): Uint8Array {
  return toBinary(BodySchema, body);
}
