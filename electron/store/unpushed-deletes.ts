/** Deletes that have not left this device yet, for giving them another date (sync/commands/redate-deletes.ts). */
import type { Store } from './open.ts';
import { plain, ZONE_NUMBER } from './values.ts';

/** What this device has deleted by a date before `beforeMs`, and not pushed: record ids of messages, guids of whole conversations. */
export function unpushedDeletesBefore(
  store: Store,
  beforeMs: number,
  deviceId: Uint8Array,
): { messages: Uint8Array[]; conversations: Uint8Array[] } {
  const zone = ZONE_NUMBER.messages;
  const messages = store
    .all<{ id: Uint8Array }>(
      `SELECT m.id FROM dirty d JOIN message m ON m.id = d.id
       WHERE d.zone = ? AND d.op = 1 AND m.deleted_ms < ? AND m.deleted_device = ?`,
      zone,
      beforeMs,
      deviceId,
    )
    .map(({ id }) => plain(id));
  const conversations = store
    .all<{ guid: Uint8Array }>(
      `SELECT c.guid FROM dirty d JOIN conversation c ON c.record_id = d.id
       WHERE d.zone = ? AND d.op = 1 AND c.register_clear_at_ms < ? AND c.clear_device = ?`,
      zone,
      beforeMs,
      deviceId,
    )
    .map(({ guid }) => plain(guid));
  return { messages, conversations };
}

/** The same of what was deleted before it was sent: its delete becomes one when it is accepted. */
export function redateOutbox(store: Store, ms: number): void {
  store.run('UPDATE outbox SET deleted_ms = ? WHERE deleted_ms < ?', ms, ms);
}
