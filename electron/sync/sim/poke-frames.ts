/** The poke stream as a hostile cloud gives it: frame by frame, as Connect puts them on the wire (flags u8, length u32, message). */
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  type WatchResponse,
  WatchResponseSchema,
} from '../../../shared/proto/gen/lockstep/cloud/v1/events_pb.js';

const HEAD = 5;
/** The last frame of a stream. */
const END = 2;

/** Beats come, and the end; nothing that says that there is something new. */
export function quiet(response: Response, withheld: () => void): Response {
  return rewritten(response, (message) => {
    if (message.poke.case === 'beat') return message;
    withheld();
    return null;
  });
}

/** Pokes without what changed: devices ask for it, and what they are answered is the hostile cloud's to choose. */
export function bare(response: Response): Response {
  return rewritten(response, (message) => {
    if (message.poke.case === 'zone') {
      delete message.poke.value.changes;
      message.poke.value.from = 0n;
    }
    return message;
  });
}

function rewritten(response: Response, change: (message: WatchResponse) => WatchResponse | null): Response {
  if (response.body === null) return response;
  let rest = new Uint8Array();
  const frames = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      rest = Uint8Array.from([...rest, ...chunk]);
      while (rest.length >= HEAD) {
        const length = new DataView(rest.buffer, rest.byteOffset).getUint32(1);
        if (rest.length < HEAD + length) return;
        const frame = rest.slice(0, HEAD + length);
        rest = rest.slice(HEAD + length);
        const flags = frame[0] ?? 0;
        if ((flags & END) !== 0) {
          controller.enqueue(frame);
          continue;
        }
        const message = change(fromBinary(WatchResponseSchema, frame.subarray(HEAD)));
        if (message !== null) controller.enqueue(framed(flags, toBinary(WatchResponseSchema, message)));
      }
    },
  });
  return new Response(response.body.pipeThrough(frames), {
    status: response.status,
    headers: response.headers,
  });
}

function framed(flags: number, body: Uint8Array): Uint8Array {
  const frame = new Uint8Array(HEAD + body.length);
  frame[0] = flags;
  new DataView(frame.buffer).setUint32(1, body.length);
  frame.set(body, HEAD);
  return frame;
}
