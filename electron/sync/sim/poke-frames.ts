/** The poke stream as a hostile cloud gives it: frame by frame (shared/proto/frames.ts). */
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { concatBytes } from '../../../shared/crypto/bytes.ts';
import { bodyLength, FRAME_HEAD, framed, LAST_FRAME } from '../../../shared/proto/frames.ts';
import {
  type WatchResponse,
  WatchResponseSchema,
} from '../../../shared/proto/gen/lockstep/cloud/v1/events_pb.js';

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
  let rest: Uint8Array = new Uint8Array();
  const frames = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      rest = concatBytes(rest, chunk);
      while (rest.length >= FRAME_HEAD) {
        const length = bodyLength(rest);
        if (rest.length < FRAME_HEAD + length) return;
        const frame = rest.slice(0, FRAME_HEAD + length);
        rest = rest.slice(FRAME_HEAD + length);
        const flags = frame[0] ?? 0;
        if ((flags & LAST_FRAME) !== 0) {
          controller.enqueue(frame);
          continue;
        }
        const message = change(fromBinary(WatchResponseSchema, frame.subarray(FRAME_HEAD)));
        if (message !== null) controller.enqueue(framed(flags, toBinary(WatchResponseSchema, message)));
      }
    },
  });
  return new Response(response.body.pipeThrough(frames), {
    status: response.status,
    headers: response.headers,
  });
}
