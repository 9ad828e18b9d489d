/** Inventory and Fetch: what a device asks when digests differ (SPEC ZON-10). */
import { create } from '@bufbuild/protobuf';
import {
  type FetchRequest,
  type FetchResponse,
  FetchResponseSchema,
  type InventoryRequest,
  type InventoryResponse,
  InventoryResponseSchema,
} from '../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import type { CloudContext } from '../context.ts';
import type { Session } from '../devices/sessions.ts';
import { bytesOf } from '../http/check.ts';
import { malformed } from '../http/errors.ts';
import type { Database } from '../storage/database.ts';
import { MOST_FETCHED } from './limits.ts';
import { toWire, wireColumns, wireSize } from './record.ts';
import { findZone } from './zone-row.ts';

export const inventoryQuery = (db: Database, zone: number, after: Uint8Array, limit: number) =>
  db.sql
    .selectFrom('record')
    .select(['id', 'rev', 'hash'])
    .where('zone', '=', zone)
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit);

export const inventory = (
  { db, sizes }: CloudContext,
  session: Session,
  request: InventoryRequest,
): InventoryResponse => {
  if (request.after.length !== 0) bytesOf(request.after, 16, 'after');
  const zone = findZone(db.read, session, request.zone);
  const limit = request.limit === 0 ? sizes.pageItems : Math.min(request.limit, sizes.pageItems);
  const rows = db.read.all(inventoryQuery(db, zone.no, request.after, limit + 1));
  const more = rows.length > limit;
  return create(InventoryResponseSchema, {
    items: more ? rows.slice(0, limit) : rows,
    more,
    head: BigInt(zone.head),
  });
};

export const fetchQuery = (db: Database, zone: number, ids: Uint8Array[]) =>
  db.sql
    .selectFrom('record')
    .select(wireColumns)
    .where('zone', '=', zone)
    .where('id', 'in', ids)
    .orderBy('id');

/** The records of these ids that the zone has, as many as one page holds: ask again for those that are missing. */
export const fetchRecords = (
  { db, sizes }: CloudContext,
  session: Session,
  request: FetchRequest,
): FetchResponse => {
  if (request.ids.length === 0 || request.ids.length > MOST_FETCHED)
    throw malformed(`1 to ${MOST_FETCHED} ids.`);
  for (const id of request.ids) bytesOf(id, 16, 'id');
  const zone = findZone(db.read, session, request.zone);
  const rows = db.read.each(fetchQuery(db, zone.no, request.ids));
  const records = [];
  let bytes = 0;
  for (const row of rows) {
    bytes += wireSize(row);
    if (records.length > 0 && bytes > sizes.pageBytes) break;
    records.push(toWire(row));
  }
  return create(FetchResponseSchema, { records });
};
