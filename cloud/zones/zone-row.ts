/** A zone's own row: where it stands. */
import { create } from '@bufbuild/protobuf';
import { ZoneDigest } from '../../shared/crypto/zone-digest.ts';
import { ErrorCode } from '../../shared/proto/gen/lockstep/cloud/v1/errors_pb.js';
import { Zone, type ZoneState, ZoneStateSchema } from '../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import type { CloudContext } from '../context.ts';
import type { Session } from '../devices/sessions.ts';
import type { ZonePosition } from '../events/hub.ts';
import { CloudError } from '../http/errors.ts';
import { type Database, queries, type Reader, type Writer } from '../storage/database.ts';
import { fixed } from '../storage/fixed.ts';

export type ZoneRow = {
  no: number;
  kind: number;
  generation: number;
  incarnation: number;
  head: number;
  digest: Uint8Array;
  records: number;
  tombstones: number;
  bytes: number;
  purge_at_ms: number;
  purge_id: Uint8Array | null;
  purge_device: Uint8Array | null;
};

const NONE = new Uint8Array();

/** 48 random bits: two incarnations of one zone never have the same by accident. */
export const newIncarnation = (random: CloudContext['random']): number => {
  const bytes = random(6);
  return (
    new DataView(bytes.buffer, bytes.byteOffset).getUint16(0) * 2 ** 32 +
    new DataView(bytes.buffer, bytes.byteOffset).getUint32(2)
  );
};

/** A zone without anything in it. */
export const createZone = (
  write: Writer,
  db: Database,
  zone: { account: number; kind: Zone; generation: number; incarnation: number },
): void => {
  write.run(
    db.sql
      .insertInto('zone')
      .values({ ...zone, head: 0, digest: new ZoneDigest().toBytes(), records: 0, tombstones: 0 }),
  );
};

export const createZones = (
  write: Writer,
  { db, random }: Pick<CloudContext, 'db' | 'random'>,
  account: number,
): void => {
  for (const kind of [Zone.ACCOUNT, Zone.MESSAGES])
    createZone(write, db, { account, kind, generation: 1, incarnation: newIncarnation(random) });
};

const zoneQuery = fixed((given: { account: number; kind: Zone }) =>
  queries
    .selectFrom('zone')
    .select([
      'no',
      'kind',
      'generation',
      'incarnation',
      'head',
      'digest',
      'records',
      'tombstones',
      'bytes',
      'purge_at_ms',
      'purge_id',
      'purge_device',
    ])
    .where('account', '=', given.account)
    .where('kind', '=', given.kind)
    // A purged zone has a negative kind, and the wire lets any number through.
    .where('kind', '>', 0),
);

/** The asking account's zone of that kind; there is no way to name another account's. */
export const findZone = (reader: Reader, session: Session, kind: Zone): ZoneRow => {
  const row = reader.first(zoneQuery({ account: session.account, kind }));
  if (row === undefined) throw new CloudError(ErrorCode.ZONE_FORBIDDEN, 'This account has no such zone.');
  return row;
};

/** Records and tombstones of the account's other zones. */
export const rowsElsewhere = (reader: Reader, session: Session, zone: ZoneRow): number =>
  reader
    .all(elsewhereQuery({ account: session.account, kind: zone.kind }))
    .reduce((sum, { records, tombstones }) => sum + records + tombstones, 0);

const elsewhereQuery = fixed((given: { account: number; kind: number }) =>
  queries
    .selectFrom('zone')
    .select(['records', 'tombstones'])
    .where('account', '=', given.account)
    .where('kind', '>', 0)
    .where('kind', '<>', given.kind),
);

const usedQuery = fixed((given: { account: number }) =>
  queries.selectFrom('account').select('bytes_used').where('no', '=', given.account),
);

export const bytesUsed = (reader: Reader, account: number): number =>
  reader.first(usedQuery({ account }))?.bytes_used ?? 0;

export const zoneState = (
  ctx: CloudContext,
  session: Session,
  zone: ZoneRow,
  withDigest: boolean,
): ZoneState => stateOf(ctx, zone, bytesUsed(ctx.db.read, session.account), withDigest);

/** `used`: of the account, in bytes. */
export const stateOf = (ctx: CloudContext, zone: ZoneRow, used: number, withDigest: boolean): ZoneState =>
  create(ZoneStateSchema, {
    generation: zone.generation,
    incarnation: BigInt(zone.incarnation),
    head: BigInt(zone.head),
    digest: withDigest ? zone.digest : new Uint8Array(),
    records: BigInt(zone.records),
    tombstones: BigInt(zone.tombstones),
    bytesUsed: BigInt(used),
    quotaBytes: BigInt(ctx.quotaBytes),
    purgeAtMs: BigInt(zone.purge_at_ms),
    timeMs: BigInt(ctx.now()),
    purgeId: zone.purge_id ?? NONE,
    purgeDeviceId: zone.purge_device ?? NONE,
    largestBlobBytes: BigInt(ctx.blobLimits.largestBlob),
  });

/** What a poke says of a zone. */
export const zonePosition = (
  zone: Pick<ZoneRow, 'generation' | 'head' | 'purge_at_ms' | 'purge_id'>,
): ZonePosition => ({
  generation: zone.generation,
  head: zone.head,
  purgeAtMs: zone.purge_at_ms,
  purgeId: zone.purge_id ?? NONE,
});
