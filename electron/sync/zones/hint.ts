/** `hint`: what comes first in another device's first sync. It is outside the ciphertext: the day of a message, nothing finer. */

import { readMessage } from '../../../shared/model/message.ts';
import { decodePayload } from '../../../shared/model/payload-codec.ts';
import { KIND } from '../../store/values.ts';

const FIRST = 0xffff_ffff;
const DAY_MS = 86_400_000;

export function hintOf(kind: number, bytes: Uint8Array, nowMs: number): number {
  if (kind !== KIND.message) {
    return FIRST;
  }
  const message = readMessage(decodePayload(bytes));
  const at = message?.acceptedMs ?? nowMs;
  return Math.min(FIRST - 1, Math.max(0, Math.floor(at / DAY_MS)));
}
