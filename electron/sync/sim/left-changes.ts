/**
 * What a removed device had not sent any more: an edit or unsend of its own message may have gone up to the zone, so that its account's other devices show it,
 * while its envelope never left. Nobody sends it then, and the others go on seeing what was there before (docs/KNOWN-GAPS.md).
 */
import { toHex } from '../../../shared/crypto/bytes.ts';
import type { Store } from '../../store/open.ts';
import { readBody } from '../mail/body.ts';

/** Of this message, so that it says this. */
export const changeTo = (guid: string, text: string): string => `${guid} ${text}`;

/** Edits and unsends that this device has not heard to be accepted. */
export function changesLeft(store: Store): string[] {
  return store
    .all<{ body: Uint8Array }>("SELECT body FROM outbox WHERE kind IN ('edit', 'unsend')")
    .flatMap(({ body }) => {
      const { content } = readBody(body);
      if (content.case !== 'edit' && content.case !== 'unsend') return [];
      const { message } = content.value;
      if (message === undefined) return [];
      return changeTo(toHex(message.guid), content.case === 'edit' ? content.value.text : '');
    });
}
