/** For tests: a cloud whose answers to one call are changed on their way to one device. */
import { type DescMessage, fromBinary, type MessageShape, toBinary } from '@bufbuild/protobuf';
import type { Cloud } from '../../../cloud/app.ts';
import { bodyLength, FRAME_HEAD, framed } from '../../../shared/proto/frames.ts';
import {
  type WatchResponse,
  WatchResponseSchema,
} from '../../../shared/proto/gen/lockstep/cloud/v1/events_pb.js';
import type { Fetch } from '../network/cloud-client.ts';
import { fetchOf, type MailDevice } from './mail-device.ts';

export function tamper<D extends DescMessage>(
  cloud: Cloud,
  device: MailDevice,
  path: string,
  schema: D,
  change: (answer: MessageShape<D>) => void,
): void {
  const real = fetchOf(cloud);
  device.wire.fetch = async (input, init) => {
    const answer = await real(input, init);
    return String(input).endsWith(path) && answer.ok ? rewritten(schema, answer, change) : answer;
  };
}

/** The cloud does what it was asked by this call, and its answer is lost. */
export function answerLost(real: Fetch, path: string): Fetch {
  return async (input, init) => {
    const answer = await real(input, init);
    if (String(input).endsWith(path)) throw new TypeError('the answer was lost');
    return answer;
  };
}

/** That answer, changed on its way. */
export async function rewritten<D extends DescMessage>(
  schema: D,
  answer: Response,
  change: (message: MessageShape<D>) => void,
): Promise<Response> {
  const message = fromBinary(schema, new Uint8Array(await answer.arrayBuffer()));
  change(message);
  const headers = new Headers(answer.headers);
  headers.delete('content-length');
  return new Response(new Uint8Array(toBinary(schema, message)), { status: answer.status, headers });
}

/** A poke stream whose messages are changed on their way. */
export function tamperStream(answer: Response, change: (poke: WatchResponse) => void): Response {
  const reader = answer.body?.getReader();
  if (reader === undefined) return answer;
  let rest = Buffer.alloc(0);
  const takeFrames = (): Uint8Array[] => {
    const frames: Uint8Array[] = [];
    while (rest.length >= FRAME_HEAD && rest.length >= FRAME_HEAD + bodyLength(rest)) {
      const length = bodyLength(rest);
      const flags = rest.readUInt8(0);
      let body: Uint8Array = rest.subarray(FRAME_HEAD, FRAME_HEAD + length);
      if (flags === 0) {
        const poke = fromBinary(WatchResponseSchema, body);
        change(poke);
        body = toBinary(WatchResponseSchema, poke);
      }
      frames.push(framed(flags, body));
      rest = rest.subarray(FRAME_HEAD + length);
    }
    return frames;
  };
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) return controller.close();
      rest = Buffer.concat([rest, value]);
      for (const frame of takeFrames()) controller.enqueue(frame);
    },
    cancel: () => reader.cancel(),
  });
  return new Response(body, { status: answer.status, headers: answer.headers });
}

/** The reason of a failure, as a person would be told. */
export const failureOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no failure',
    (error: { reason?: string; message?: string }) => error.reason ?? `not a reason: ${error.message}`,
  );
