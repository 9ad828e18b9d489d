/** Small things that every topic of the store uses. */

export type ZoneName = 'account' | 'messages';

/** As in `cloud/v1`'s enum Zone: what is on disk. */
export const ZONE_NUMBER: Record<ZoneName, number> = { account: 1, messages: 2 };

/** As in `record/v1`'s enum Kind. */
export const KIND = { message: 1, conversation: 2, reading: 3, device: 4, settings: 5 } as const;

/** As in `envelope/v1`'s enum Service. */
export const SERVICE_NUMBER = { lockstep: 1, sms: 2, mms: 3, rcs: 4 } as const;

/** A place in a conversation: everything up to and including it. Messages order by (ms, guid). */
export type Place = { ms: number; guid: Uint8Array };

/** Before every message. */
export const NOWHERE: Place = { ms: -1, guid: new Uint8Array(0) };

export function comparePlaces(aMs: number, aGuid: Uint8Array, bMs: number, bGuid: Uint8Array): number {
  if (aMs !== bMs) return aMs < bMs ? -1 : 1;
  return Buffer.compare(aGuid, bGuid);
}

/** A blob as SQLite gives it, as a plain Uint8Array on the same memory. */
export function plain(blob: Uint8Array): Uint8Array {
  return new Uint8Array(blob.buffer, blob.byteOffset, blob.length);
}
export function plainOrNull(blob: Uint8Array | null | undefined): Uint8Array | null {
  return blob == null ? null : plain(blob);
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}
export function unhex(text: string): Uint8Array {
  return plain(Buffer.from(text, 'hex'));
}
/** Sixteen bytes as a key of a Map: half the length of hex and quicker to make. */
export function mapKey(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}

/** In the place of a record’s hint, with rev 0: its id is of a generation that is over, and it has no name yet that one of this could be made of. */
export const LEFT_BEHIND = -1;
