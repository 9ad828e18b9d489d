import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { create, toBinary } from '@bufbuild/protobuf';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CLOUD_SIZES } from '../../../cloud/sizes.ts';
import { LARGEST_ANSWER } from '../../../cloud/zones/limits.ts';
import { concatBytes } from '../../../shared/crypto/bytes.ts';
import { framed, LAST_FRAME } from '../../../shared/proto/frames.ts';
import { GetCloudInfoResponseSchema } from '../../../shared/proto/gen/lockstep/cloud/v1/accounts_pb.js';
import {
  type WatchResponse,
  WatchResponseSchema,
} from '../../../shared/proto/gen/lockstep/cloud/v1/events_pb.js';
import { systemTimers } from '../run/timers.ts';
import { boundedAnswers, LONGEST_ANSWER, LONGEST_FRAME } from './bounded-answers.ts';
import { createCloudClient } from './cloud-client.ts';
import { noAnswerCode, whyNoAnswer } from './no-answer.ts';
import { openPokeStream } from './poke-stream.ts';

const TOO_LONG = ['ANSWER_TOO_LONG', 'notACloud'];
const MIB = 1024 * 1024;

let server: Server;
let answer: (response: ServerResponse) => void;
const cloud = () =>
  createCloudClient({
    fetch: boundedAnswers(fetch),
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: null,
  });

beforeEach(async () => {
  server = createServer((request, response) => {
    request.resume();
    response.on('error', () => {});
    answer(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const unary = { 'content-type': 'application/proto' };
const asked = () => cloud().accounts.getCloudInfo({});
const failed = async () => {
  const error: unknown = await asked().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return [noAnswerCode(error), whyNoAnswer(error)];
};

/** Writes until nobody reads any more, and says how much was taken. */
async function pour(response: ServerResponse): Promise<number> {
  const piece = new Uint8Array(MIB);
  const closed = once(response, 'close');
  let drained = () => {};
  response.on('drain', () => drained());
  let poured = 0;
  while (!response.destroyed && poured < 4 * LONGEST_ANSWER) {
    poured += piece.length;
    const room = new Promise<void>((resolve) => (drained = resolve));
    if (!response.write(piece)) await Promise.race([room, closed]);
  }
  response.end();
  return poured;
}

test('FUZ-7 an answer that says it is too long is not read', async () => {
  answer = (response) =>
    response.writeHead(200, { ...unary, 'content-length': LONGEST_ANSWER + 1 }).flushHeaders();
  expect(await failed()).toEqual(TOO_LONG);
});

test('FUZ-7 one that does not say how long it is is read as far as answers go, and its connection is given up', async () => {
  let poured: Promise<number> | null = null;
  answer = (response) => {
    response.writeHead(200, unary);
    poured = pour(response);
  };
  expect(await failed()).toEqual(TOO_LONG);
  // What lies in the connection's own buffers besides.
  expect(await poured).toBeLessThan(2 * LONGEST_ANSWER);
});

test('FUZ-7 one that is packed counts by what is in it, also when it is a refusal', async () => {
  const packed = gzipSync(new Uint8Array(LONGEST_ANSWER + MIB));
  expect(packed.length).toBeLessThan(MIB);
  for (const [status, type] of [
    [200, 'application/proto'],
    [500, 'application/json'],
  ] as const) {
    answer = (response) =>
      response
        .writeHead(status, {
          'content-type': type,
          'content-encoding': 'gzip',
          'content-length': packed.length,
        })
        .end(packed);
    expect(await failed()).toEqual(TOO_LONG);
  }
});

test('FUZ-7 the longest answers and pokes of a cloud are within the bounds, however they come', async () => {
  expect(LARGEST_ANSWER).toBeLessThan(LONGEST_ANSWER);
  expect(16 * CLOUD_SIZES.carriedBytes).toBeLessThan(LONGEST_FRAME);
  // A field that this version does not know, of the largest size.
  const unknown = concatBytes(
    Uint8Array.of(0xfa, 0x7f, 0x80, 0x80, 0x80, 0x08),
    new Uint8Array(LARGEST_ANSWER),
  );
  const bytes = concatBytes(
    toBinary(GetCloudInfoResponseSchema, create(GetCloudInfoResponseSchema, { name: 'Ours' })),
    unknown,
  );
  const declared = { ...unary, 'content-length': bytes.length };
  const packed = gzipSync(bytes, { level: 1 });
  for (const [headers, body] of [
    [declared, bytes],
    [unary, bytes],
    [{ ...unary, 'content-encoding': 'gzip' }, packed],
  ] as const) {
    answer = (response) => response.writeHead(200, headers).end(body);
    expect((await asked()).name).toBe('Ours');
  }
});

const poke = (head: bigint) =>
  framed(
    0,
    toBinary(
      WatchResponseSchema,
      create(WatchResponseSchema, { poke: { case: 'mailbox', value: { head } } }),
    ),
  );
const END = framed(LAST_FRAME, new TextEncoder().encode('{}'));

/** The pokes of a stream, and how it ended. */
function listen(): Promise<{ heads: bigint[]; error: unknown }> {
  const heads: bigint[] = [];
  const onPoke = (came: WatchResponse['poke']) => {
    if (came.case === 'mailbox') heads.push(came.value.head);
  };
  return new Promise((resolve) => {
    openPokeStream({
      cloud: cloud(),
      carry: [],
      timers: systemTimers,
      onPoke,
      onClosed: (error) => resolve({ heads, error }),
    });
  });
}
const stream = { 'content-type': 'application/connect+proto' };

test('FUZ-7 a frame of the poke stream that is said to be too long ends it; what came before was heard', async () => {
  answer = (response) => {
    response.writeHead(200, stream);
    response.write(concatBytes(poke(1n), framed(0, new Uint8Array(100), 0xffff_ffff)));
  };
  const { heads, error } = await listen();
  expect(heads).toEqual([1n]);
  expect([noAnswerCode(error), whyNoAnswer(error)]).toEqual(TOO_LONG);
});

test('FUZ-7 frames come out whole, however they are cut: byte by byte, many at once, the largest; an incomplete one is said', async () => {
  const body = new Uint8Array(LONGEST_FRAME);
  // Fields that this version does not know fill it.
  body.fill(0);
  body.set([
    0xfa,
    0x7f,
    0x80 | ((LONGEST_FRAME - 5) & 0x7f),
    0x80 | (((LONGEST_FRAME - 5) >> 7) & 0x7f),
    (LONGEST_FRAME - 5) >> 14,
  ]);
  const all = concatBytes(poke(1n), poke(2n), framed(0, body), poke(3n));
  const cuts: Uint8Array[][] = [
    [concatBytes(all, END)],
    [...concatBytes(poke(1n), poke(2n), poke(3n), END)].map((byte) => Uint8Array.of(byte)),
    [all.subarray(0, 7), all.subarray(7, 20), all.subarray(20), END],
  ];
  for (const pieces of cuts) {
    const source = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const piece of pieces) controller.enqueue(piece);
        controller.close();
      },
    });
    const inner = async () => new Response(source, { headers: stream });
    const came = await boundedAnswers(inner)('http://cloud.example');
    const frames: Uint8Array[] = [];
    for await (const one of came.body ?? []) frames.push(one);
    expect(concatBytes(...frames)).toEqual(concatBytes(...pieces));
    for (const one of frames)
      expect(new DataView(one.buffer, one.byteOffset).getUint32(1)).toBe(one.length - 5);
  }
  answer = (response) => response.writeHead(200, stream).end(concatBytes(all, END));
  expect(await listen()).toEqual({ heads: [1n, 2n, 3n], error: null });
  answer = (response) => response.writeHead(200, stream).end(concatBytes(poke(1n), poke(2n).subarray(0, 6)));
  const { heads, error } = await listen();
  expect(heads).toEqual([1n]);
  expect(String(error)).toContain('incomplete envelope');
});
