/** What a hostile cloud gets its hands on: the answers to a device's calls, opened, and closed again. */
import { type DescMessage, fromBinary, type MessageShape, toBinary } from '@bufbuild/protobuf';
import { toHex } from '../../../shared/crypto/bytes.ts';
import {
  type GetKeyringResponse,
  GetKeyringResponseSchema,
} from '../../../shared/proto/gen/lockstep/cloud/v1/accounts_pb.js';
import {
  type Envelope,
  type ReceiveResponse,
  ReceiveResponseSchema,
} from '../../../shared/proto/gen/lockstep/cloud/v1/mailboxes_pb.js';
import {
  type BackfillResponse,
  BackfillResponseSchema,
  ChangesRequestSchema,
  type ChangesResponse,
  ChangesResponseSchema,
  type Record as CloudRecord,
  type FetchResponse,
  FetchResponseSchema,
  type InventoryResponse,
  InventoryResponseSchema,
  type OpenZoneResponse,
  OpenZoneResponseSchema,
  type PushResponse,
  PushResponseSchema,
  type Zone,
} from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';

export type Answer =
  | { call: 'OpenZone'; zone: Zone; message: OpenZoneResponse }
  | { call: 'Changes'; zone: Zone; message: ChangesResponse }
  | { call: 'Backfill'; zone: Zone; message: BackfillResponse }
  | { call: 'Fetch'; zone: Zone; message: FetchResponse }
  | { call: 'Push'; zone: Zone; message: PushResponse }
  | { call: 'Inventory'; zone: Zone; message: InventoryResponse }
  | { call: 'Receive'; zone: Zone; message: ReceiveResponse }
  | { call: 'GetKeyring'; zone: Zone; message: GetKeyringResponse };

const SCHEMAS: Record<Answer['call'], DescMessage> = {
  OpenZone: OpenZoneResponseSchema,
  Changes: ChangesResponseSchema,
  Backfill: BackfillResponseSchema,
  Fetch: FetchResponseSchema,
  Push: PushResponseSchema,
  Inventory: InventoryResponseSchema,
  Receive: ReceiveResponseSchema,
  GetKeyring: GetKeyringResponseSchema,
};

/** Which zone a request is about: every request of the zone service says it in its first field. 0 where there is none. */
export function zoneOf(request: Uint8Array, url: string): Zone {
  if (!url.includes('.ZoneService/')) return 0;
  return fromBinary(ChangesRequestSchema, request.subarray(0, 2)).zone;
}

export const isOpenable = (call: string, response: Response): boolean => call in SCHEMAS && response.ok;

export function opened(call: string, zone: Zone, bytes: Uint8Array): Answer {
  const message = fromBinary(SCHEMAS[call as Answer['call']], bytes);
  return { call, zone, message } as Answer;
}

export function closed({ call, message }: Answer, response: Response): Response {
  return withBody(response, toBinary(SCHEMAS[call], message as MessageShape<DescMessage>));
}

/** The same answer with these bytes. (Not a clone of it: one that is never read cannot be cancelled.) */
export function withBody(response: Response, bytes: Uint8Array): Response {
  const headers = new Headers(response.headers);
  headers.delete('content-length');
  return new Response(new Uint8Array(bytes), { status: response.status, headers });
}

/** Every record in an answer, where it stands, through `change`. */
export function changeRecords(answer: Answer, change: (records: CloudRecord[]) => CloudRecord[]): void {
  switch (answer.call) {
    case 'Changes':
    case 'Backfill':
    case 'Fetch':
      answer.message.records = change(answer.message.records);
      return;
    case 'Push':
      for (const { result } of answer.message.results) {
        if ((result.case !== 'conflict' && result.case !== 'gone') || result.value.record === undefined)
          continue;
        const [record] = change([result.value.record]);
        if (record !== undefined) result.value.record = record;
      }
      return;
    default:
      return;
  }
}

/** What a hostile cloud keeps of all that it has served. */
export class Memory {
  /** Every version of a record, by account, zone and id, oldest first. */
  readonly versions = new Map<string, CloudRecord[]>();
  /** By account. */
  readonly envelopes = new Map<string, Envelope[]>();
  readonly keyrings = new Map<string, GetKeyringResponse[]>();
  /** Pages of changes, by device and zone. */
  readonly pages = new Map<string, ChangesResponse[]>();

  keep(account: string, device: string, answer: Answer): void {
    changeRecords(answer, (records) => {
      for (const record of records) {
        const known = listIn(this.versions, keyOf(account, answer.zone, record.id));
        if ((known.at(-1)?.rev ?? 0) < record.rev) known.push(record);
      }
      return records;
    });
    if (answer.call === 'Changes') listIn(this.pages, `${device}:${answer.zone}`).push(answer.message);
    if (answer.call === 'Receive') listIn(this.envelopes, account).push(...answer.message.envelopes);
    if (answer.call === 'GetKeyring') listIn(this.keyrings, account).push(answer.message);
  }
}

export const keyOf = (account: string, zone: Zone, id: Uint8Array): string =>
  `${account}:${zone}:${toHex(id)}`;

function listIn<T>(map: Map<string, T[]>, key: string): T[] {
  const known = map.get(key);
  if (known !== undefined) return known;
  const fresh: T[] = [];
  map.set(key, fresh);
  return fresh;
}
