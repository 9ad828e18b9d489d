/**
 * Push: up to 400 operations in one IMMEDIATE transaction, answered one by one (SPEC ZON-1 to ZON-6).
 *
 * [Note: multi-row statements] What is there is read with one statement for all ids, each operation is decided in memory
 * against that, and what was accepted is written with one upsert per hundred rows: one statement an operation costs several
 * times as much. An id that comes twice in a push meets its own first operation.
 */
import { create } from '@bufbuild/protobuf';
import { toHex } from '../../shared/crypto/bytes.ts';
import { recordHash, tombstoneHash, ZoneDigest } from '../../shared/crypto/zone-digest.ts';
import { ErrorCode } from '../../shared/proto/gen/lockstep/cloud/v1/errors_pb.js';
import {
  ChangesResponseSchema,
  type Operation,
  type OperationResult,
  OperationResultSchema,
  type PushRequest,
  type PushResponse,
  PushResponseSchema,
  type Put,
  Zone,
  type ZoneState,
} from '../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { createNaming, type Naming } from '../blobs/in-push.ts';
import { checkNames, joinNames, splitNames } from '../blobs/names.ts';
import type { CloudContext } from '../context.ts';
import type { Session } from '../devices/sessions.ts';
import type { ZoneChanges } from '../events/hub.ts';
import { bytesOf, bytesWithin } from '../http/check.ts';
import { CloudError, malformed, tooLarge } from '../http/errors.ts';
import type { Writer } from '../storage/database.ts';
import { type Decision, decideDelete, decidePut, type Stored } from './decide.ts';
import {
  LARGEST_ANSWER,
  LARGEST_PROOF,
  LARGEST_PUSH,
  LARGEST_RECORD,
  MOST_OPERATIONS,
  mostRows,
} from './limits.ts';
import { accountQuery, chargeQuery, placeQuery, type Row, storedQuery, writeQuery } from './push-queries.ts';
import { rankOf, recordSize, toWire, wireColumns, wireSize } from './record.ts';
import { sealChangeToken } from './tokens.ts';
import { findZone, rowsElsewhere, stateOf, type ZoneRow, zonePosition } from './zone-row.ts';

/**
 * [Note: a row that shrinks is written anew] SQLite leaves a row that became smaller on its page with the rest of the page empty,
 * and as new rows come at the end, nothing ever fills it. Deleted first, its page is joined with its neighbours and free again.
 */
const shrinks = (before: Stored | undefined, size: number): boolean =>
  before !== undefined && size * 2 < before.size;

type Result = OperationResult['result'];

const NOTHING: Uint8Array[] = [];
const ROWS_PER_STATEMENT = 100;
/** A tombstone says nothing of its message's day any more and comes last in a first sync. */
const TOMBSTONE_RANK = rankOf(0);

const check = (zone: Zone, operations: Operation[]): void => {
  if (operations.length === 0) throw malformed('There is no operation.');
  if (operations.length > MOST_OPERATIONS)
    throw tooLarge(`A push has at most ${MOST_OPERATIONS} operations.`);
  let bytes = 0;
  for (const { op } of operations) {
    if (op.case === undefined) throw malformed('An operation is a put or a delete.');
    bytesOf(op.value.id, 16, 'id');
    if (op.case === 'put') {
      if (op.value.ct.length === 0) throw malformed('A put has a ciphertext.');
      if (op.value.baseRev >= 0xffff_ffff) throw malformed('base_rev is out of bounds.');
      if (op.value.blobs.length > 0 && zone !== Zone.MESSAGES)
        throw malformed('Records of this zone name no blobs.');
      checkNames(op.value.blobs);
      bytes += recordSize(op.value.ct, op.value.blobs);
    } else {
      bytesWithin(op.value.proof, 1, LARGEST_PROOF, 'proof');
      bytes += op.value.proof.length;
    }
  }
  if (bytes > LARGEST_PUSH) throw tooLarge(`A push has at most ${LARGEST_PUSH} bytes.`);
};

/** What the record is to name: an app that knows no blobs leaves it as it is. */
const namesOf = (put: Put, before: Uint8Array[]): Uint8Array[] =>
  put.namesBlobs || put.blobs.length > 0 ? put.blobs : before;

/** One transaction's view of the zone: what is stored, what this push has changed so far. */
const createBatch = (
  write: Writer,
  ctx: CloudContext,
  account: number,
  zone: ZoneRow,
  operations: Operation[],
) => {
  const { db } = ctx;
  const ids = new Map<string, Uint8Array>();
  for (const { op } of operations) if (op.case !== undefined) ids.set(toHex(op.value.id), op.value.id);
  const there = write.all(
    storedQuery(
      { zone: zone.no },
      [...ids.values()].map((id) => ({ id })),
    ),
  );
  const stored = new Map<string, Stored>(
    there.map((row) => [toHex(row.id), { ...row, tombstone: row.tombstone === 1 }]),
  );
  const names = new Map<string, Uint8Array[]>(
    there.flatMap((row) => (row.blobs === null ? [] : [[toHex(row.id), splitNames(row.blobs)]])),
  );
  const naming: Naming = createNaming(write, ctx, { no: zone.no, account }, [
    ...[...names.values()].flat(),
    ...operations.flatMap(({ op }) => (op.case === 'put' ? op.value.blobs : [])),
  ]);
  const accepted = new Map<string, Row>();
  const shrunk: Uint8Array[] = [];
  const digest = new ZoneDigest(zone.digest);
  const state = {
    head: zone.head,
    records: zone.records,
    tombstones: zone.tombstones,
    /** Of the account's used bytes, and of the zone's. */
    growth: 0,
    zoneGrowth: 0,
    deleted: 0,
  };
  let answerBytes = 0;

  return {
    stored: (key: string) => stored.get(key),
    names: (key: string) => names.get(key) ?? NOTHING,
    naming,
    accepted,
    shrunk,
    state,
    digest,
    accept(key: string, row: Omit<Row, 'zone' | 'seq' | 'blobs'>, named: Uint8Array[]): number {
      const before = stored.get(key);
      const seq = ++state.head;
      const tombstone = row.ct === null;
      if (before !== undefined) digest.remove(row.id, before.rev, before.hash);
      digest.add(row.id, row.rev, row.hash);
      if (shrinks(before, row.size)) shrunk.push(row.id);
      const namedBefore = names.get(key) ?? NOTHING;
      const cost = naming.cost(namedBefore, named);
      naming.change(namedBefore, named);
      names.set(key, named);
      const grown = row.size - (before?.size ?? 0);
      state.growth += grown + cost.account;
      state.zoneGrowth += grown + cost.zone;
      if (before === undefined && !tombstone) state.records += 1;
      if (before !== undefined && tombstone) state.records -= 1;
      if (tombstone) {
        state.tombstones += 1;
        state.deleted += 1;
      }
      stored.set(key, { seq, rev: row.rev, size: row.size, hash: row.hash, tombstone });
      accepted.set(key, { zone: zone.no, seq, ...row, blobs: joinNames(named) });
      return seq;
    },
    /** The record as the zone has it now, this push included. */
    record(key: string, id: Uint8Array) {
      const row =
        accepted.get(key) ??
        write.first(
          db.sql.selectFrom('record').select(wireColumns).where('zone', '=', zone.no).where('id', '=', id),
        );
      if (row === undefined) return {};
      answerBytes += wireSize(row);
      if (answerBytes > LARGEST_ANSWER)
        throw tooLarge('The conflicts of this push are too large for one answer.');
      return { record: toWire(row) };
    },
  };
};

type Batch = ReturnType<typeof createBatch>;

const refusal = (
  ctx: CloudContext,
  batch: Batch,
  key: string,
  id: Uint8Array,
  decision: Exclude<Decision, { kind: 'write' }>,
  { epoch, bytesUsed, missing }: { epoch: number; bytesUsed: number; missing: Uint8Array[] },
): Result => {
  switch (decision.kind) {
    case 'done':
      return {
        case: 'ok',
        value: { $typeName: 'lockstep.cloud.v1.Ok', seq: BigInt(decision.seq), rev: decision.rev },
      };
    case 'conflict':
      return {
        case: 'conflict',
        value: { $typeName: 'lockstep.cloud.v1.Conflict', ...batch.record(key, id) },
      };
    case 'gone':
      return { case: 'gone', value: { $typeName: 'lockstep.cloud.v1.Gone', ...batch.record(key, id) } };
    case 'quota':
      return {
        case: 'quota',
        value: {
          $typeName: 'lockstep.cloud.v1.QuotaExceeded',
          bytesUsed: BigInt(bytesUsed),
          quotaBytes: BigInt(ctx.quotaBytes),
        },
      };
    case 'too_large':
      return {
        case: 'tooLarge',
        value: { $typeName: 'lockstep.cloud.v1.RecordTooLarge', limitBytes: LARGEST_RECORD },
      };
    case 'epoch_stale':
      return { case: 'epochStale', value: { $typeName: 'lockstep.cloud.v1.EpochStale', epoch } };
    case 'blobs_missing':
      return {
        case: 'blobsMissing',
        value: { $typeName: 'lockstep.cloud.v1.BlobsMissing', blobIds: missing },
      };
  }
};

const writeRows = (write: Writer, rows: Row[]): void => {
  for (let at = 0; at < rows.length; at += ROWS_PER_STATEMENT)
    write.run(writeQuery({}, rows.slice(at, at + ROWS_PER_STATEMENT)));
};

export const push = (ctx: CloudContext, session: Session, request: PushRequest): PushResponse => {
  check(request.zone, request.operations);
  const { db } = ctx;
  const purpose = request.operations.every(({ op }) => op.case === 'delete') ? 'frees' : 'grows';
  const done = db.transaction((write) => {
    const zone = findZone(write, session, request.zone);
    if (zone.generation !== request.generation) {
      const stale: Result = {
        case: 'generationStale',
        value: { $typeName: 'lockstep.cloud.v1.GenerationStale', generation: zone.generation },
      };
      return { results: request.operations.map(() => stale), head: zone.head, deleted: 0 };
    }
    // Revs are of an incarnation: after a restore the same number may be another content (SPEC ZON-22).
    if (request.incarnation !== 0n && request.incarnation !== BigInt(zone.incarnation))
      throw new CloudError(ErrorCode.INCARNATION_CHANGED, 'The zone was restored or moved.');
    if (zone.purge_at_ms !== 0)
      throw new CloudError(ErrorCode.ZONE_PENDING_PURGE, 'The zone is to be purged.');
    const account = write.first(accountQuery({ no: session.account }));
    if (account === undefined) throw new Error('a session without its account');
    const rows = rowsElsewhere(write, session, zone);
    const batch = createBatch(write, ctx, session.account, zone, request.operations);

    const results = request.operations.map(({ op }): Result => {
      if (op.case === undefined) throw malformed('An operation is a put or a delete.');
      const { id, epoch } = op.value;
      const key = toHex(id);
      const stored = batch.stored(key);
      const bytesUsed = account.bytes_used + batch.state.growth;
      const around = {
        epoch: account.epoch,
        bytesUsed,
        quotaBytes: ctx.quotaBytes,
        rows: rows + batch.state.records + batch.state.tombstones,
        mostRows: mostRows(ctx.quotaBytes),
      };
      const hash = op.case === 'put' ? recordHash(op.value.ct) : tombstoneHash();
      const namedBefore = batch.names(key);
      const named = op.case === 'put' ? namesOf(op.value, namedBefore) : NOTHING;
      const size = op.case === 'put' ? recordSize(op.value.ct, named) : 0;
      const missing = batch.naming.missing(named);
      const decision =
        op.case === 'put'
          ? decidePut(op.value, hash, stored, around, {
              growth: size - (stored?.size ?? 0) + batch.naming.cost(namedBefore, named).account,
              missing: missing.length > 0,
            })
          : decideDelete(op.value, stored, around);
      if (decision.kind !== 'write')
        return refusal(ctx, batch, key, id, decision, { epoch: account.epoch, bytesUsed, missing });
      const { rev } = decision;
      const seq =
        op.case === 'put'
          ? batch.accept(
              key,
              { id, rev, epoch, rank: rankOf(op.value.hint), size, hash, ct: op.value.ct, proof: null },
              named,
            )
          : batch.accept(
              key,
              { id, rev, epoch, rank: TOMBSTONE_RANK, size, hash, ct: null, proof: op.value.proof },
              named,
            );
      return { case: 'ok', value: { $typeName: 'lockstep.cloud.v1.Ok', seq: BigInt(seq), rev } };
    });

    const { head, records, tombstones, growth, zoneGrowth, deleted } = batch.state;
    if (head > zone.head) {
      if (batch.shrunk.length > 0)
        write.run(db.sql.deleteFrom('record').where('zone', '=', zone.no).where('id', 'in', batch.shrunk));
      writeRows(write, [...batch.accepted.values()]);
      const bytes = zone.bytes + zoneGrowth;
      const place = { head, records, tombstones, bytes, digest: batch.digest.toBytes() };
      write.run(placeQuery({ no: zone.no, ...place }));
      if (growth !== 0)
        write.run(chargeQuery({ no: session.account, bytes_used: account.bytes_used + growth }));
      batch.naming.write();
    }
    const after: ZoneRow = {
      ...zone,
      head,
      records,
      tombstones,
      bytes: zone.bytes + zoneGrowth,
      digest: batch.digest.toBytes(),
    };
    const state = stateOf(ctx, after, account.bytes_used + growth, true);
    const token = sealChangeToken(ctx.secret.tokenKey, session.account, after, head);
    const stood = { from: zone.head, zone: after, state, token, rows: [...batch.accepted.values()] };
    return { results, head, deleted, stood };
  }, purpose);
  const { results, head, deleted, stood } = done;
  if (stood !== undefined && head > stood.from) {
    db.afterCommit(() =>
      ctx.hub.zone(
        session.account,
        stood.zone.kind,
        zonePosition(stood.zone),
        changesOf(ctx, session, stood),
      ),
    );
  }
  if (deleted > 0) ctx.sweepSoon();
  return create(PushResponseSchema, {
    results: results.map((result) => create(OperationResultSchema, { result })),
    head: BigInt(head),
    ...(stood === undefined ? {} : { state: stood.state, token: stood.token }),
  });
};

type Stood = { from: number; zone: ZoneRow; state: ZoneState; token: Uint8Array; rows: Row[] };

/** For other devices' pokes: what this push changed, when it is small. */
const changesOf = (
  { sizes }: CloudContext,
  session: Session,
  { from, state, token, rows }: Stood,
): ZoneChanges | undefined => {
  const bytes = rows.reduce((sum, row) => sum + wireSize(row), 0);
  if (bytes > sizes.carriedBytes) return undefined;
  const records = rows.sort((one, other) => one.seq - other.seq).map(toWire);
  // A poke may be read late: it is no place for a time.
  const page = create(ChangesResponseSchema, { records, token, state: { ...state, timeMs: 0n } });
  return { from, page, bytes, device: session.device };
};
