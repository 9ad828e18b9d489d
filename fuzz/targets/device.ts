/**
 * What a device reads from a cloud, and what of it reaches its database: records of every kind in the app's tables, and the answers of the
 * zone's calls (pages, lists, digests) through the real client into a real store.
 */
import { create, type DescMessage, fromBinary, type MessageShape, toBinary } from '@bufbuild/protobuf';
import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import { ConnectError } from '@connectrpc/connect';
import { attachmentsFolder, blobFiles } from '../../electron/store/blob-files.ts';
import { getConversation, listConversations } from '../../electron/store/conversations.ts';
import { listDevices } from '../../electron/store/devices.ts';
import { messagePage } from '../../electron/store/message-pages.ts';
import { applyPulled } from '../../electron/store/pulled.ts';
import { listRecentlyDeleted } from '../../electron/store/recently-deleted.ts';
import { searchMessages } from '../../electron/store/search.ts';
import { getAccountSettings } from '../../electron/store/settings.ts';
import { type Kit, kit } from '../../electron/store/store.testkit.ts';
import { setZoneState, zoneDigest } from '../../electron/store/zone-state.ts';
import type { EpochKeys, StepContext } from '../../electron/sync/context.ts';
import { SyncFailure } from '../../electron/sync/failure.ts';
import { createCloudClient } from '../../electron/sync/network/cloud-client.ts';
import { SIZES } from '../../electron/sync/sizes.ts';
import { compareZone } from '../../electron/sync/zones/compare.ts';
import { openZone } from '../../electron/sync/zones/open-zone.ts';
import { pullChanges, walkPage } from '../../electron/sync/zones/pull.ts';
import { repairZone } from '../../electron/sync/zones/repair.ts';
import type { ZoneContext } from '../../electron/sync/zones/zone-call.ts';
import { Hlc } from '../../shared/clock/hlc.ts';
import { zoneKey } from '../../shared/crypto/epoch-keys.ts';
import { TrustError } from '../../shared/crypto/errors.ts';
import { hash256 } from '../../shared/crypto/hash.ts';
import { sealRecord, sealTombstone } from '../../shared/crypto/records.ts';
import { recordHash } from '../../shared/crypto/zone-digest.ts';
import { PayloadError } from '../../shared/model/payload.ts';
import { decodePayload, encodePayload } from '../../shared/model/payload-codec.ts';
import {
  BackfillResponseSchema,
  ChangesResponseSchema,
  type Record as CloudRecord,
  FetchResponseSchema,
  InventoryResponseSchema,
  OpenZoneResponseSchema,
  RecordSchema,
  ZoneStateSchema,
} from '../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { check, type Target } from '../target.ts';
import { ANNA, direct, fixedRandom, id, NOW, payloads } from './fixed.ts';

/** After so many inputs the store begins anew: one that only grows would make each input slower. */
const STORE_FOR = 2_000;
const EPOCH_KEY = new Uint8Array(32).fill(0x31);

/** A store that writes where it may and keeps nothing for a power failure. */
export async function freshStore(): Promise<Kit> {
  const made = await kit();
  made.store.db.pragma('synchronous = OFF');
  return made;
}

/** Everything that a window reads, so that what was written can also be shown. */
export function lookAround({ store }: Kit): void {
  for (const one of listConversations(store, 30)) getConversation(store, one.guid);
  messagePage(store, { conversation: direct(), anchor: null, direction: 'older', limit: 20 });
  listRecentlyDeleted(store, 20);
  listDevices(store);
  getAccountSettings(store);
  searchMessages(store, 'good evening', 10);
}

export const failing = (error: unknown): string | null => {
  if (error instanceof SyncFailure) return `failure ${error.reason}`;
  if (error instanceof TrustError) return `trust ${error.code}`;
  return error instanceof ConnectError ? 'no answer' : null;
};

/** Many answers in one input: field n of it is an answer of the n-th call. */
export function answersIn(input: Uint8Array, most: number): { call: number; bytes: Uint8Array }[] {
  const found: { call: number; bytes: Uint8Array }[] = [];
  const reader = new BinaryReader(input);
  try {
    while (reader.pos < reader.len && found.length < most) {
      const [call, wire] = reader.tag();
      if (wire === 2) found.push({ call, bytes: reader.bytes() });
      else reader.skip(wire, call);
    }
  } catch {
    // What was read is enough.
  }
  return found;
}

export function answers(...each: [call: number, bytes: Uint8Array][]): Uint8Array {
  const writer = new BinaryWriter();
  for (const [call, bytes] of each) writer.tag(call, 2).bytes(bytes);
  return writer.finish();
}

export const made = <Desc extends DescMessage>(
  schema: Desc,
  value: Parameters<typeof create<Desc>>[1],
): Uint8Array => toBinary(schema, create(schema, value));

const OK = { 'content-type': 'application/proto' };

/** A cloud that gives these answers, each call's one after the other, and then empty ones. */
export function answering(queues: Map<string, Uint8Array[]>): typeof fetch {
  return async (input) => {
    const path = new URL(input instanceof Request ? input.url : String(input)).pathname;
    const name = path.slice(path.lastIndexOf('/') + 1);
    const body = queues.get(name)?.shift() ?? new Uint8Array(0);
    return new Response(body as Uint8Array<ArrayBuffer>, { headers: OK });
  };
}

export function stepContext({ store }: Kit, fetch: typeof globalThis.fetch): ZoneContext {
  const keys: EpochKeys = {
    accountId: ANNA,
    deviceId: id(7),
    current: 1,
    epochKey: (epoch) => (epoch === 1 ? EPOCH_KEY : undefined),
  };
  const clock = { now: () => NOW };
  const cloudAt = (url: string, token: string | null) => createCloudClient({ fetch, url, token });
  const common: StepContext = {
    sizes: SIZES,
    store,
    files: blobFiles(attachmentsFolder(store.path)),
    cloud: cloudAt('http://cloud.example', 'token'),
    cloudAt,
    clock,
    writeClock: { ...clock, isHeard: () => false },
    random: fixedRandom(8),
    hlc: new Hlc(clock),
    keys: { get: () => keys, set: () => {} },
    emit: () => {},
    signal: () => {},
    freeBytes: () => null,
    timers: { after: () => () => {}, elapsed: () => 0, breathe: async () => {} },
    openOpaque: () => {
      throw new Error('Nobody signs in here.');
    },
    abort: new AbortController().signal,
  };
  return {
    ...common,
    ahead: new Map(),
    carried: new Map(),
    askedKeysFor: new Set(),
  };
}

const CALLS = ['', 'OpenZone', 'Backfill', 'Changes', 'Inventory', 'Fetch'];
const PAGES = [null, null, BackfillResponseSchema, ChangesResponseSchema, null, FetchResponseSchema] as const;

/** Each record’s `ct` is a plaintext: sealed where it would be opened. A proof of one byte becomes one that holds. */
function sealedPage(call: number, bytes: Uint8Array, zone: number): Uint8Array {
  const schema = PAGES[call];
  if (schema == null) return bytes;
  let page: MessageShape<typeof FetchResponseSchema>;
  try {
    page = fromBinary(schema, bytes) as MessageShape<typeof FetchResponseSchema>;
  } catch {
    return bytes;
  }
  const key = zoneKey(EPOCH_KEY, zone);
  const random = fixedRandom(bytes.length);
  page.records.splice(60);
  for (const record of page.records) {
    if (record.id.length !== 16) continue;
    const place = { zoneKey: key, zone, id: record.id, epoch: record.epoch };
    if (record.tombstone) {
      if (record.proof.length === 1) record.proof = sealTombstone({ ...place, random });
    } else record.ct = sealRecord({ ...place, generation: 1, rev: record.rev, plaintext: record.ct, random });
  }
  return toBinary(schema, page as never);
}

export const device: Target[] = [
  {
    name: 'device-records',
    reads: 'Records of every kind, into the app’s tables and out of them again',
    shape: 'proto',
    inTest: 1_000,
    async open() {
      let now = await freshStore();
      let ran = 0;
      return {
        honest: payloads().map(encodePayload),
        async run(input) {
          const payload = decodePayload(input);
          if (++ran % STORE_FOR === 0) {
            now.close();
            now = await freshStore();
          }
          const zone = payload.kind === 4 || payload.kind === 5 ? 'account' : 'messages';
          const hash = hash256(input);
          // A third is another version of one and the same record.
          const recordId = hash[0]! % 3 === 0 ? id(payload.kind & 255) : hash.subarray(0, 16);
          applyPulled(
            now.store,
            zone,
            [{ id: recordId, rev: ran, epoch: 1, hint: 5, hash: recordHash(input), bytes: input, payload }],
            NOW,
          );
          if (ran % 16 === 0) lookAround(now);
          return payload.raw === undefined && payload.kind <= 5
            ? `kind ${payload.kind}`
            : 'not of this version';
        },
        foreseen: (error) => (error instanceof PayloadError ? error.code : null),
        close: () => now.close(),
      };
    },
  },
  {
    name: 'device-zone',
    reads:
      'The cloud’s answers about a zone: where it stands, pages backward and forward, the list behind its digest, records by id',
    shape: 'proto',
    inTest: 350,
    async open() {
      let kitNow = await freshStore();
      const queues = new Map<string, Uint8Array[]>();
      const fetch = answering(queues);
      let ctx = stepContext(kitNow, fetch);
      let ran = 0;
      const all = payloads().map((payload) => encodePayload(payload));
      const record = (n: number, ct: Uint8Array): CloudRecord =>
        create(RecordSchema, {
          id: id(n),
          seq: BigInt(n),
          rev: 1,
          epoch: 1,
          hint: n === 3 ? 0xffffffff : 20_000,
          ct,
        });
      const tombstone = create(RecordSchema, {
        id: id(40),
        seq: 40n,
        rev: 2,
        epoch: 1,
        tombstone: true,
        proof: new Uint8Array(1),
      });
      const records = [...all.map((bytes, i) => record(i + 1, bytes)), tombstone];
      const state = create(ZoneStateSchema, {
        generation: 1,
        incarnation: 5n,
        head: 50n,
        digest: new Uint8Array(32),
        records: 7n,
        tombstones: 1n,
        bytesUsed: 5_000n,
        quotaBytes: 10_000_000n,
        timeMs: BigInt(NOW),
        conversations: 2n,
        readings: 1n,
        largestBlobBytes: 100_000_000n,
      });
      const purging = create(ZoneStateSchema, {
        ...state,
        purgeAtMs: BigInt(NOW + 5),
        purgeId: id(1),
        purgeDeviceId: id(7),
      });
      const cursor = new Uint8Array(68).fill(1);
      const opened = made(OpenZoneResponseSchema, { state, token: cursor, backfillCursor: cursor });
      const items = records.map(({ id: name, rev, ct }) => ({ id: name, rev, hash: recordHash(ct) }));
      const honest = [
        answers([1, opened], [2, made(BackfillResponseSchema, { records, more: false })]),
        answers([
          2,
          made(BackfillResponseSchema, { records: records.slice(0, 3), cursor, more: true, remaining: 5n }),
        ]),
        answers([3, made(ChangesResponseSchema, { records, token: cursor, state })]),
        answers([
          3,
          made(ChangesResponseSchema, { records, token: cursor, more: true, state: purging, remaining: 9n }),
        ]),
        answers(
          [4, made(InventoryResponseSchema, { items, head: 50n })],
          [5, made(FetchResponseSchema, { records })],
        ),
        answers([1, made(OpenZoneResponseSchema, { state: purging, token: cursor, backfillCursor: cursor })]),
      ];
      const reset = () => {
        setZoneState(kitNow.store, 'messages', {
          generation: 1,
          incarnation: 5n,
          head: 0,
          switch: 'on',
          phase: 'following',
          extra: {},
        });
        setZoneState(kitNow.store, 'account', {
          generation: 1,
          incarnation: 5n,
          head: 0,
          phase: 'following',
          extra: {},
        });
        ctx.ahead.clear();
        ctx.askedKeysFor.clear();
      };
      reset();
      return {
        honest,
        async run(input) {
          if (++ran % (STORE_FOR / 4) === 0) {
            kitNow.close();
            kitNow = await freshStore();
            ctx = stepContext(kitNow, fetch);
          }
          reset();
          queues.clear();
          const zone = input.length % 4 === 0 ? 'account' : 'messages';
          const given = answersIn(input, 6);
          for (const { call, bytes } of given) {
            const name = CALLS[call];
            if (name === undefined || name === '') continue;
            const sealed = sealedPage(call, bytes, zone === 'account' ? 1 : 2);
            queues.set(name, [...(queues.get(name) ?? []), sealed]);
          }
          let led = 'nothing';
          for (const { call } of given) {
            if (call === 1) led = (await openZone(ctx, zone, input.length % 2 === 0)).alarm ?? 'opened';
            else if (call === 2) led = (await walkPage(ctx, zone)).staleKeyring ? 'stale keyring' : 'walked';
            else if (call === 3) {
              const result = await pullChanges(ctx, zone);
              led = result.alarm ?? (result.staleKeyring ? 'stale keyring' : 'pulled');
            } else if (call === 4) {
              const again = queues.get('Inventory') ?? [];
              queues.set('Inventory', [...again, ...again]);
              led = (await repairZone(ctx, zone)).healthy ? 'repaired' : 'not healthy';
              await compareZone(ctx, state);
            }
          }
          check(zoneDigest(kitNow.store, zone).length === 32, 'no digest');
          if (ran % 8 === 0) lookAround(kitNow);
          return led;
        },
        foreseen: failing,
        close: () => kitNow.close(),
      };
    },
  },
];
