/** Where a rebuilt database stands in each zone: the switch as it was, and nothing known of what the cloud holds (SPEC SYN-10). */
import type { Store } from '../open.ts';
import type { Row } from './keepsake.ts';

const KEPT = [
  'switch',
  'switch_reason',
  'generation',
  'cloud_records',
  'bytes_used',
  'quota_bytes',
  'purge_at_ms',
  'last_synced_ms',
] as const;
/** Heads that this device has seen belong to bases that it no longer knows. */
const NOT_KEPT = ['heads', 'walk', 'openedMs'];

/** `rows` of zone_state; of one zone the first counts. */
export function restoreZones(target: Store, rows: readonly Row[]): void {
  target.write(() => {
    for (const zone of [1, 2]) {
      const row = rows.find((one) => one['zone'] === zone);
      if (row === undefined) continue;
      const extra = readExtra(row['extra']);
      for (const name of NOT_KEPT) delete extra[name];
      target.run(
        `UPDATE zone_state SET ${KEPT.map((name) => `${name} = ?`).join(', ')}, phase = ?, extra = ? WHERE zone = ?`,
        ...KEPT.map((name) => row[name] ?? null),
        // As after a restore of the cloud: merged with what it has, and offered again. A zone that was never opened has nothing to forget.
        Number(row['generation']) > 0 ? 'forgetting' : 'new',
        JSON.stringify(extra),
        zone,
      );
    }
  });
}

function readExtra(value: unknown): Record<string, unknown> {
  try {
    return JSON.parse(String(value)) as Record<string, unknown>;
  } catch {
    return {};
  }
}
