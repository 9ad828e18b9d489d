/** A message that the cloud was never asked to take: failed in the outbox of this device. */
import type { ZoneDevice } from './zone-device.ts';

export const unsentOn = ({ store }: ZoneDevice, conversation: Uint8Array, sendId: Uint8Array) =>
  store.run(
    `INSERT INTO outbox (send_id, kind, conversation, guid, body, text, created_ms, state)
     VALUES (?, 'message', ?, ?, x'00', 'unsent', 5, 'failed')`,
    sendId,
    conversation,
    sendId,
  );
