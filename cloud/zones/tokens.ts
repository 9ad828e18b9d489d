/**
 * Change tokens and backfill cursors: opaque to the device, authenticated by the cloud, bound to account and zone
 * (SPEC ZON-7).
 *
 *     change token     1 u8 | kind u8 | account u48 | generation u32 | incarnation u48 | seq u48 | tag 16
 *     backfill cursor  2 u8 | kind u8 | account u48 | generation u32 | incarnation u48 | head u48 | left u48 | rank + 1 u48 | id 16 | tag 16
 */
import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { ErrorCode } from '../../shared/proto/gen/lockstep/cloud/v1/errors_pb.js';
import { CloudError } from '../http/errors.ts';
import type { ZoneRow } from './zone-row.ts';

const TAG = 16;
const HEAD = 18;
const CHANGE = 1;
const BACKFILL = 2;

/** Made ready once: node does it anew for each call otherwise. */
const ready = new WeakMap<Uint8Array, KeyObject>();
const keyOf = (key: Uint8Array): KeyObject => {
  const known = ready.get(key) ?? createSecretKey(key);
  ready.set(key, known);
  return known;
};

const tagOf = (key: Uint8Array, body: Uint8Array): Uint8Array =>
  createHmac('sha256', keyOf(key)).update('zone token').update(body).digest().subarray(0, TAG);

const writeHead = (bytes: Buffer, type: number, account: number, zone: ZoneRow): void => {
  bytes.writeUInt8(type, 0);
  bytes.writeUInt8(zone.kind, 1);
  bytes.writeUIntBE(account, 2, 6);
  bytes.writeUInt32BE(zone.generation, 8);
  bytes.writeUIntBE(zone.incarnation, 12, 6);
};

const seal = (key: Uint8Array, body: Buffer): Uint8Array =>
  new Uint8Array(Buffer.concat([body, tagOf(key, body)]));

/** The body, once it is certain that it is ours, of this account and zone, and of the zone as it is now. */
const open = (
  key: Uint8Array,
  token: Uint8Array,
  type: number,
  length: number,
  account: number,
  zone: ZoneRow,
): Buffer => {
  const invalid = () =>
    new CloudError(ErrorCode.TOKEN_INVALID, 'This token is not of this zone: open the zone again.');
  if (token.length !== length + TAG) throw invalid();
  const body = Buffer.from(token.subarray(0, length));
  if (!timingSafeEqual(tagOf(key, body), token.subarray(length))) throw invalid();
  if (body[0] !== type || body[1] !== zone.kind || body.readUIntBE(2, 6) !== account) throw invalid();
  if (body.readUInt32BE(8) !== zone.generation) {
    throw new CloudError(ErrorCode.GENERATION_CHANGED, 'The zone was purged or its keys were reset.');
  }
  if (body.readUIntBE(12, 6) !== zone.incarnation) {
    throw new CloudError(ErrorCode.INCARNATION_CHANGED, 'The zone was restored or moved.');
  }
  return body;
};

export const sealChangeToken = (key: Uint8Array, account: number, zone: ZoneRow, seq: number): Uint8Array => {
  const body = Buffer.alloc(HEAD + 6);
  writeHead(body, CHANGE, account, zone);
  body.writeUIntBE(seq, HEAD, 6);
  return seal(key, body);
};

/** The seq after which to go on. One beyond the head is of a future that a restore took away. */
export const openChangeToken = (
  key: Uint8Array,
  token: Uint8Array,
  account: number,
  zone: ZoneRow,
): number => {
  const seq = open(key, token, CHANGE, HEAD + 6, account, zone).readUIntBE(HEAD, 6);
  if (seq > zone.head)
    throw new CloudError(ErrorCode.INCARNATION_CHANGED, 'The zone went back behind this token.');
  return seq;
};

/** `head`: where the walk began. `left`: records still to come. `rank`, `id`: the last one given. */
export type Walk = { head: number; left: number; rank: number; id: Uint8Array };

/** A place before every record. */
export const BEFORE_ALL = { rank: -1, id: new Uint8Array(16) } as const;

export const sealCursor = (key: Uint8Array, account: number, zone: ZoneRow, walk: Walk): Uint8Array => {
  const body = Buffer.alloc(HEAD + 34);
  writeHead(body, BACKFILL, account, zone);
  body.writeUIntBE(walk.head, HEAD, 6);
  body.writeUIntBE(walk.left, HEAD + 6, 6);
  body.writeUIntBE(walk.rank + 1, HEAD + 12, 6);
  body.set(walk.id, HEAD + 18);
  return seal(key, body);
};

export const openCursor = (key: Uint8Array, cursor: Uint8Array, account: number, zone: ZoneRow): Walk => {
  const body = open(key, cursor, BACKFILL, HEAD + 34, account, zone);
  return {
    head: body.readUIntBE(HEAD, 6),
    left: body.readUIntBE(HEAD + 6, 6),
    rank: body.readUIntBE(HEAD + 12, 6) - 1,
    id: new Uint8Array(body.subarray(HEAD + 18, HEAD + 34)),
  };
};
