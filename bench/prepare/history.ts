/**
 * A made-up account's history: the same in every run for the same account. Real text in 22 languages; ten years that end
 * yesterday; a thousand conversations at most, the first of which holds a tenth of everything, the newest message included.
 */
import { realTexts } from '../../e2e/harness/texts.ts';
import { compareBytes } from '../../shared/crypto/bytes.ts';
import { hash256 } from '../../shared/crypto/hash.ts';
import { recordId } from '../../shared/crypto/records.ts';
import { directConversationGuid, newConversation } from '../../shared/model/conversation.ts';
import { encodeMessageBody, messageName, newMessage } from '../../shared/model/message.ts';
import { encodePayload } from '../../shared/model/payload-codec.ts';
import { Kind } from '../../shared/proto/gen/lockstep/record/v1/record_pb.js';

const DAY_MS = 86_400_000;
const FIRST_HINT = 0xffff_ffff;

export type HistoryRecord = { id: Uint8Array; hint: number; bytes: Uint8Array; acceptedMs: number };

export type History = {
  conversations: { guid: Uint8Array; other: Uint8Array }[];
  messageAt(index: number): number;
  /** Conversations first, then messages, oldest first. */
  records(): Generator<HistoryRecord>;
};

export function conversationCount(messages: number): number {
  return Math.min(1000, Math.max(10, Math.floor(messages / 10)));
}

export function history(me: Uint8Array, idKey: Uint8Array, count: number): History {
  const conversations = Array.from({ length: conversationCount(count) }, (_, index) => {
    const other = hash256(Buffer.from(`person ${index}`)).slice(0, 16);
    return { other, guid: directConversationGuid(me, other) };
  });
  const step = Math.floor((3650 * DAY_MS) / Math.max(1, count));
  const end = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS;
  const messageAt = (index: number) => end - step * (count - index);

  function* records(): Generator<HistoryRecord> {
    for (const { guid, other } of conversations) {
      const core = { guid, kind: 'direct' as const, members: [me, other].sort(compareBytes) };
      const id = recordId(idKey, Kind.CONVERSATION, guid);
      yield { id, hint: FIRST_HINT, bytes: encodePayload(newConversation(core)), acceptedMs: 0 };
    }
    const SLICE = 20_000;
    const texts = realTexts(SLICE);
    for (let index = 0; index < count; index += 1) {
      const place = (count - 1 - index) % 10 === 0 ? 0 : index % conversations.length;
      const { guid: conversation, other } = conversations[place]!;
      const sender = index % 3 === 0 ? me : other;
      const at = messageAt(index);
      const guid = guidOf(at, index);
      const text = texts[index % SLICE]!.replace(/^\d+\./, `${index + 1}.`);
      const body = encodeMessageBody({
        guid,
        conversation,
        sender,
        sentMs: at,
        service: 'lockstep',
        text,
        replyTo: null,
      });
      const id = recordId(idKey, Kind.MESSAGE, ...messageName(sender, guid));
      const hint = Math.floor(at / DAY_MS);
      yield { id, hint, bytes: encodePayload(newMessage(body, at)), acceptedMs: at };
    }
  }
  return { conversations, messageAt, records };
}

/** A UUIDv7 of that time that is the same in every run. */
function guidOf(ms: number, index: number): Uint8Array {
  const guid = Buffer.alloc(16);
  guid.writeUIntBE(ms, 0, 6);
  guid.writeUInt16BE(0x7000, 6);
  guid.writeUInt32BE(0x80000000, 8);
  guid.writeUInt32BE(index, 12);
  return new Uint8Array(guid);
}
