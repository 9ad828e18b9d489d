/** A frame of the Connect protocol's streams: one byte of flags, four of the body's length (big-endian), the body. */

/** How long flags and length are, in bytes. */
export const FRAME_HEAD = 5;
/** Of the flags: the stream's last frame. */
export const LAST_FRAME = 2;

/** The body's length, as a frame's first five bytes say it. */
export const bodyLength = (head: Uint8Array): number =>
  new DataView(head.buffer, head.byteOffset).getUint32(1);

/** `length`: what the head says, where that is to be another than the body's. */
export function framed(
  flags: number,
  body: Uint8Array,
  length: number = body.length,
): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(FRAME_HEAD + body.length);
  frame[0] = flags;
  new DataView(frame.buffer).setUint32(1, length);
  frame.set(body, FRAME_HEAD);
  return frame;
}
