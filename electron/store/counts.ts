/** How much of what a store holds: numbers alone, for the diagnostic report. */
import type { Store } from './open.ts';
import { FIRST_MESSAGE_RID } from './rid.ts';
import { KIND, ZONE_NUMBER, type ZoneName } from './values.ts';

export type ZoneCounts = {
  /** Of everything: content, tombstones, and bases of what does not open. */
  records: number;
  waiting: number;
};

export type StoreCounts = {
  zones: Record<ZoneName, ZoneCounts>;
  messages: number;
  conversations: number;
  /** Records that are no messages, by kind; `unknown`: nothing but a base, or waiting for its message. */
  kinds: Record<keyof typeof KIND | 'unknown', number>;
  outbox: { kind: string; state: string; failure: string | null; count: number }[];
  /** Mail that cannot be opened yet, by what it waits for. */
  setAside: { reason: string; count: number }[];
};

export function storeCounts(store: Store): StoreCounts {
  const one = (sql: string, ...parameters: number[]): number =>
    store.get<{ n: number }>(sql, ...parameters)!.n;
  const zone = (name: ZoneName): ZoneCounts => ({
    records: one('SELECT count(*) AS n FROM record WHERE zone = ?', ZONE_NUMBER[name]),
    waiting: one('SELECT count(*) AS n FROM dirty WHERE zone = ?', ZONE_NUMBER[name]),
  });
  const kinds: StoreCounts['kinds'] = {
    message: 0,
    conversation: 0,
    reading: 0,
    device: 0,
    settings: 0,
    unknown: 0,
  };
  // Messages are numbered above: a long history is not looked through.
  const others = store.all<{ kind: number; n: number }>(
    'SELECT kind, count(*) AS n FROM record WHERE rid < ? AND gone = 0 GROUP BY kind',
    FIRST_MESSAGE_RID,
  );
  for (const { kind, n } of others) {
    const name = (Object.keys(KIND) as (keyof typeof KIND)[]).find((key) => KIND[key] === kind);
    kinds[name ?? 'unknown'] += n;
  }
  return {
    zones: { account: zone('account'), messages: zone('messages') },
    messages: one('SELECT count(*) AS n FROM message'),
    conversations: one('SELECT count(*) AS n FROM conversation'),
    kinds,
    outbox: store.all<StoreCounts['outbox'][number]>(
      'SELECT kind, state, failure, count(*) AS count FROM outbox GROUP BY kind, state, failure',
    ),
    setAside: store.all<StoreCounts['setAside'][number]>(
      'SELECT reason, count(*) AS count FROM pending_envelope GROUP BY reason',
    ),
  };
}
