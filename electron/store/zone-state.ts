/** Where this device stands in each zone. The engine decides; this remembers. */
import { ZoneDigest } from '../../shared/crypto/zone-digest.ts';
import type { Store } from './open.ts';
import { LEFT_BEHIND, plain, plainOrNull, ZONE_NUMBER, type ZoneName } from './values.ts';

export type SwitchState = 'off' | 'enabling' | 'on' | 'disabling';
export type SwitchReason = 'purged' | 'purging' | 'allDevices' | 'diskTooSmall' | 'removed';
const REASONS: readonly string[] = ['purged', 'purging', 'allDevices', 'diskTooSmall', 'removed'];

export type ZoneState = {
  switch: SwitchState;
  switchReason: SwitchReason | null;
  /** The engine's own word for how far it is; 'new' at first. */
  phase: string;
  generation: number;
  incarnation: bigint;
  /** The seq up to which everything is here. */
  head: number;
  token: Uint8Array | null;
  backfillCursor: Uint8Array | null;
  backfillDone: number;
  backfillTotal: number | null;
  /** What the cloud said last. */
  cloudRecords: number;
  bytesUsed: number;
  quotaBytes: number;
  purgeAtMs: number | null;
  askedMs: number;
  lastSyncedMs: number | null;
  /** Whatever else the engine wants to find again. JSON. */
  extra: Record<string, unknown>;
};

type Row = {
  switch: SwitchState;
  switch_reason: string | null;
  phase: string;
  generation: number;
  incarnation: string;
  head: number;
  token: Uint8Array | null;
  backfill_cursor: Uint8Array | null;
  backfill_done: number;
  backfill_total: number | null;
  cloud_records: number;
  bytes_used: number;
  quota_bytes: number;
  purge_at_ms: number | null;
  asked_ms: number;
  last_synced_ms: number | null;
  extra: string;
};

/** Not to be changed: the same object is given again until the zone's state is written. */
export function getZoneState(store: Store, zone: ZoneName): ZoneState {
  return store.kept(KEPT_AS[zone], TABLES, () => readZoneState(store, zone));
}

const TABLES = ['zone_state'];
const KEPT_AS: Record<ZoneName, string> = { account: 'zone account', messages: 'zone messages' };

/** When this device was last in step: with the messages where its switch is on, else with the account. Null: never. */
export function lastInStep(store: Store): number | null {
  const messages = getZoneState(store, 'messages');
  return messages.switch === 'on' ? messages.lastSyncedMs : getZoneState(store, 'account').lastSyncedMs;
}

function readZoneState(store: Store, zone: ZoneName): ZoneState {
  const row = store.get<Row>(
    `SELECT switch, switch_reason, phase, generation, incarnation, head, token, backfill_cursor, backfill_done, backfill_total,
       cloud_records, bytes_used, quota_bytes, purge_at_ms, asked_ms, last_synced_ms, extra FROM zone_state WHERE zone = ?`,
    ZONE_NUMBER[zone],
  )!;
  return {
    switch: row.switch,
    switchReason: REASONS.includes(row.switch_reason ?? '') ? (row.switch_reason as SwitchReason) : null,
    phase: row.phase,
    generation: row.generation,
    incarnation: BigInt(row.incarnation),
    head: row.head,
    token: plainOrNull(row.token),
    backfillCursor: plainOrNull(row.backfill_cursor),
    backfillDone: row.backfill_done,
    backfillTotal: row.backfill_total,
    cloudRecords: row.cloud_records,
    bytesUsed: row.bytes_used,
    quotaBytes: row.quota_bytes,
    purgeAtMs: row.purge_at_ms,
    askedMs: row.asked_ms,
    lastSyncedMs: row.last_synced_ms,
    extra: Object.freeze(JSON.parse(row.extra) as Record<string, unknown>),
  };
}

/** Changes what is named, keeps the rest. In the transaction of the page it belongs to. */
export function setZoneState(store: Store, zone: ZoneName, change: Partial<ZoneState>): void {
  store.write(() => {
    const state = { ...getZoneState(store, zone), ...change };
    store.run(
      `UPDATE zone_state SET switch = ?, switch_reason = ?, phase = ?, generation = ?, incarnation = ?, head = ?, token = ?,
         backfill_cursor = ?, backfill_done = ?, backfill_total = ?, cloud_records = ?, bytes_used = ?, quota_bytes = ?,
         purge_at_ms = ?, asked_ms = ?, last_synced_ms = ?, extra = ? WHERE zone = ?`,
      state.switch,
      state.switchReason,
      state.phase,
      state.generation,
      state.incarnation.toString(),
      state.head,
      state.token,
      state.backfillCursor,
      state.backfillDone,
      state.backfillTotal,
      state.cloudRecords,
      state.bytesUsed,
      state.quotaBytes,
      state.purgeAtMs,
      state.askedMs,
      state.lastSyncedMs,
      JSON.stringify(state.extra),
      ZONE_NUMBER[zone],
    );
  });
}

/** Changes some of what the engine wants to find again; undefined takes one away. */
export function patchExtra(store: Store, zone: ZoneName, change: Record<string, unknown>): void {
  store.write(() => setZoneState(store, zone, { extra: { ...getZoneState(store, zone).extra, ...change } }));
}

/**
 * Purged, or its keys reset: the generation by which everything here is named and based is over, and no person has turned the switch on since. What the
 * bases say is of a cloud that has nothing of it any more.
 */
export function isGenerationOver(store: Store, zone: ZoneName): boolean {
  const { generation, extra } = getZoneState(store, zone);
  const { leftFor } = extra;
  return typeof leftFor === 'number' && leftFor !== generation;
}

/** The digest over the bases of all records and tombstones here. Kept as bases change; costs nothing to ask. */
export function zoneDigest(store: Store, zone: ZoneName): Uint8Array {
  if (!store.readonly) return store.memory.digest(ZONE_NUMBER[zone]).toBytes();
  return plain(
    store.get<{ digest: Uint8Array }>('SELECT digest FROM zone_state WHERE zone = ?', ZONE_NUMBER[zone])!
      .digest,
  );
}

/** The digest counted anew from the records: for a repair that suspects the kept one. */
export function recountDigest(store: Store, zone: ZoneName): Uint8Array {
  return store.write(() => {
    const digest = new ZoneDigest();
    const rows = store
      .sql('SELECT id, rev, hash FROM record WHERE zone = ? AND rev > 0')
      .iterate(ZONE_NUMBER[zone]) as IterableIterator<{ id: Uint8Array; rev: number; hash: Uint8Array }>;
    for (const row of rows) digest.add(row.id, row.rev, row.hash);
    store.memory.setDigest(ZONE_NUMBER[zone], digest);
    return digest.toBytes();
  });
}

/** The cloud was restored or moved, or the zone was purged: no rev is true any more. Content stays. */
export function forgetBases(store: Store, zone: ZoneName): void {
  store.write(() => {
    const number = ZONE_NUMBER[zone];
    store.run(
      'UPDATE record SET rev = 0, epoch = 0, hint = 0, hash = NULL WHERE zone = ? AND rev > 0',
      number,
    );
    store.memory.setDigest(number, new ZoneDigest());
  });
}

/**
 * Offer what the cloud is not known to hold: records and tombstones with rev 0 that are not in the queue, or the tombstones alone, a slice at a
 * time. Not what an earlier generation left behind: under that name nobody is to get it once more. Gives the row to go on after, or null at the end.
 */
export function offerSlice(
  store: Store,
  zone: ZoneName,
  what: 'all' | 'tombstones',
  afterRid: number,
  limit: number,
): number | null {
  return store.write(() => {
    const number = ZONE_NUMBER[zone];
    const rows = store.all<{ rid: number; id: Uint8Array; gone: number; rev: number; hint: number }>(
      'SELECT rid, id, gone, rev, hint FROM record WHERE rid > ? AND +zone = ? ORDER BY rid LIMIT ?',
      afterRid,
      number,
      limit,
    );
    const add = store.sql(
      'INSERT INTO dirty (zone, id, change, op) VALUES (?, ?, ?, ?) ON CONFLICT (zone, id) DO NOTHING',
    );
    for (const row of rows) {
      if (row.rev !== 0 || row.hint === LEFT_BEHIND) continue;
      if (what === 'tombstones' && row.gone === 0) continue;
      add.run(number, row.id, store.memory.nextChange(), row.gone === 1 ? 2 : 1);
    }
    return rows.length < limit ? null : rows[rows.length - 1]!.rid;
  });
}
