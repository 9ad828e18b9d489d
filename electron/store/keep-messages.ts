/**
 * Keep Messages: the account's setting and this device's own, and which messages are older than it (SPEC KEEP-*). What becomes of them
 * is the engine's doing (sync/zones/keep.ts), never the passing of time alone.
 */
import { FOREVER, type Keep } from '../../shared/model/keep-messages.ts';
import { getMeta, setMeta } from './meta.ts';
import type { Store } from './open.ts';
import { messageRid } from './rid.ts';
import { getAccountSettings } from './settings.ts';
import { mapKey, plain } from './values.ts';
import { getZoneState } from './zone-state.ts';

/** Whose setting counts on this device. device: its switch is off, and nothing of it travels. */
export type KeepScope = 'account' | 'device';

const OWN = 'keepMessages';

export function keepScope(store: Store): KeepScope {
  const { switch: value } = getZoneState(store, 'messages');
  return value === 'on' || value === 'enabling' ? 'account' : 'device';
}

export function getKeep(store: Store, scope: KeepScope): Keep {
  if (scope === 'account') return getAccountSettings(store).keep;
  const own = getMeta(store, OWN);
  return own === null ? FOREVER : (JSON.parse(own) as Keep);
}

/** Of this device alone. Null: forever, as it is when the switch has just gone off. */
export function setOwnKeep(store: Store, keep: Keep | null): void {
  store.write(() => {
    setMeta(store, OWN, keep === null ? null : JSON.stringify(keep));
    store.changes.flag('settings');
  });
}

export type OldMessage = {
  id: Uint8Array;
  rid: number;
  cid: number;
  /** 0: the cloud does not have it. */
  rev: number;
};

/**
 * Messages accepted before that moment, oldest first, those in Recently Deleted too; not what somebody is still to get, and with
 * `inCloud` only what the cloud has just as it is here. `more`: there may be.
 */
export function messagesBefore(
  store: Store,
  beforeMs: number,
  limit: number,
  inCloud: boolean,
): { messages: OldMessage[]; more: boolean } {
  // The row numbers rise with the time of acceptance: no index of its own is needed.
  const rows = store.all<{ id: Uint8Array; rid: number; guid: Uint8Array; cid: number; rev: number }>(
    inCloud
      ? `SELECT m.id, m.rid, m.guid, m.cid, r.rev FROM message m JOIN record r ON r.rid = m.rid
         WHERE m.rid < ? AND m.accepted_ms < ? AND r.rev > 0
           AND NOT EXISTS (SELECT 1 FROM dirty d WHERE d.zone = 2 AND d.id = m.id)
         ORDER BY m.rid LIMIT ?`
      : `SELECT m.id, m.rid, m.guid, m.cid, 0 AS rev FROM message m WHERE m.rid < ? AND m.accepted_ms < ?
         ORDER BY m.rid LIMIT ?`,
    messageRid(beforeMs),
    beforeMs,
    limit,
  );
  const waiting = new Set(
    store
      .all<{ guid: Uint8Array }>(`SELECT guid FROM outbox WHERE kind = 'redelivery'`)
      .map(({ guid }) => mapKey(guid)),
  );
  const messages = rows.filter(({ guid }) => waiting.size === 0 || !waiting.has(mapKey(guid)));
  return {
    messages: messages.map(({ id, rid, cid, rev }) => ({ id: plain(id), rid, cid, rev })),
    more: messages.length > 0 && rows.length === limit,
  };
}

/** How many files those have. */
export function attachmentsBefore(store: Store, beforeMs: number): number {
  return store.get<{ n: number }>('SELECT count(*) AS n FROM attachment WHERE rid < ?', messageRid(beforeMs))!
    .n;
}

/** How many were accepted before that moment, Recently Deleted included: for the warning. */
export function countBefore(store: Store, beforeMs: number): number {
  // "+": through the narrow index, not through the texts.
  return store.get<{ n: number }>('SELECT count(*) AS n FROM message WHERE +rid < ?', messageRid(beforeMs))!
    .n;
}
