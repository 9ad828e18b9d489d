/**
 * Push: up to 400 operations or 2 MiB of what changed here, answered one by one. Idempotent by compare-and-set: when the answer is lost, the
 * same records go again, meet what they wrote themselves, and merge to the same.
 */

import { toHex } from '../../../shared/crypto/bytes.ts';
import { sealRecord, sealTombstone } from '../../../shared/crypto/records.ts';
import { recordHash } from '../../../shared/crypto/zone-digest.ts';
import { schemaOf } from '../../../shared/model/payload-codec.ts';
import type {
  Record as CloudRecord,
  OperationResult,
} from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { blobsToName } from '../../store/attachments.ts';
import { clean, type Dirty, dirtyBatch, dirtyWithoutRoom, markDirty, postpone } from '../../store/dirty.ts';
import { addNotice } from '../../store/notices.ts';
import { applyPulled } from '../../store/pulled.ts';
import { getRecord, isMerged, NO_BASE, recordRow, setBase, tombstoneBase } from '../../store/records.ts';
import { ZONE_NUMBER, type ZoneName } from '../../store/values.ts';
import { getZoneState } from '../../store/zone-state.ts';
import { blobsMissing, isGoingUp, wasNamed } from '../blobs/missing.ts';
import type { StepResult } from '../engine/steps.ts';
import { SyncFailure } from '../failure.ts';
import { garbled, numberOf } from '../network/answers.ts';
import { applyPage, report } from './apply.ts';
import { aheadOfFeed } from './carried.ts';
import { outsideOf } from './hint.ts';
import { renewNotice } from './keep.ts';
import { settleMarks } from './met-marks.ts';
import { currentKeys, zoneKeyOf } from './names.ts';
import { openPage } from './open-page.ts';
import { atHead, placeAfterPush } from './pull.ts';
import { demandUnmoved, ZONE, type ZoneContext } from './zone-call.ts';

const LARGEST_PUSH = 2 * 1024 * 1024 - 64 * 1024;

type PutValue = {
  id: Uint8Array;
  baseRev: number;
  epoch: number;
  hint: number;
  ct: Uint8Array;
  blobs: Uint8Array[];
  namesBlobs: boolean;
};

type Sent = {
  dirty: Dirty;
  rev: number;
  epoch: number;
  hint: number;
  hash: Uint8Array;
  operation:
    | { case: 'put'; value: PutValue }
    | { case: 'delete'; value: { id: Uint8Array; epoch: number; proof: Uint8Array; baseRev?: number } };
};

export async function pushBatch(
  ctx: ZoneContext,
  zone: ZoneName,
  limit: number,
  full: boolean,
): Promise<StepResult['push']> {
  const { store } = ctx;
  if (zone === 'account') {
    renewNotice(ctx, 'account', ctx.clock.now());
  } else {
    await settleMarks(ctx);
  }
  const { generation, incarnation } = getZoneState(store, zone);
  const sent = await collect(ctx, zone, generation, Math.min(limit, ctx.sizes.push), full);
  const result: StepResult['push'] = {
    accepted: 0,
    head: 0,
    staleKeyring: false,
    full: false,
    deleted: 0,
    moved: false,
  };
  if (sent.length === 0) {
    return { ...result, head: getZoneState(store, zone).head };
  }
  // What was asked for ahead would be older than what is written now.
  ctx.ahead.clear();
  const response = await ctx.cloud.zones.push(
    {
      zone: ZONE[zone],
      generation,
      incarnation,
      operations: sent.map(({ operation }) => ({ op: operation })),
    },
    { signal: ctx.abort },
  );
  if (response.results.length !== sent.length) {
    throw garbled('The cloud answered another number of operations than it was sent.');
  }
  const met: CloudRecord[] = [];
  // What the cloud has accepted is at the cloud: should the power fail before this is on the disk, the same goes again and meets it.
  const reached = store.bulk(() => {
    for (const [index, one] of sent.entries()) {
      settle(ctx, zone, one, response.results[index]?.result, result, met);
    }
    // As it is now: commands may have been done meanwhile, but no other step of this lane.
    return placeAfterPush(ctx, zone, response);
  });
  store.commitBulk();
  if (reached === null) aheadOfFeed(ctx, zone, numberOf(response.head));
  if (reached !== null && response.state !== undefined) {
    result.reached = atHead(ctx, zone, response.state, reached);
  }
  if (met.length > 0) {
    const opened = await openPage(ctx, zone, generation, met);
    if (opened.staleKeyring) {
      return { ...result, staleKeyring: true, head: numberOf(response.head) };
    }
    if (opened.older.length > 0) await demandUnmoved(ctx, zone);
    await applyPage(ctx, zone, opened, {
      holdTombstones: false,
      place: () => {
        // A record that does not open, or is older than the one known, cannot be merged: pushing again would go round in circles.
        for (const { id } of [...opened.damaged, ...opened.older]) {
          const one = sent.find(({ dirty }) => toHex(dirty.id) === toHex(id));
          if (one !== undefined) {
            clean(store, zone, id, one.dirty.change);
          }
        }
      },
    });
  }
  if (sent.some((one, index) => isContradicted(one, response.results[index]?.result))) {
    // At once again would be the same again, without an end.
    throw garbled('The cloud refuses a change of the very version that it says it has.');
  }
  result.head = numberOf(response.head);
  return result;
}

/** A conflict is with another version than the one that was changed, or with any where there was none: no cloud of ours says otherwise. */
const isContradicted = ({ rev, operation }: Sent, answer: OperationResult['result'] | undefined): boolean =>
  operation.case === 'put' && answer?.case === 'conflict' && (answer.value.record?.rev ?? 0) === rev - 1;

async function collect(
  ctx: ZoneContext,
  zone: ZoneName,
  generation: number,
  limit: number,
  full: boolean,
): Promise<Sent[]> {
  const { store, random } = ctx;
  const keys = currentKeys(ctx);
  const epoch = keys.current;
  const zoneKey = zoneKeyOf(keys, zone, epoch);
  if (zoneKey === undefined) {
    throw new SyncFailure('keyringStale', 'This device does not hold the key of the current epoch yet.');
  }
  const zoneNumber = ZONE_NUMBER[zone];
  const sent: Sent[] = [];
  let bytes = 0;
  let began = performance.now();
  for (const dirty of (full ? dirtyWithoutRoom : dirtyBatch)(store, zone, limit, ctx.clock.now())) {
    const { id } = dirty;
    if (dirty.op === 'delete') {
      const proof = sealTombstone({ zoneKey, zone: zoneNumber, id, epoch, random });
      const value = { id, epoch, proof, ...(dirty.baseRev === null ? {} : { baseRev: dirty.baseRev }) };
      sent.push({ dirty, rev: 0, epoch, hint: 0, hash: proof, operation: { case: 'delete', value } });
      bytes += proof.length;
      continue;
    }
    const record = getRecord(store, zone, id);
    if (record === undefined || record.gone || record.bytes === null) {
      clean(store, zone, id, dirty.change);
      continue;
    }
    const baseRev = isMerged(record.base) ? record.base.rev : 0;
    const rev = baseRev + 1;
    const { hint, attachments } = outsideOf(record.kind, record.bytes, ctx.clock.now(), store.schema);
    if (attachments.length > 0 && isGoingUp(store, attachments)) {
      postpone(store, zone, id, ctx.clock.now());
      continue;
    }
    const blobs = attachments.length === 0 ? [] : blobsToName(store, attachments);
    const schema = schemaOf(record.bytes);
    const ct = sealRecord({
      zoneKey,
      zone: zoneNumber,
      generation,
      id,
      rev,
      epoch,
      plaintext: record.bytes,
      schema,
      random,
    });
    if (sent.length > 0 && bytes + ct.length > LARGEST_PUSH) {
      break;
    }
    bytes += ct.length;
    // Which blobs a newer app's message uses is not known here: those that are named stay.
    const namesBlobs = schema <= store.schema;
    sent.push({
      dirty,
      rev,
      epoch,
      hint,
      hash: recordHash(ct),
      operation: { case: 'put', value: { id, baseRev, epoch, hint, ct, blobs, namesBlobs } },
    });
    if (performance.now() - began > 8) {
      await ctx.timers.breathe();
      began = performance.now();
    }
  }
  return sent;
}

function settle(
  ctx: ZoneContext,
  zone: ZoneName,
  one: Sent,
  answer: OperationResult['result'] | undefined,
  result: StepResult['push'],
  met: CloudRecord[],
): void {
  const { store } = ctx;
  const { id, change } = one.dirty;
  switch (answer?.case) {
    case 'ok':
      if (one.operation.case === 'put') {
        setBase(store, zone, id, { rev: answer.value.rev, epoch: one.epoch, hint: one.hint, hash: one.hash });
        wasNamed(store, id);
      } else {
        deleted(ctx, zone, one, answer.value.rev);
        result.deleted += 1;
      }
      clean(store, zone, id, change);
      result.accepted += 1;
      return;
    case 'conflict': {
      // What a machine wanted to delete has changed meanwhile: it stays.
      const stays = one.dirty.baseRev !== null && clean(store, zone, id, change);
      const row = recordRow(store, zone, id);
      if (answer.value.record !== undefined) {
        met.push(answer.value.record);
      } else if (row !== undefined) {
        // The cloud has lost it. It is offered anew; the digest at the next head says whether more is missing.
        setBase(store, zone, id, NO_BASE);
        if (stays && row.gone === 0 && row.payload !== null) markDirty(store, zone, id, 'put');
      }
      return;
    }
    case 'gone':
      if (answer.value.record !== undefined) {
        met.push(answer.value.record);
      }
      return;
    case 'blobsMissing':
      blobsMissing(ctx, answer.value.blobIds);
      return;
    case 'quota':
      result.full = true;
      return;
    case 'tooLarge':
      clean(store, zone, id, change);
      addNotice(store, `tooLarge:${zone}:${toHex(id)}`, 'recordRefused', ctx.clock.now(), {
        zone,
        id: toHex(id),
        why: 'tooLarge',
      });
      return;
    case 'epochStale':
      result.staleKeyring = true;
      return;
    case 'generationStale':
      result.moved = true;
      return;
    default:
      throw garbled('The cloud left an operation unanswered.');
  }
}

/** The cloud has the tombstone. What a machine deleted has kept its content until now. */
function deleted(ctx: ZoneContext, zone: ZoneName, one: Sent, rev: number): void {
  const { id, change } = one.dirty;
  if (one.operation.case !== 'delete') {
    return;
  }
  const { proof } = one.operation.value;
  const row = recordRow(ctx.store, zone, id);
  if (row === undefined) {
    return;
  }
  clean(ctx.store, zone, id, change);
  if (row.gone === 1) {
    setBase(ctx.store, zone, id, { ...tombstoneBase(rev, one.epoch), proof });
  } else {
    report(
      ctx,
      zone,
      applyPulled(ctx.store, zone, [{ id, rev, epoch: one.epoch, proof, gone: true }], ctx.clock.now()),
    );
  }
}
