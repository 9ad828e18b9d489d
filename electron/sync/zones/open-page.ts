/**
 * Opens what the cloud gave: decrypts, proves tombstones, and sorts out what may not be believed. Changes nothing.
 *
 * - known: the very version that this device has already (its own pushes come back by the feed).
 * - older: a lower rev than the one this device has seen, or another content under the same rev: rolled back, refused.
 * - damaged: does not open, or a tombstone without proof. Nothing is deleted because of it.
 * - staleKeyring: sealed under an epoch that this device has not heard of: fetch the keyring first.
 */

import { toHex } from '../../../shared/crypto/bytes.ts';
import { SealError } from '../../../shared/crypto/errors.ts';
import { openRecord, openTombstone } from '../../../shared/crypto/records.ts';
import { recordHash, tombstoneHash } from '../../../shared/crypto/zone-digest.ts';
import { PayloadError } from '../../../shared/model/payload.ts';
import { decodePayload } from '../../../shared/model/payload-codec.ts';
import type { Record as CloudRecord } from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { wasNoticed } from '../../store/notices.ts';
import type { Pulled } from '../../store/pulled.ts';
import { type KnownBase, knownBases } from '../../store/records.ts';
import { mapKey, sameBytes, ZONE_NUMBER, type ZoneName } from '../../store/values.ts';
import { requireIds } from '../network/answers.ts';
import { currentKeys, zoneKeyOf } from './names.ts';
import type { ZoneContext } from './zone-call.ts';

export type Damaged = {
  id: Uint8Array;
  rev: number;
  epoch: number;
  hint: number;
  hash: Uint8Array;
  tombstone: boolean;
  why: string;
};
export type Older = { id: Uint8Array; rev: number; knownRev: number };

export type OpenedPage = {
  items: Pulled[];
  damaged: Damaged[];
  older: Older[];
  known: number;
  staleKeyring: boolean;
};

const SLICE_MS = 8;
/** `Date.now` would be a hidden clock of the simulation; the slice's length only decides when to breathe. */
const stopwatch = () => performance.now();

export async function openPage(
  ctx: ZoneContext,
  zone: ZoneName,
  generation: number,
  records: readonly CloudRecord[],
): Promise<OpenedPage> {
  requireIds(records);
  const page: OpenedPage = { items: [], damaged: [], older: [], known: 0, staleKeyring: false };
  // What is written meanwhile (by a command, by mail) has no rev yet; applying meets it.
  const known = knownBases(
    ctx.store,
    zone,
    records.map(({ id }) => id),
  );
  let began = stopwatch();
  for (const record of records) {
    openOne(ctx, zone, generation, record, known.get(mapKey(record.id)), page);
    if (page.staleKeyring) {
      return page;
    }
    if (stopwatch() - began > SLICE_MS) {
      await ctx.timers.breathe();
      began = stopwatch();
    }
  }
  return page;
}

function openOne(
  ctx: ZoneContext,
  zone: ZoneName,
  generation: number,
  record: CloudRecord,
  row: KnownBase | undefined,
  page: OpenedPage,
): void {
  const { id, rev, epoch, hint } = record;
  const hash = record.tombstone ? tombstoneHash() : recordHash(record.ct);
  if (row !== undefined && row.rev > 0) {
    const same = row.rev === rev && row.hash !== null && sameBytes(row.hash, hash);
    if (same && (row.content || row.gone) && (!record.tombstone || row.gone)) {
      page.known += 1;
      return;
    }
    // What came under this rev before did not open: that was damage, and this may be the record itself.
    const damaged = rev === row.rev && !same && wasNoticed(ctx.store, damagedNotice(zone, id, rev));
    if (rev < row.rev || (rev === row.rev && !same && !damaged)) {
      page.older.push({ id, rev, knownRev: row.rev });
      return;
    }
  }
  const keys = currentKeys(ctx);
  const key = zoneKeyOf(keys, zone, epoch);
  if (key === undefined) {
    // Once for each record: when the verified keyring has no such epoch after that, somebody made it up.
    const asked = `${zone}:${toHex(id)}:${epoch}`;
    if (epoch > keys.current && !ctx.askedKeysFor.has(asked)) {
      ctx.askedKeysFor.add(asked);
      page.staleKeyring = true;
      return;
    }
    page.damaged.push({ id, rev, epoch, hint, hash, tombstone: record.tombstone, why: 'unknownKey' });
    return;
  }
  try {
    if (record.tombstone) {
      openTombstone({ zoneKey: key, zone: ZONE_NUMBER[zone], id, epoch, proof: record.proof });
      page.items.push({ id, rev, epoch, proof: record.proof, gone: true });
    } else {
      const bytes = openRecord({
        zoneKey: key,
        zone: ZONE_NUMBER[zone],
        generation,
        id,
        rev,
        epoch,
        ct: record.ct,
      });
      page.items.push({
        id,
        rev,
        epoch,
        hint,
        hash,
        bytes,
        ...(record.blobs.length === 0 ? {} : { blobs: record.blobs }),
        payload: decodePayload(bytes, ctx.store.schema),
        fresh: row === undefined,
      });
    }
  } catch (error) {
    // Of a plaintext that is no payload: `PayloadError`.
    const why =
      error instanceof SealError ? error.code : error instanceof PayloadError ? 'undecodable' : null;
    if (why === null) {
      throw error;
    }
    page.damaged.push({ id, rev, epoch, hint, hash, tombstone: record.tombstone, why });
  }
}

/** Notices of records that did not open; with a record's id, of its versions; with a rev, of that one. */
export function damagedNotice(
  zone: ZoneName,
  id: Uint8Array | null = null,
  rev: number | null = null,
): string {
  return `damaged:${zone}:${id === null ? '' : `${toHex(id)}:${rev ?? ''}`}`;
}
