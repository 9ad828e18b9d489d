/**
 * Disable & Delete, the cloud's part (SPEC ZON-13 to ZON-16): a device marks the messages zone, thirty days later everything of
 * it goes, and until then any device of the account can take it back. The device brings the purge's id: a repeated request is the
 * same purge, and one that comes late, after its purge was undone or done, begins nothing.
 */
import { create } from '@bufbuild/protobuf';
import { equalBytes } from '../../shared/crypto/bytes.ts';
import { ErrorCode } from '../../shared/proto/gen/lockstep/cloud/v1/errors_pb.js';
import {
  type MarkForPurgeRequest,
  type MarkForPurgeResponse,
  MarkForPurgeResponseSchema,
  type UndoPurgeRequest,
  type UndoPurgeResponse,
  UndoPurgeResponseSchema,
  Zone,
} from '../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import type { CloudContext } from '../context.ts';
import type { Session } from '../devices/sessions.ts';
import { bytesOf } from '../http/check.ts';
import { CloudError } from '../http/errors.ts';
import type { Database, Writer } from '../storage/database.ts';
import { findZone, type ZoneRow, zonePosition, zoneState } from './zone-row.ts';

export const PURGE_AFTER_MS = 30 * 24 * 3_600_000;
/** How many ended purges an account's zone is remembered for: a request does not wander longer than that. */
const REMEMBERED = 32;

/** A purge is over: undone or done. */
export const rememberEnded = (write: Writer, db: Database, account: number, id: Uint8Array): void => {
  write.run(
    db.sql
      .insertInto('ended_purge')
      .values({ account, id })
      .onConflict((conflict) => conflict.doNothing()),
  );
  const kept = db.sql
    .selectFrom('ended_purge')
    .select('no')
    .where('account', '=', account)
    .orderBy('no', 'desc')
    .limit(REMEMBERED);
  write.run(db.sql.deleteFrom('ended_purge').where('account', '=', account).where('no', 'not in', kept));
};

const hasEnded = (write: Writer, db: Database, account: number, id: Uint8Array): boolean =>
  write.first(
    db.sql.selectFrom('ended_purge').select('no').where('account', '=', account).where('id', '=', id),
  ) !== undefined;

type Asked = { zone: Zone; generation: number; purgeId: Uint8Array };

/** The zone to be changed, and what it is like afterwards. */
const change = (
  ctx: CloudContext,
  session: Session,
  request: Asked,
  decide: (write: Writer, zone: ZoneRow) => Partial<ZoneRow>,
): ZoneRow => {
  const { db } = ctx;
  bytesOf(request.purgeId, 16, 'purge_id');
  let told = false;
  const after = db.transaction((write) => {
    const zone = findZone(write, session, request.zone);
    if (zone.kind !== Zone.MESSAGES)
      throw new CloudError(ErrorCode.FORBIDDEN, 'Only the messages zone can be purged.');
    if (zone.generation !== request.generation)
      throw new CloudError(ErrorCode.GENERATION_CHANGED, 'The zone was purged or its keys were reset.');
    const changes = decide(write, zone);
    told = Object.keys(changes).length > 0;
    if (told) write.run(db.sql.updateTable('zone').set(changes).where('no', '=', zone.no));
    return { ...zone, ...changes };
  });
  if (told) ctx.hub.zone(session.account, after.kind, zonePosition(after));
  return after;
};

export const markForPurge = (
  ctx: CloudContext,
  session: Session,
  request: MarkForPurgeRequest,
): MarkForPurgeResponse => {
  const at = ctx.now() + PURGE_AFTER_MS;
  const zone = change(ctx, session, request, (write, row) =>
    row.purge_id !== null || hasEnded(write, ctx.db, session.account, request.purgeId)
      ? {}
      : { purge_at_ms: at, purge_id: request.purgeId, purge_device: session.device },
  );
  ctx.purgeAt(zone.purge_at_ms);
  return create(MarkForPurgeResponseSchema, { state: zoneState(ctx, session, zone, true) });
};

export const undoPurge = (
  ctx: CloudContext,
  session: Session,
  request: UndoPurgeRequest,
): UndoPurgeResponse => {
  const zone = change(ctx, session, request, (write, row) => {
    if (row.purge_id === null || !equalBytes(row.purge_id, request.purgeId)) return {};
    rememberEnded(write, ctx.db, session.account, row.purge_id);
    return { purge_at_ms: 0, purge_id: null, purge_device: null };
  });
  return create(UndoPurgeResponseSchema, { state: zoneState(ctx, session, zone, true) });
};
