/**
 * `fetch` whose answers have an end (SPEC FUZ-7). A cloud is not trusted: what it answers with, or says in the head of a frame that is still to
 * come, is not held in memory however long it is. In the sync worker, below the Connect clients (cloud-client.ts), which know no such limit.
 */
import type { Transformer } from 'node:stream/web';
import { bodyLength, FRAME_HEAD } from '../../../shared/proto/frames.ts';
import type { Fetch } from './cloud-client.ts';

/** Twice what a cloud of ours puts into one answer, `LARGEST_ANSWER` of cloud/zones/limits.ts. In bytes, after unpacking. */
export const LONGEST_ANSWER = 32 * 1024 * 1024;
/** Of the poke stream: a poke with changes of 8 KiB and what surrounds them, and much more than that. In bytes. */
export const LONGEST_FRAME = 256 * 1024;

export class AnswerTooLong extends Error {
  /** For no-answer.ts: a name, as the system gives its own. */
  readonly code = 'ANSWER_TOO_LONG';
  constructor() {
    super('What came was longer than any answer of a cloud.');
    this.name = 'AnswerTooLong';
  }
}

/** Answers as `fetch` does. One that is too long throws AnswerTooLong, at once or while it is read, and its connection is given up. */
export function boundedAnswers(fetch: Fetch): Fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    const { body, headers, status, statusText } = response;
    if (body === null) return response;
    const streamed = headers.get('content-type')?.startsWith('application/connect+') === true;
    const declared = headers.get('content-length');
    // As long as it says, since HTTP reads no further: every answer of a cloud that nothing in between has packed.
    if (!streamed && declared !== null && !headers.has('content-encoding')) {
      if (Number(declared) <= LONGEST_ANSWER) return response;
      const failure = new AnswerTooLong();
      await body.cancel(failure);
      throw failure;
    }
    const guarded = body.pipeThrough(new TransformStream(streamed ? wholeFrames() : counted()));
    return new Response(guarded, { headers, status, statusText });
  };
}

function counted(): Transformer<Uint8Array, Uint8Array> {
  let came = 0;
  return {
    transform(chunk, controller) {
      came += chunk.length;
      if (came > LONGEST_ANSWER) throw new AnswerTooLong();
      controller.enqueue(chunk);
    },
  };
}

/** Each frame in one piece: whoever reads them puts pieces together at a cost that grows with the square of their number. */
function wholeFrames(): Transformer<Uint8Array, Uint8Array> {
  const head = new Uint8Array(FRAME_HEAD);
  let frame = head;
  let filled = 0;
  return {
    transform(chunk, controller) {
      for (let at = 0; at < chunk.length; ) {
        const part = chunk.subarray(at, at + frame.length - filled);
        frame.set(part, filled);
        at += part.length;
        filled += part.length;
        if (frame === head && filled === FRAME_HEAD) {
          const length = bodyLength(head);
          if (length > LONGEST_FRAME) throw new AnswerTooLong();
          frame = new Uint8Array(FRAME_HEAD + length);
          frame.set(head);
        }
        if (frame !== head && filled === frame.length) {
          controller.enqueue(frame);
          frame = head;
          filled = 0;
        }
      }
    },
    // What ends within a frame is given as it is, and said to be incomplete by whoever reads it.
    flush(controller) {
      if (filled > 0) controller.enqueue(frame.slice(0, filled));
    },
  };
}
