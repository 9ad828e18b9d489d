/**
 * `hint`: what comes first in another device's first sync, and what the cloud counts apart from messages. It is outside the ciphertext:
 * whether a record is a conversation, something else that is no message, or the day of a message; nothing finer (decision 0051).
 */

import { type Message, readMessage } from '../../../shared/model/message.ts';
import { decodePayload } from '../../../shared/model/payload-codec.ts';
import { KIND } from '../../store/values.ts';

/** The list of conversations is there before anything that belongs into it. */
export const CONVERSATION_HINT = 0xffff_ffff;
/** Reading states, and kinds that only a newer version knows: none of them is a message. */
export const OTHER_HINT = 0xffff_fffe;
const DAY_MS = 86_400_000;

export function hintOf(kind: number, bytes: Uint8Array, nowMs: number): number {
  return outsideOf(kind, bytes, nowMs).hint;
}

/** What stands outside the ciphertext of a record: its hint, and the attachments whose blobs are named there. Of one that was unsent: none. `schema`: the newest that is understood. */
export function outsideOf(
  kind: number,
  bytes: Uint8Array,
  nowMs: number,
  schema?: number,
): { hint: number; attachments: Message['attachments'] } {
  if (kind !== KIND.message) {
    return { hint: kind === KIND.conversation ? CONVERSATION_HINT : OTHER_HINT, attachments: [] };
  }
  const message = readMessage(decodePayload(bytes, schema));
  const at = message?.acceptedMs ?? nowMs;
  return {
    hint: Math.min(OTHER_HINT - 1, Math.max(0, Math.floor(at / DAY_MS))),
    attachments: message === null || message.unsent !== null ? [] : message.attachments,
  };
}
