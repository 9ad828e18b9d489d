/** UUIDv7 (RFC 9562) as 16 bytes: ids of messages and envelopes, which sort by the time they were made. */

type Random = (n: number) => Uint8Array;

export function uuidv7(random: Random, nowMs: number): Uint8Array {
  if (!Number.isInteger(nowMs) || nowMs < 0 || nowMs >= 2 ** 48) {
    throw new RangeError(`Not a time in milliseconds: ${nowMs}.`);
  }
  const id = new Uint8Array(16);
  id.set(random(10), 6);
  const view = new DataView(id.buffer);
  view.setUint16(0, Math.floor(nowMs / 2 ** 32));
  view.setUint32(2, nowMs % 2 ** 32);
  id[6] = (id[6]! & 0x0f) | 0x70;
  id[8] = (id[8]! & 0x3f) | 0x80;
  return id;
}

export function isUuidv7(id: Uint8Array): boolean {
  return id.length === 16 && id[6]! >> 4 === 7 && id[8]! >> 6 === 2;
}

/** The time inside a UUIDv7, in milliseconds. */
export function uuidv7Ms(id: Uint8Array): number {
  if (!isUuidv7(id)) throw new RangeError('Not a UUIDv7.');
  const view = new DataView(id.buffer, id.byteOffset, id.byteLength);
  return view.getUint16(0) * 2 ** 32 + view.getUint32(2);
}
