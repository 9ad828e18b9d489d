/** The poke stream without its pokes: frame by frame, as Connect puts them on the wire (flags u8, length u32, message). */
import { fromBinary } from '@bufbuild/protobuf';
import { WatchResponseSchema } from '../../../shared/proto/gen/lockstep/cloud/v1/events_pb.js';

const HEAD = 5;
/** The last frame of a stream. */
const END = 2;

/** Beats come, and the end; nothing that says that there is something new. */
export function quiet(response: Response, withheld: () => void): Response {
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
        const isEnd = ((frame[0] ?? 0) & END) !== 0;
        if (isEnd || fromBinary(WatchResponseSchema, frame.subarray(HEAD)).poke.case === 'beat')
          controller.enqueue(frame);
        else withheld();
      }
    },
  });
  return new Response(response.body.pipeThrough(frames), {
    status: response.status,
    headers: response.headers,
  });
}
