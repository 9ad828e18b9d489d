/**
 * Open, Changes and Backfill: how a device comes to know a zone (SPEC ZON-7 to ZON-9, ZON-18). All of it reads on the second
 * connection, row by row, so that a page of large records is never read further than it goes.
 */
import { create } from '@bufbuild/protobuf';
import { sql } from 'kysely';
import {
  type BackfillRequest,
  type BackfillResponse,
  BackfillResponseSchema,
  type ChangesRequest,
  type ChangesResponse,
  ChangesResponseSchema,
  type OpenZoneRequest,
  type OpenZoneResponse,
  OpenZoneResponseSchema,
  type Record,
} from '../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import type { CloudContext } from '../context.ts';
import type { Session } from '../devices/sessions.ts';
import { type Database, queries } from '../storage/database.ts';
import { fixed } from '../storage/fixed.ts';
import { HIGHEST_HINT, MOST_COUNTED, READING_HINT } from './limits.ts';
import { rankOf, toWire, type WireRow, wireColumns, wireSize } from './record.ts';
import { BEFORE_ALL, openChangeToken, openCursor, sealChangeToken, sealCursor } from './tokens.ts';
import { findZone, zoneState } from './zone-row.ts';

/** Up to this gap what remains is counted; above it, the gap itself is the estimate. */
const COUNTED_GAP = 20_000;

const pageLimit = ({ sizes }: CloudContext, asked: number): number =>
  asked === 0 ? sizes.pageRecords : Math.min(asked, sizes.pageRecords);

export const changesQuery = fixed((given: { zone: number; after: number; limit: number }) =>
  queries
    .selectFrom('record')
    .select(wireColumns)
    .where('zone', '=', given.zone)
    .where('seq', '>', given.after)
    .orderBy('seq')
    .limit(given.limit),
);

type Walked = { zone: number; head: number; rank: number; id: Uint8Array; limit: number };

export const backfillQuery = fixed(({ zone, head, rank, id, limit }: Walked) =>
  queries
    .selectFrom('record')
    .select(wireColumns)
    .where('zone', '=', zone)
    .where(sql<boolean>`(rank, id) > (${rank}, ${id})`)
    .where('seq', '<=', head)
    .orderBy('rank')
    .orderBy('id')
    .limit(limit),
);

/** How many records have this rank, counted in the index alone. A tombstone has hint 0: of the highest hints all are live. */
export const withRankQuery = fixed((given: { zone: number; rank: number }) =>
  queries
    .selectFrom(
      queries
        .selectFrom('record')
        .select('rank')
        .where('zone', '=', given.zone)
        .where('rank', '=', given.rank)
        .limit(MOST_COUNTED)
        .as('some'),
    )
    .select((expression) => expression.fn.countAll<number>().as('count')),
);

const withHint = (db: Database, zone: number, hint: number): bigint =>
  BigInt(db.read.first(withRankQuery({ zone, rank: rankOf(hint) }))?.count ?? 0);

const takePage = (
  { sizes }: CloudContext,
  rows: Iterable<WireRow>,
  limit: number,
): { records: Record[]; last: WireRow | undefined; more: boolean } => {
  const records: Record[] = [];
  let last: WireRow | undefined;
  let bytes = 0;
  for (const row of rows) {
    bytes += wireSize(row);
    if (records.length === limit || (records.length > 0 && bytes > sizes.pageBytes))
      return { records, last, more: true };
    records.push(toWire(row));
    last = row;
  }
  return { records, last, more: false };
};

export const openZone = (ctx: CloudContext, session: Session, request: OpenZoneRequest): OpenZoneResponse => {
  const { db } = ctx;
  const zone = findZone(db.read, session, request.zone);
  const { tokenKey } = ctx.secret;
  const walk = { head: zone.head, left: zone.records, ...BEFORE_ALL };
  const state = zoneState(ctx, session, zone, true);
  state.conversations = withHint(db, zone.no, HIGHEST_HINT);
  state.readings = withHint(db, zone.no, READING_HINT);
  return create(OpenZoneResponseSchema, {
    state,
    token: sealChangeToken(tokenKey, session.account, zone, zone.head),
    backfillCursor: sealCursor(tokenKey, session.account, zone, walk),
  });
};

export const changes = (ctx: CloudContext, session: Session, request: ChangesRequest): ChangesResponse => {
  const { db } = ctx;
  const zone = findZone(db.read, session, request.zone);
  const after = openChangeToken(ctx.secret.tokenKey, request.token, session.account, zone);
  const limit = pageLimit(ctx, request.limit);
  const rows = db.read.each(changesQuery({ zone: zone.no, after, limit: limit + 1 }));
  const { records, last, more } = takePage(ctx, rows, limit);
  const upTo = more && last !== undefined ? last.seq : zone.head;
  return create(ChangesResponseSchema, {
    records,
    token: sealChangeToken(ctx.secret.tokenKey, session.account, zone, upTo),
    more,
    state: zoneState(ctx, session, zone, !more),
    remaining: BigInt(more ? remainingAfter(db, zone, upTo) : 0),
  });
};

const remainingAfter = (
  db: Database,
  zone: { no: number; head: number; records: number; tombstones: number },
  seq: number,
): number => {
  const gap = zone.head - seq;
  if (gap > COUNTED_GAP) return Math.min(gap, zone.records + zone.tombstones);
  const counted = db.read.first(
    db.sql
      .selectFrom('record')
      .select((expression) => expression.fn.countAll<number>().as('count'))
      .where('zone', '=', zone.no)
      .where('seq', '>', seq),
  );
  return counted?.count ?? 0;
};

export const backfill = (ctx: CloudContext, session: Session, request: BackfillRequest): BackfillResponse => {
  const { db } = ctx;
  const zone = findZone(db.read, session, request.zone);
  const walk = openCursor(ctx.secret.tokenKey, request.cursor, session.account, zone);
  const limit = pageLimit(ctx, request.limit);
  const rows = db.read.each(
    backfillQuery({ zone: zone.no, head: walk.head, rank: walk.rank, id: walk.id, limit: limit + 1 }),
  );
  const { records, last, more } = takePage(ctx, rows, limit);
  // Live records: a person is told of messages, and tombstones are none. An estimate: a record that moved above the head where
  // the walk began comes by the forward feed instead.
  const live = records.reduce((count, { tombstone }) => count + (tombstone ? 0 : 1), 0);
  const left = more ? Math.max(0, walk.left - live) : 0;
  const place = last === undefined ? walk : { rank: last.rank, id: last.id };
  return create(BackfillResponseSchema, {
    records,
    cursor: sealCursor(ctx.secret.tokenKey, session.account, zone, {
      head: walk.head,
      left,
      rank: place.rank,
      id: place.id,
    }),
    more,
    remaining: BigInt(left),
  });
};
